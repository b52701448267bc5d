package org.paywitness.refund;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.Consumer;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Policy;

/** Takes in what people ask for and decide about refunds: each once, whole or not at all. */
@ApplicationScoped
class RefundDesk {
    /**
     * Whoever asks.
     *
     * @param person who answers for it
     * @param may what this caller may act on
     * @param key null where none was given
     */
    record Asker(String person, Visibility may, Idempotency.Key key, Language language) {}

    /** Somebody changed the transaction, or took what was left, while we decided: decide again. */
    private static final int MAX_ATTEMPTS = 20;

    private static final Duration PAUSE = Duration.ofMillis(10);

    private static final String CHECK_VIOLATION = "23514";

    private final Refunds refunds;
    private final Settlements settlements;
    private final RefundIntake intake;
    private final RefundExecutor executor;
    private final RefundSettings settings;
    private final Idempotency idempotency;
    private final Policy policy;
    private final Clock clock;
    private final Pool pool;
    private final ObjectMapper json;

    RefundDesk(
            Refunds refunds,
            Settlements settlements,
            RefundIntake intake,
            RefundExecutor executor,
            RefundSettings settings,
            Idempotency idempotency,
            Policy policy,
            Clock clock,
            Pool pool,
            ObjectMapper json) {
        this.refunds = refunds;
        this.settlements = settlements;
        this.intake = intake;
        this.executor = executor;
        this.settings = settings;
        this.idempotency = idempotency;
        this.policy = policy;
        this.clock = clock;
        this.pool = pool;
        this.json = json;
    }

    // --- asking for a refund -----------------------------------------------------------------------------------------

    /**
     * A new refund, answered with 201; with a key that was used before, the answer of then. Fails with a {@link Problem}
     * that says why not, and how much may still go back.
     */
    Uni<Response> request(RefundRequest.Asked asked, Asker asker) {
        return Idempotency.detached(attempt(asked, asker, 1));
    }

    private Uni<Response> attempt(RefundRequest.Asked asked, Asker asker, int attempt) {
        if (asked.transactionId() == null) {
            return unlessKept(asker, Problem.notFound());
        }
        return refunds.base(asked.transactionId()).chain(base -> {
            if (base == null
                    || !asker.may()
                            .shows(
                                    base.transaction().reference().merchantId(),
                                    base.transaction().card().token())) {
                return unlessKept(asker, Problem.notFound());
            }
            Draft draft;
            try {
                draft = draft(asked, asker, base);
            } catch (Problem refusal) {
                return unlessKept(asker, refusal);
            }
            return write(asked, asker, base, draft, attempt);
        });
    }

    // A refusal changes nothing; but what was granted before, under the same key, stays granted.
    private Uni<Response> unlessKept(Asker asker, Problem refusal) {
        return idempotency.kept(asker.key()).onItem().ifNull().failWith(refusal);
    }

    /** A refund that may be written, and what the refunds of its transaction may sum up to. */
    private record Draft(Refund refund, long bound) {}

    private Draft draft(RefundRequest.Asked asked, Asker asker, Refunds.Base base) {
        Instant now = now();
        Transaction transaction = base.transaction();
        Refundable refundable = Refundable.of(transaction, base.completeness(), base.books(), policy, now);
        if (refundable.refusal() != null) {
            throw refundable.refusal();
        }
        Money amount = asked.amount() == null ? refundable.left() : asked.amount();
        if (!amount.currency().equals(refundable.left().currency())) {
            throw refundable
                    .telling(Problem.unprocessable("currency_mismatch", "A refund is in the currency of the sale."))
                    .at("/amount/currency", "must be " + refundable.left().currency());
        }
        if (amount.isZero() || !refundable.allows(amount)) {
            throw refundable.telling(
                    Problem.conflict("refund_exceeds_charge", "More than may still go back for this transaction."));
        }
        String merchant = transaction.reference().merchantId();
        RefundLimits limits = RefundLimits.of(settings, policy, merchant);
        if (asked.reason() == Reason.COOLING_OFF && !limits.isWithinCoolingOff(transaction.occurredAt(), now)) {
            throw Problem.conflict("cooling_off_over", "The days of returning without a reason are over.");
        }
        // Several small refunds of one payment need a second person as one large one does.
        long inAll = Math.addExact(base.books().live(), amount.amount());
        boolean automatic = inAll <= Money.MAX
                && limits.isAutomatic(Money.of(inAll, amount.currency()), transaction.occurredAt(), now);
        boolean whole = amount.equals(refundable.charged()) && base.books().live() == 0;
        CardKind kind = transaction.summary().cardKind();
        Refund refund = new Refund(
                        TypeId.next(),
                        transaction.id(),
                        merchant,
                        transaction.summary().channel(),
                        kind == null ? CardKind.UNKNOWN : kind,
                        transaction.summary().viaWallet(),
                        amount,
                        asked.reason(),
                        asked.note(),
                        asker.person(),
                        now)
                .begin(automatic, limits.route(whole, transaction.occurredAt(), now), policy);
        // Those who judged the same books at the same moment must not be granted more without a second person together.
        long bound = refundable.bound(base.books());
        return new Draft(
                refund, automatic ? Math.min(bound, limits.automaticBound(amount.currency(), base.books())) : bound);
    }

    private Uni<Response> write(RefundRequest.Asked asked, Asker asker, Refunds.Base base, Draft draft, int attempt) {
        Refund refund = draft.refund();
        Idempotency.Answer answer =
                new Idempotency.Answer(201, "/v1/refunds/" + refund.reference(), body(refund, asker));
        RefundIntake.Granted granted = new RefundIntake.Granted(
                refund, base.transaction().version(), draft.bound(), asker.key(), answer.body());
        return intake.write(granted)
                .onFailure(RefundDesk::isBeyondBound)
                .recoverWithItem(RefundIntake.Written.OVERTAKEN)
                .chain(written -> switch (written) {
                    case DONE -> {
                        executor.wake(refund.reference());
                        yield Uni.createFrom().item(answer.response(false));
                    }
                    case KEY_TAKEN ->
                        idempotency
                                .kept(asker.key())
                                .onItem()
                                .ifNull()
                                .switchTo(() -> attempt(asked, asker, attempt + 1));
                    case OVERTAKEN ->
                        attempt < MAX_ATTEMPTS
                                ? Uni.createFrom()
                                        .voidItem()
                                        .onItem()
                                        .delayIt()
                                        .by(PAUSE.multipliedBy(attempt))
                                        .chain(() -> attempt(asked, asker, attempt + 1))
                                : Uni.createFrom()
                                        .failure(Problem.unavailable(
                                                "transaction_busy", "This transaction changes too often just now."));
                });
    }

    /** A refund that both sides of a dispute have agreed on, in the caller's database transaction. */
    Uni<UUID> agreed(SqlConnection connection, RefundRequest.Asked asked, Asker asker) {
        return refunds.base(connection, asked.transactionId()).chain(base -> {
            Draft draft = draft(asked, asker, base);
            Refund refund = draft.refund();
            RefundIntake.Granted granted = new RefundIntake.Granted(
                    refund, base.transaction().version(), draft.bound(), asker.key(), body(refund, asker));
            return intake.write(connection, granted).map(written -> {
                if (written != RefundIntake.Written.DONE) {
                    throw new IllegalStateException("an agreement was " + written + " under lock");
                }
                return refund.id;
            });
        });
    }

    private static boolean isBeyondBound(Throwable failure) {
        return failure instanceof PgException pg && CHECK_VIOLATION.equals(pg.getSqlState());
    }

    // --- deciding ----------------------------------------------------------------------------------------------------

    Uni<Response> approve(UUID id, String note, Asker asker) {
        return idempotency
                .with(asker.key(), connection -> refunds.lock(connection, id)
                        .call(refund ->
                                isForeign(refund, asker) ? Uni.createFrom().voidItem() : judgeAgain(connection, refund))
                        .chain(() -> change(
                                connection,
                                id,
                                asker,
                                "approved",
                                r -> r.approve(asker.person(), note, now(), policy))))
                .invoke(() -> executor.wake(TypeId.format(TypeId.REFUND, id)));
    }

    Uni<Response> reject(UUID id, String note, Asker asker) {
        return act(id, asker, "rejected", r -> {
            requireNotAgreed(r, asker);
            r.reject(asker.person(), note, now());
        });
    }

    Uni<Response> cancel(UUID id, String note, Asker asker) {
        return act(id, asker, "canceled", r -> {
            requireNotAgreed(r, asker);
            r.cancel(asker.person(), note, now());
        });
    }

    // What two sides have agreed on is not for one of them to take back.
    private static void requireNotAgreed(Refund refund, Asker asker) {
        if (refund.reason == Reason.AGREEMENT && !(asker.may() instanceof Visibility.Everything)) {
            throw Problem.conflict("refund_agreed", "This refund was agreed on: only the desk can take it back.");
        }
    }

    private static boolean isForeign(Refund refund, Asker asker) {
        return refund == null || !asker.may().shows(refund.merchantId, null);
    }

    // Others may have given the money back while it waited. A refund that cannot be decided on says so by itself.
    private Uni<Void> judgeAgain(SqlConnection connection, Refund refund) {
        // On the same connection: who holds one and waits for another may wait for itself where connections are few.
        return refunds.base(connection, refund.transactionId)
                .invoke(base -> {
                    if (refund.status != RefundStatus.PENDING_APPROVAL) {
                        return;
                    }
                    Refundable refundable = Refundable.of(
                            base.transaction(),
                            base.completeness(),
                            base.books().without(refund.amount),
                            policy,
                            now());
                    if (refundable.refusal() != null) {
                        throw refundable.refusal();
                    }
                    if (!refundable.allows(refund.amount)) {
                        throw refundable.telling(Problem.conflict(
                                "refund_exceeds_charge", "More than may still go back for this transaction."));
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Response> act(UUID id, Asker asker, String action, Consumer<Refund> change) {
        return idempotency.with(asker.key(), connection -> change(connection, id, asker, action, change));
    }

    private Uni<Idempotency.Answer> change(
            SqlConnection connection, UUID id, Asker asker, String action, Consumer<Refund> change) {
        return refunds.lock(connection, id).chain(refund -> {
            if (isForeign(refund, asker)) {
                throw Problem.notFound();
            }
            change.accept(refund);
            return refunds.save(connection, refund, asker.person(), action, now())
                    .map(saved -> new Idempotency.Answer(200, null, body(refund, asker)));
        });
    }

    /** Ends a refund of which the acquirer gives no end, by what a person found out. */
    Uni<Response> resolve(UUID id, RefundRequest.Resolved found, Asker asker) {
        Instant now = now();
        Consumer<Refund> change = r -> r.resolve(
                found.finding(), found.failure(), asker.person(), found.note(), now, policy, settings.lease());
        if (found.finding() != Refund.Finding.SUCCEEDED) {
            return act(id, asker, "resolved", change).invoke(() -> executor.wake());
        }
        Uni<Idempotency.Answer> work = refunds.byId(id).chain(seen -> {
            if (seen == null || !asker.may().shows(seen.refund().merchantId, null)) {
                throw Problem.notFound();
            }
            Idempotency.Answer[] answer = new Idempotency.Answer[1];
            return settlements
                    .count(seen.refund(), seen.refund().route, now, (connection, arrivedAt) -> idempotency
                            .within(
                                    connection,
                                    asker.key(),
                                    () -> change(connection, id, asker, "resolved", r -> {
                                        change.accept(r);
                                        r.arrivedAt = arrivedAt;
                                    }))
                            .invoke(given -> answer[0] = given)
                            .replaceWithVoid())
                    .map(done -> answer[0]);
        });
        return idempotency.answered(asker.key(), work);
    }

    private String body(Refund refund, Asker asker) {
        try {
            return json.writeValueAsString(
                    RefundAnswer.of(refund, asker.may(), null, now(), policy.zone(), asker.language()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
