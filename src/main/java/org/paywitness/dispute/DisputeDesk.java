package org.paywitness.dispute;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.paywitness.access.Visibility;
import org.paywitness.evidence.Party;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.Found;
import org.paywitness.transaction.MoneyBack;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Verdict;

/** Takes in what the sides and the desk do in disputes that moves no money: each step once, whole or not at all. */
@ApplicationScoped
class DisputeDesk {
    /**
     * Whoever acts.
     *
     * @param person who answers for it
     * @param may what this caller may act on
     * @param key null where none was given
     */
    record Actor(Party party, String person, Visibility may, Idempotency.Key key, Language language) {
        /**
         * The side that acts.
         *
         * @param onBehalfOf whom the desk names; null of the sides themselves
         */
        Party side(Party onBehalfOf) {
            if (party != Party.DESK && onBehalfOf != null && onBehalfOf != party) {
                throw Problem.invalid("/on_behalf_of", "is for the desk only");
            }
            if (party == Party.DESK && onBehalfOf == null) {
                throw Problem.invalid("/on_behalf_of", "is required of the desk: cardholder or merchant");
            }
            return party == Party.DESK ? onBehalfOf : party;
        }

        /** What this actor did on a side. */
        Entry entry(Party side, String action) {
            return Entry.of(side, party, person, action);
        }

        /** @throws Problem 404 where it is not there, or not theirs */
        Dispute requireTheirs(Dispute dispute) {
            if (dispute == null || !may.shows(dispute.merchantId, dispute.cardToken)) {
                throw Problem.notFound();
            }
            return dispute;
        }
    }

    /** A step: what it does within the database transaction, the dispute locked; tells what happened. */
    interface Step {
        Uni<List<Entry>> take(SqlConnection connection, Disputes.Whole whole, Instant now);
    }

    /** SQLSTATE. */
    static final String UNIQUE_VIOLATION = "23505";

    private final Disputes disputes;
    private final MoneyBack money;
    private final Circumstances circumstances;
    private final DisputeSettings settings;
    private final Idempotency idempotency;
    private final Policy policy;
    private final Clock clock;
    private final ObjectMapper json;

    DisputeDesk(
            Disputes disputes,
            MoneyBack money,
            Circumstances circumstances,
            DisputeSettings settings,
            Idempotency idempotency,
            Policy policy,
            Clock clock,
            ObjectMapper json) {
        this.disputes = disputes;
        this.money = money;
        this.circumstances = circumstances;
        this.settings = settings;
        this.idempotency = idempotency;
        this.policy = policy;
        this.clock = clock;
        this.json = json;
    }

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    // --- opening -----------------------------------------------------------------------------------------------------

    /** A new dispute, answered with 201, its verdict and its checklist. */
    Uni<Response> open(DisputeRequest.Opened asked, Actor actor) {
        return idempotency
                .with(actor.key(), connection -> opened(connection, asked, actor))
                // Somebody else has opened one at the same moment: the second look finds it and names it.
                .onFailure(DisputeDesk::isTaken)
                .recoverWithUni(() -> idempotency.with(actor.key(), connection -> opened(connection, asked, actor)));
    }

    private static boolean isTaken(Throwable failure) {
        return failure instanceof PgException pg && UNIQUE_VIOLATION.equals(pg.getSqlState());
    }

    private Uni<Idempotency.Answer> opened(SqlConnection connection, DisputeRequest.Opened asked, Actor actor) {
        Instant now = now();
        return found(connection, asked, actor, 0, new ArrayList<>()).chain(found -> {
            List<Claim> claims = new ArrayList<>();
            Money sum = null;
            for (int i = 0; i < found.size(); i++) {
                Money claim = claim(found.get(i), asked.transactions().get(i).amount(), asked.reason(), actor, now);
                claims.add(Claim.of(found.get(i).transaction().id(), claim.amount()));
                sum = sum == null ? claim : plus(sum, claim);
            }
            MoneyBack.Standing first = requireOneStory(found);
            Dispute dispute =
                    new Dispute(TypeId.next(), asked.reason(), actor.party(), actor.person(), sum, asked.text(), now);
            dispute.merchantId = first.transaction().reference().merchantId();
            dispute.cardToken = first.transaction().card().token();
            dispute.begin(now, settings);
            Entry entry = actor.entry(actor.party(), "opened")
                    .with("reason", asked.reason().code())
                    .with("claimed", amount(sum))
                    .with(
                            "transactions",
                            claims.stream()
                                    .map(c -> TypeId.format(TypeId.TRANSACTION, c.transactionId()))
                                    .toList())
                    .with("text", asked.text());
            return requireFirst(connection, claims, asked.reason())
                    .chain(() -> disputes.open(connection, dispute, claims, entry, now))
                    .chain(() -> disputes.byId(connection, dispute.id))
                    .chain(whole -> circumstances.checklist(connection, whole).map(checklist -> {
                        DisputeAnswer answer = DisputeAnswer.of(whole, now, policy.zone(), actor.language())
                                .opened(known(first.found(), checklist), checklist, policy, now, actor.language());
                        return new Idempotency.Answer(201, "/v1/disputes/" + dispute.reference(), text(answer));
                    }));
        });
    }

    static Found known(Found found, Checklist checklist) {
        boolean lost = checklist.weaknesses().contains(Checklist.Weakness.TERMINAL_LOST_BEFORE);
        return new Found(found.transaction(), found.completeness(), lost, null);
    }

    private Uni<List<MoneyBack.Standing>> found(
            SqlConnection connection,
            DisputeRequest.Opened asked,
            Actor actor,
            int next,
            List<MoneyBack.Standing> found) {
        if (next == asked.transactions().size()) {
            return Uni.createFrom().item(found);
        }
        UUID id = asked.transactions().get(next).transactionId();
        Uni<MoneyBack.Standing> one = id == null ? Uni.createFrom().nullItem() : money.find(connection, id);
        return one.chain(standing -> {
            if (standing == null
                    || !actor.may()
                            .shows(
                                    standing.transaction().reference().merchantId(),
                                    standing.transaction().card().token())) {
                throw Problem.notFound();
            }
            boolean twice = found.stream().anyMatch(other -> other.transaction()
                    .id()
                    .equals(standing.transaction().id()));
            if (twice) {
                throw Problem.invalid("/transactions", "must not name a payment twice");
            }
            found.add(standing);
            return found(connection, asked, actor, next + 1, found);
        });
    }

    private Money claim(MoneyBack.Standing standing, Money asked, Reason reason, Actor actor, Instant now) {
        Verdict.Kind kind = standing.verdict().kind();
        if (kind == Verdict.Kind.NOT_CHARGED || kind == Verdict.Kind.PENDING) {
            throw Problem.conflict("nothing_to_dispute", "By what is known now, nothing was charged.")
                    .with("verdict", kind.code());
        }
        if (now.isAfter(standing.transaction().occurredAt().plus(settings.openWithin()))) {
            throw Problem.conflict("dispute_too_late", "This payment is too old to be disputed.")
                    .with("within", settings.openWithin().toString());
        }
        Money charged = standing.charged() != null
                ? standing.charged()
                : standing.transaction().amount();
        if (asked == null) {
            if (charged == null || reason == Reason.AMOUNT_DIFFERS) {
                throw Problem.invalid("/amount", "is required: what is claimed");
            }
            return charged;
        }
        if (charged != null && !asked.currency().equals(charged.currency())) {
            throw Problem.unprocessable("currency_mismatch", "A claim is in the currency of the sale.")
                    .at("/amount/currency", "must be " + charged.currency());
        }
        // What a merchant misses may be more than it has got.
        if (actor.party() != Party.MERCHANT && charged != null && !charged.covers(asked)) {
            throw Problem.conflict("claim_exceeds_charge", "More is claimed than was charged.")
                    .with("charged", Amount.of(charged));
        }
        return asked;
    }

    private static Money plus(Money sum, Money more) {
        if (!sum.currency().equals(more.currency()) || sum.amount() + more.amount() > Money.MAX) {
            throw Problem.unprocessable("not_one_story", "One dispute covers payments of one currency.")
                    .at("/transactions", "must be of one currency, and not more in all than a payment may be");
        }
        return sum.plus(more);
    }

    private static MoneyBack.Standing requireOneStory(List<MoneyBack.Standing> found) {
        MoneyBack.Standing first = found.get(0);
        for (MoneyBack.Standing other : found) {
            boolean same = Objects.equals(
                            first.transaction().reference().merchantId(),
                            other.transaction().reference().merchantId())
                    && first.transaction().card().equals(other.transaction().card());
            if (!same) {
                throw Problem.unprocessable("not_one_story", "One dispute covers payments of one card at one merchant.")
                        .at("/transactions", "must be of one merchant and card");
            }
        }
        return first;
    }

    private Uni<Void> requireFirst(SqlConnection connection, List<Claim> claims, Reason reason) {
        return disputes.other(
                        connection, claims.stream().map(Claim::transactionId).toList(), reason)
                .invoke(other -> {
                    if (other != null) {
                        throw Problem.conflict("dispute_exists", "This payment is disputed for this reason already.")
                                .with("dispute_id", TypeId.format(TypeId.DISPUTE, other));
                    }
                })
                .replaceWithVoid();
    }

    // --- going on ----------------------------------------------------------------------------------------------------

    Uni<Response> message(UUID id, DisputeRequest.Said said, Actor actor) {
        UUID message = TypeId.next();
        return act(id, actor, 201, (connection, whole, now) -> {
            whole.dispute().requireRoom(settings);
            return Uni.createFrom()
                    .item(List.of(actor.entry(actor.party(), "message")
                            .with("message_id", TypeId.format(TypeId.MESSAGE, message))
                            .with("text", said.text())));
        });
    }

    Uni<Response> propose(UUID id, DisputeRequest.Offered offered, Actor actor) {
        return act(id, actor, 201, (connection, whole, now) -> {
            Party side = actor.side(offered.side());
            Dispute dispute = whole.dispute();
            dispute.requireRoom(settings);
            dispute.requireInTime(now);
            if (whole.proposals().size() >= settings.maxProposals()) {
                throw Dispute.tooLong();
            }
            UUID transaction = offered.kind() == Proposal.Kind.REFUND || offered.kind() == Proposal.Kind.VOUCHER
                    ? transaction(whole, offered)
                    : null;
            Proposal proposal = new Proposal(
                    TypeId.next(),
                    id,
                    side,
                    offered.kind(),
                    transaction,
                    offered.amount(),
                    offered.text(),
                    Proposal.State.PROPOSED,
                    actor.person(),
                    now,
                    null,
                    null);
            dispute.propose(side, now, settings);
            Entry entry = actor.entry(side, "proposed")
                    .with("proposal_id", proposal.reference())
                    .with("kind", proposal.kind().code())
                    .with("amount", amount(proposal.amount()))
                    .with("text", proposal.text());
            return requireLeft(connection, whole, proposal)
                    .chain(() -> disputes.propose(connection, proposal))
                    .replaceWith(List.of(entry));
        });
    }

    private static UUID transaction(Disputes.Whole whole, DisputeRequest.Offered offered) {
        List<Claim> claims = whole.claims();
        if (offered.transactionId() == null && claims.size() > 1) {
            throw Problem.invalid("/transaction_id", "is required where several transactions are disputed");
        }
        if (!offered.amount().currency().equals(whole.dispute().claimed.currency())) {
            throw Problem.unprocessable("currency_mismatch", "A proposal is in the currency of the claim.")
                    .at("/amount/currency", "must be " + whole.dispute().claimed.currency());
        }
        return claims.stream()
                .map(Claim::transactionId)
                .filter(one -> offered.transactionId() == null || one.equals(offered.transactionId()))
                .findFirst()
                .orElseThrow(() -> Problem.invalid("/transaction_id", "must be one of the disputed transactions"));
    }

    // Whoever accepts is refused what is gone by then; an offer that could never be kept is refused at once.
    private Uni<Void> requireLeft(SqlConnection connection, Disputes.Whole whole, Proposal proposal) {
        if (proposal.transactionId() == null) {
            return Uni.createFrom().voidItem();
        }
        long own = whole.claims().stream()
                .filter(claim -> claim.transactionId().equals(proposal.transactionId()))
                .mapToLong(Claim::open)
                .sum();
        return money.find(connection, proposal.transactionId())
                .invoke(standing -> {
                    String currency = proposal.amount().currency();
                    boolean counted = standing.charged() != null
                            && standing.charged().currency().equals(currency);
                    long left = counted ? Math.max(0, standing.room() + own) : 0;
                    if (left < proposal.amount().amount()) {
                        throw exceeds(Money.of(left, currency));
                    }
                })
                .replaceWithVoid();
    }

    static Problem exceeds(Money left) {
        Problem problem =
                Problem.conflict("refund_exceeds_charge", "More than may still go back for this transaction.");
        return left == null ? problem : problem.with("refundable", Amount.of(left));
    }

    Uni<Response> decline(UUID id, UUID proposalId, DisputeRequest.Said said, Actor actor) {
        return act(id, actor, 200, (connection, whole, now) -> {
            Party side = actor.side(said.side());
            Proposal proposal = answerable(whole, proposalId, side, actor);
            whole.dispute().requireInTime(now);
            whole.dispute().decline(proposal.party(), now, settings);
            return disputes.answer(connection, proposal, Proposal.State.DECLINED, actor.person(), now)
                    .replaceWith(List.of(actor.entry(side, "declined")
                            .with("proposal_id", proposal.reference())
                            .with("text", said.text())));
        });
    }

    /** The proposal, if this side may answer it. */
    static Proposal answerable(Disputes.Whole whole, UUID id, Party side, Actor actor) {
        Proposal proposal = whole.proposals().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(Problem::notFound);
        if (proposal.party() == side) {
            throw Problem.conflict("own_proposal", "A proposal is accepted or declined by the other side only.");
        }
        whole.dispute().requireLive();
        if (proposal.state() != Proposal.State.PROPOSED) {
            throw Problem.conflict("proposal_not_open", "This proposal has been answered or replaced.")
                    .with("proposal_status", proposal.state().code());
        }
        if (actor.party() == Party.DESK && proposal.proposedBy().equals(actor.person())) {
            throw Problem.forbidden("same_person", "Nobody agrees with themselves: another person must answer.");
        }
        return proposal;
    }

    Uni<Response> withdraw(UUID id, DisputeRequest.Said said, Actor actor) {
        return act(id, actor, 200, (connection, whole, now) -> {
            whole.dispute().withdraw(actor.party(), now);
            return release(connection, whole)
                    .replaceWith(List.of(actor.entry(actor.party(), "withdrawn").with("text", said.text())));
        });
    }

    /** What the card's bank claimed back while nobody had decided is claimed no longer. */
    Uni<Void> release(SqlConnection connection, Disputes.Whole whole) {
        return free(connection, whole, claim -> claim.taking(0, claim.won(), claim.compensated(), null));
    }

    private Uni<Void> free(SqlConnection connection, Disputes.Whole whole, UnaryOperator<Claim> less) {
        Uni<Void> all = Uni.createFrom().voidItem();
        for (Claim claim : whole.claims()) {
            if (less.apply(claim).taken() < claim.taken()) {
                all = all.chain(() -> disputes.take(connection, whole.dispute().id, less.apply(claim), 0));
            }
        }
        return all;
    }

    Uni<Response> followUp(UUID id, DisputeRequest.Followed followed, Actor actor) {
        return act(id, actor, 201, (connection, whole, now) -> {
            if (whole.dispute().status.isLive()) {
                throw Problem.conflict("dispute_open", "There is nothing to follow up before the dispute has ended.");
            }
            if (whole.dispute().timelineNumber >= settings.maxEntries()) {
                throw Dispute.tooLong();
            }
            Entry entry = actor.entry(actor.party(), "followed_up")
                    .with("satisfied", followed.satisfied())
                    .with("prevention", followed.prevention());
            if (!followed.known()) {
                return Uni.createFrom().item(List.of(entry));
            }
            FollowUp promise = whole.followUps().stream()
                    .filter(one -> one.id().equals(followed.followUp()))
                    .findFirst()
                    .orElseThrow(() -> Problem.invalid("/follow_up_id", "must be one of this dispute's"));
            requireEndable(promise, followed, actor);
            FollowUp.State state = followed.executed() ? FollowUp.State.EXECUTED : FollowUp.State.FAILED;
            boolean neverGiven = promise.kind() == Proposal.Kind.VOUCHER && state == FollowUp.State.FAILED;
            return disputes.keep(connection, promise.id(), state, followed.proof(), now)
                    .chain(() -> neverGiven
                            ? free(connection, whole, claim -> claim.taking(claim.open(), claim.won(), 0, null))
                            : Uni.createFrom().voidItem())
                    .replaceWith(List.of(entry.with("follow_up_id", promise.reference())
                            .with("kind", promise.kind().code())
                            .with("outcome", state.code())
                            .with("proof", followed.proof())));
        });
    }

    private static void requireEndable(FollowUp promise, DisputeRequest.Followed followed, Actor actor) {
        if (promise.state() != FollowUp.State.PROMISED) {
            throw Problem.conflict("follow_up_ended", "This promise was kept, or is known to have failed.")
                    .with("follow_up_status", promise.state().code());
        }
        if (promise.refundId() != null) {
            throw Problem.conflict("follow_up_of_refund", "A promised refund tells by itself what became of it.");
        }
        if (followed.executed() && actor.party() == promise.owedBy() && followed.proof() == null) {
            throw Problem.invalid("/proof", "is required of whoever promised it");
        }
    }

    // --- how steps are taken -----------------------------------------------------------------------------------------

    private Uni<Response> act(UUID id, Actor actor, int status, Step step) {
        return idempotency.with(actor.key(), connection -> step(connection, id, actor, status, step));
    }

    /** Locks the dispute, takes the step, writes what happened and answers with the dispute as it is then. */
    Uni<Idempotency.Answer> step(SqlConnection connection, UUID id, Actor actor, int status, Step step) {
        return locked(connection, id)
                .invoke(whole -> actor.requireTheirs(whole == null ? null : whole.dispute()))
                .chain(whole -> {
                    // Only now: while we waited for the lock the deadline may have passed.
                    Instant now = now();
                    return step.take(connection, whole, now)
                            .chain(entries -> disputes.save(connection, whole.dispute(), entries, now));
                })
                .chain(() -> disputes.byId(connection, id))
                .map(whole -> new Idempotency.Answer(
                        status,
                        status == 201 ? "/v1/disputes/" + whole.dispute().reference() : null,
                        text(DisputeAnswer.of(whole, now(), policy.zone(), actor.language()))));
    }

    /** The dispute with all that belongs to it, locked until the caller's transaction ends; null when there is none. */
    Uni<Disputes.Whole> locked(SqlConnection connection, UUID id) {
        return disputes.lock(connection, id)
                .chain(dispute -> dispute == null ? Uni.createFrom().nullItem() : disputes.byId(connection, id));
    }

    /** Money as timelines write it; null stays null. */
    static JsonObject amount(Money money) {
        return money == null
                ? null
                : new JsonObject().put("amount", money.amount()).put("currency", money.currency());
    }

    private String text(DisputeAnswer answer) {
        try {
            return json.writeValueAsString(answer);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
