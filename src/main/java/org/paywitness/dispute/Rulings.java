package org.paywitness.dispute;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.paywitness.evidence.Party;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.money.Money;
import org.paywitness.observation.Observations;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.MoneyBack;
import org.paywitness.transaction.Summary;
import org.paywitness.transaction.Transaction;
import org.paywitness.transaction.Transactions;

/**
 * The steps of disputes that move money or may: agreements, escalations, decisions and what the rules decide. The
 * disputed transactions are locked first, so that what is left of them stays what was judged until all is written.
 */
@ApplicationScoped
class Rulings {
    /** The disputed transactions, locked: how each stands, by the id that it is disputed under. */
    private static final class Held {
        private final Map<UUID, MoneyBack.Standing> standings = new HashMap<>();
        private final Map<UUID, Transaction> next = new HashMap<>();
        private final Map<UUID, Long> used = new HashMap<>();

        MoneyBack.Standing of(Claim claim) {
            return standings.get(claim.transactionId());
        }

        /** @throws Problem 409 {@code currency_changed} where the sources have told another currency since */
        void requireIn(String currency) {
            if (!isIn(currency)) {
                throw Problem.conflict("currency_changed", "The sources tell another currency of this payment now.");
            }
        }

        /** Whether what may go back is counted in this currency. */
        boolean isIn(String currency) {
            return standings.values().stream()
                    .allMatch(s -> s.charged() == null || s.charged().currency().equals(currency));
        }

        /** What this dispute may take for the transaction: what is left, and what it holds already. */
        long available(Claim claim) {
            long room = of(claim).charged() == null ? 0 : of(claim).room();
            return Math.max(0, Math.addExact(room, claim.open() + claim.won()) - used.getOrDefault(id(claim), 0L));
        }

        /** Of two ids that were merged each takes what the other leaves. */
        void use(Claim claim, long amount) {
            used.merge(id(claim), amount - claim.open() - claim.won(), Math::addExact);
        }

        private UUID id(Claim claim) {
            return of(claim).transaction().id();
        }

        /** What becomes of the transaction; several changes of one add up. */
        void change(Claim claim, UnaryOperator<Transaction> change) {
            next.computeIfPresent(id(claim), (id, transaction) -> change.apply(transaction));
        }
    }

    private interface Ruling {
        Uni<List<Entry>> make(SqlConnection connection, Disputes.Whole whole, Held held, Instant now);
    }

    private static final String CHECK_VIOLATION = "23514";
    private static final String DEADLOCK = "40P01";

    private final Disputes disputes;
    private final DisputeDesk desk;
    private final Circumstances circumstances;
    private final MoneyBack money;
    private final Observations observations;
    private final DisputeSettings settings;
    private final Idempotency idempotency;
    private final Pool pool;

    Rulings(
            Disputes disputes,
            DisputeDesk desk,
            Circumstances circumstances,
            MoneyBack money,
            Observations observations,
            DisputeSettings settings,
            Idempotency idempotency,
            Pool pool) {
        this.disputes = disputes;
        this.desk = desk;
        this.circumstances = circumstances;
        this.money = money;
        this.observations = observations;
        this.settings = settings;
        this.idempotency = idempotency;
        this.pool = pool;
    }

    // --- agreements --------------------------------------------------------------------------------------------------

    /** The other side takes the offer: what was promised in it runs by itself or is followed up. */
    Uni<Response> accept(UUID id, UUID proposalId, DisputeRequest.Said said, DisputeDesk.Actor actor) {
        return acting(id, actor, "agreement", false, (connection, whole, held, now) -> {
                    Party side = actor.side(said.side());
                    Proposal proposal = DisputeDesk.answerable(whole, proposalId, side, actor);
                    whole.dispute().requireInTime(now);
                    whole.dispute().agree(now);
                    Entry entry = actor.entry(side, "accepted")
                            .with("proposal_id", proposal.reference())
                            .with("kind", proposal.kind().code())
                            .with("amount", DisputeDesk.amount(proposal.amount()))
                            .with("text", said.text());
                    held.requireIn(whole.dispute().claimed.currency());
                    return disputes.answer(connection, proposal, Proposal.State.ACCEPTED, actor.person(), now)
                            .chain(() -> desk.release(connection, whole))
                            .chain(() -> keep(connection, whole, held, proposal, actor, now))
                            .map(refund -> List.of(entry.with(
                                    "refund_id", refund == null ? null : TypeId.format(TypeId.REFUND, refund))));
                })
                .invoke(money::wake);
    }

    /** What was agreed on is done or promised; the refund, if there is one. */
    private Uni<UUID> keep(
            SqlConnection connection,
            Disputes.Whole whole,
            Held held,
            Proposal proposal,
            DisputeDesk.Actor actor,
            Instant now) {
        if (proposal.kind() == Proposal.Kind.NOTHING) {
            return Uni.createFrom().nullItem();
        }
        Uni<UUID> refund =
                switch (proposal.kind()) {
                    case REFUND ->
                        money.refund(
                                connection,
                                proposal.transactionId(),
                                proposal.amount(),
                                proposal.reference(),
                                // Who asks cannot approve: of the two, the merchant's person or the desk's.
                                proposal.party() == Party.MERCHANT ? proposal.proposedBy() : actor.person());
                    case VOUCHER ->
                        compensate(connection, whole, held, proposal).replaceWith((UUID) null);
                    default -> Uni.createFrom().nullItem();
                };
        return refund.call(made -> disputes.promise(
                connection,
                whole.dispute(),
                new FollowUp(
                        TypeId.next(),
                        proposal.kind(),
                        proposal.kind().owedBy(),
                        proposal.amount(),
                        made,
                        now.plus(settings.promisesWithin()),
                        FollowUp.State.PROMISED,
                        null,
                        null)));
    }

    // A voucher settles what could otherwise be refunded or claimed back.
    private Uni<Void> compensate(SqlConnection connection, Disputes.Whole whole, Held held, Proposal proposal) {
        Claim claim = whole.claims().stream()
                .filter(one -> one.transactionId().equals(proposal.transactionId()))
                .findFirst()
                .orElseThrow();
        long given = proposal.amount().amount();
        if (given > held.available(claim)) {
            throw DisputeDesk.exceeds(
                    Money.of(held.available(claim), proposal.amount().currency()));
        }
        Claim next = claim.taking(0, claim.won(), claim.compensated() + given, held.id(claim));
        return take(connection, whole, held, claim, next);
    }

    // --- escalation and decision -------------------------------------------------------------------------------------

    Uni<Response> escalate(UUID id, DisputeRequest.Said said, DisputeDesk.Actor actor) {
        Party side = actor.party() == Party.DESK && said.side() != null ? said.side() : actor.party();
        return acting(id, actor, "chargeback", true, (connection, whole, held, now) -> {
            Dispute dispute = whole.dispute();
            Status before = dispute.status;
            dispute.requireInTime(now);
            dispute.escalate(side, now, settings);
            held.requireIn(dispute.claimed.currency());
            return requireCase(connection, whole, side)
                    .chain(() -> claimBack(connection, whole, held))
                    .map(claimed -> List.of(actor.entry(side, "escalated")
                            .with("appeal", before.isLive() ? null : before.code())
                            .with("claimed_back", claimed)
                            .with("text", said.text())));
        });
    }

    // Nobody goes further with less than is required.
    private Uni<Void> requireCase(SqlConnection connection, Disputes.Whole whole, Party side) {
        if (side == Party.DESK) {
            return Uni.createFrom().voidItem();
        }
        return circumstances
                .checklist(connection, whole)
                .invoke(checklist -> {
                    if (!checklist.isComplete(side)) {
                        throw Problem.conflict("evidence_missing", "What is required of you is not all there yet.")
                                .with("missing", ChecklistAnswer.missing(checklist, side));
                    }
                })
                .replaceWithVoid();
    }

    /** From the chargeback on the card's bank claims, at most what is left; tells how much in all. */
    private Uni<Long> claimBack(SqlConnection connection, Disputes.Whole whole, Held held) {
        long all = 0;
        Uni<Void> taken = Uni.createFrom().voidItem();
        for (Claim claim : whole.claims()) {
            long claimed = Math.min(claim.amount(), held.available(claim));
            held.use(claim, claimed);
            all += claimed;
            undo(whole, held, claim);
            Claim open = claim.taking(claimed, 0, claim.compensated(), held.id(claim));
            taken = taken.chain(() -> take(connection, whole, held, claim, open));
        }
        if (all == 0) {
            throw Problem.conflict("nothing_left_to_claim", "All that was charged has gone back or is on its way.");
        }
        long sum = all;
        return taken.replaceWith(sum);
    }

    /** What was won under this claim so far goes back no longer. */
    private static void undo(Disputes.Whole whole, Held held, Claim claim) {
        if (claim.won() > 0) {
            held.change(claim, t -> t.takeBack(whole.dispute().id, claim.transactionId()));
        }
    }

    Uni<Response> decide(UUID id, DisputeRequest.Decided decided, DisputeDesk.Actor actor) {
        return acting(
                id,
                actor,
                "chargeback",
                decided.outcome() == Status.WON_BY_CARDHOLDER,
                (connection, whole, held, now) -> {
                    Status before = whole.dispute().status;
                    requireWithin(whole.dispute(), decided.amount());
                    whole.dispute().requireOtherThanOpener(actor.party(), actor.person());
                    held.requireIn(whole.dispute().claimed.currency());
                    whole.dispute().decide(decided.outcome(), now);
                    return rule(connection, whole, held, decided.amount(), now)
                            .map(won -> List.of(actor.entry(Party.DESK, before.isLive() ? "decided" : "reversed")
                                    .with("outcome", decided.outcome().code())
                                    .with("won", won)
                                    .with("text", decided.text())));
                });
    }

    private static void requireWithin(Dispute dispute, Money amount) {
        if (amount != null && !amount.currency().equals(dispute.claimed.currency())) {
            throw Problem.unprocessable("currency_mismatch", "A decision is in the currency of the claim.")
                    .at("/amount/currency", "must be " + dispute.claimed.currency());
        }
        if (amount != null && !dispute.claimed.covers(amount)) {
            throw Problem.conflict("claim_exceeds_charge", "More than was claimed.")
                    .with("claimed", Amount.of(dispute.claimed));
        }
    }

    /** Moves what the outcome moves: to the cardholder as much as was won and is left, from it what was won before. */
    private Uni<Long> rule(SqlConnection connection, Disputes.Whole whole, Held held, Money amount, Instant now) {
        Dispute dispute = whole.dispute();
        boolean wins = dispute.status == Status.WON_BY_CARDHOLDER && dispute.movesMoney();
        long wanted = !wins ? 0 : amount == null ? dispute.claimed.amount() : amount.amount();
        long all = 0;
        Uni<Void> taken = Uni.createFrom().voidItem();
        for (Claim claim : whole.claims()) {
            long won = Math.min(Math.min(wanted - all, claim.amount()), held.available(claim));
            held.use(claim, won);
            all += won;
            if (won > 0) {
                Summary.Sent sent = new Summary.Sent(
                        dispute.id,
                        claim.transactionId(),
                        Money.of(won, dispute.claimed.currency()),
                        now,
                        Summary.By.CHARGEBACK,
                        false);
                held.change(claim, t -> t.with(sent));
            } else {
                undo(whole, held, claim);
            }
            Claim next = claim.taking(0, won, claim.compensated(), held.id(claim));
            taken = taken.chain(() -> take(connection, whole, held, claim, next));
        }
        long sum = all;
        return taken.replaceWith(sum);
    }

    // What others hold under the same row, and all that this dispute may take: what is judged cannot be exceeded.
    private Uni<Void> take(SqlConnection connection, Disputes.Whole whole, Held held, Claim before, Claim next) {
        return money.taken(connection, next.bookedUnder())
                .chain(taken -> disputes.take(
                        connection, whole.dispute().id, next, Math.addExact(taken == null ? 0 : taken, next.taken())));
    }

    // --- what the rules decide ---------------------------------------------------------------------------------------

    /** A deadline or a reminder has come: does what the rules say, if it still has. */
    Uni<Void> onTime(UUID id) {
        return disputes.byId(id).chain(seen -> {
            Instant now = desk.now();
            if (seen == null
                    || seen.dispute().actAt == null
                    || seen.dispute().actAt.isAfter(now)) {
                return Uni.createFrom().voidItem();
            }
            return seen.dispute().isOverdue(now) ? lapse(seen) : remind(id);
        });
    }

    private Uni<Void> remind(UUID id) {
        return pool.withTransaction(connection -> desk.locked(connection, id).chain(whole -> {
            Dispute dispute = whole.dispute();
            Instant now = desk.now();
            if (dispute.actAt == null || dispute.actAt.isAfter(now) || dispute.isOverdue(now)) {
                return Uni.createFrom().voidItem();
            }
            dispute.remind(settings);
            Entry entry = Entry.byRules("reminded")
                    .with("whose_turn", dispute.status.turn().code());
            return disputes.save(connection, dispute, List.of(entry), now);
        }));
    }

    private Uni<Void> lapse(Disputes.Whole seen) {
        return circumstances.checklist(pool, seen).chain(checklist -> {
            boolean wins = seen.dispute().byRules(checklist) == Status.WON_BY_CARDHOLDER;
            return lapse(seen, wins && seen.dispute().movesMoney());
        });
    }

    private Uni<Void> lapse(Disputes.Whole seen, boolean claims) {
        return holding(seen, "chargeback", claims, (connection, held) -> desk.locked(connection, seen.dispute().id)
                .chain(whole -> {
                    Instant now = desk.now();
                    if (!whole.dispute().isOverdue(now)) {
                        return Uni.createFrom().voidItem();
                    }
                    return lapse(connection, whole, held, now);
                }));
    }

    private Uni<Void> lapse(SqlConnection connection, Disputes.Whole whole, Held held, Instant now) {
        Dispute dispute = whole.dispute();
        String silent = dispute.status.turn().code();
        return circumstances.checklist(connection, whole).chain(checklist -> {
            // Where the sources have told another currency since, a person must look.
            Status next = held.isIn(dispute.claimed.currency()) ? dispute.byRules(checklist) : Status.UNDER_REVIEW;
            dispute.lapse(next, now, settings);
            Entry entry = Entry.byRules(dispute.status == Status.EXPIRED ? "expired" : "deadline_passed")
                    .with("silent", silent)
                    .with("merchant_case_complete", checklist.isComplete(Party.MERCHANT));
            Uni<Long> ruled = dispute.status.loser() != null
                    ? rule(connection, whole, held, null, now)
                    : dispute.status.isLive()
                            ? Uni.createFrom().item(0L)
                            : desk.release(connection, whole).replaceWith(0L);
            return ruled.chain(won -> disputes.save(
                    connection,
                    dispute,
                    List.of(entry.with("outcome", dispute.status.code()).with("won", won)),
                    now));
        });
    }

    // --- how rulings are made ----------------------------------------------------------------------------------------

    private Uni<Response> acting(UUID id, DisputeDesk.Actor actor, String reason, boolean claims, Ruling ruling) {
        Uni<Idempotency.Answer> work = disputes.byId(id).chain(seen -> {
            actor.requireTheirs(seen == null ? null : seen.dispute());
            Idempotency.Answer[] answer = new Idempotency.Answer[1];
            return holding(seen, reason, claims, (connection, held) -> idempotency
                            .within(
                                    connection,
                                    actor.key(),
                                    () -> desk.step(
                                            connection,
                                            id,
                                            actor,
                                            200,
                                            (c, whole, now) -> ruling.make(c, whole, held, now)))
                            .invoke(given -> answer[0] = given)
                            .replaceWithVoid())
                    .map(done -> answer[0]);
        });
        return idempotency
                .answered(actor.key(), work)
                .onFailure(PgException.class)
                .transform(Rulings::explained)
                .onFailure(Transactions.Overtaken.class)
                .transform(overtaken ->
                        Problem.unavailable("transaction_busy", "This transaction changes too often just now."));
    }

    // What the database refuses because others did something in the same moment.
    private static Throwable explained(Throwable failure) {
        return switch (((PgException) failure).getSqlState()) {
            // They took what was left, by way of an id that was merged.
            case CHECK_VIOLATION -> DisputeDesk.exceeds(null);
            // They opened another dispute for this reason while this one had ended.
            case DisputeDesk.UNIQUE_VIOLATION ->
                Problem.conflict("dispute_exists", "This payment is disputed for this reason already.");
            // They held what we needed, again and again.
            case DEADLOCK -> Problem.unavailable("transaction_busy", "This transaction changes too often just now.");
            default -> failure;
        };
    }

    private interface Work {
        Uni<Void> with(SqlConnection connection, Held held);
    }

    /**
     * Works in one database transaction that holds the disputed transactions, and writes what became of them.
     *
     * @param claims whether money may be claimed: refunds that were not sent yet give way
     */
    private Uni<Void> holding(Disputes.Whole seen, String reason, boolean claims, Work work) {
        List<UUID> ids = seen.claims().stream().map(Claim::transactionId).toList();
        return observations.revise(
                ids,
                reason,
                (connection, current) -> hold(connection, current, ids, claims)
                        .chain(held -> work.with(connection, held).map(done -> current.stream()
                                .map(t -> held.next.get(t.id()))
                                .toList())),
                (connection, next) -> Uni.createFrom().voidItem());
    }

    private Uni<Held> hold(SqlConnection connection, List<Transaction> current, List<UUID> ids, boolean claims) {
        Held held = new Held();
        Uni<Void> all = Uni.createFrom().voidItem();
        for (Transaction one : current) {
            held.next.put(one.id(), one);
            all = all.chain(() -> money.lock(connection, one))
                    .chain(() -> claims
                            ? money.cancelUnsent(connection, one.id())
                            : Uni.createFrom().voidItem());
        }
        for (UUID id : ids) {
            all = all.chain(() -> money.find(connection, id))
                    .invoke(standing -> held.standings.put(id, standing))
                    .replaceWithVoid();
        }
        return all.replaceWith(held);
    }
}
