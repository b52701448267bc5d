package org.paywitness.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.observation.Observations;
import org.paywitness.problem.Problem;
import org.paywitness.verdict.Policy;

/** Takes in what people say of terminals: each once, whole or not at all. */
@ApplicationScoped
class TerminalDesk {
    /**
     * Whoever says it.
     *
     * @param person who answers for it
     * @param may what this caller may act on
     * @param key null where none was given
     */
    record Asker(String person, Visibility may, Idempotency.Key key) {}

    private final Terminals terminals;
    private final Observations observations;
    private final Idempotency idempotency;
    private final TerminalSettings settings;
    private final Policy policy;
    private final Clock clock;
    private final ObjectMapper json;

    TerminalDesk(
            Terminals terminals,
            Observations observations,
            Idempotency idempotency,
            TerminalSettings settings,
            Policy policy,
            Clock clock,
            ObjectMapper json) {
        this.terminals = terminals;
        this.observations = observations;
        this.idempotency = idempotency;
        this.settings = settings;
        this.policy = policy;
        this.clock = clock;
        this.json = json;
    }

    /**
     * A new terminal, answered with 201. From then on it decides whose payments without a merchant are, also of those
     * heard before. Fails with a {@link Problem} that says why not.
     */
    Uni<Response> register(TerminalRequest.Registered asked, Asker asker) {
        if (!asker.may().shows(asked.merchantId(), null)) {
            throw Problem.notFound();
        }
        Uni<Idempotency.Answer> work = observations.learnMerchant(
                asked.terminalId(),
                connection -> idempotency.within(connection, asker.key(), () -> registered(connection, asked, asker)));
        return idempotency.answered(asker.key(), work);
    }

    private Uni<Idempotency.Answer> registered(
            SqlConnection connection, TerminalRequest.Registered asked, Asker asker) {
        Instant now = now();
        Terminal terminal = new Terminal(
                TypeId.next(),
                asked.terminalId(),
                asked.merchantId(),
                asked.description(),
                TerminalState.ACTIVE,
                now,
                null,
                null,
                asker.person(),
                now);
        return terminals
                .live(connection, asked.terminalId())
                .invoke(live -> refuseTaken(live, asker.may()))
                .chain(() -> asker.may() instanceof Visibility.Everything
                        ? Uni.createFrom().item(false)
                        : terminals.worksForAnother(connection, asked.terminalId(), asked.merchantId()))
                .invoke(another -> {
                    if (another) {
                        throw ofAnother();
                    }
                })
                .chain(() -> terminals.register(connection, terminal))
                .map(done -> {
                    if (!done) {
                        throw ofAnother();
                    }
                    return answer(new Terminal.History(terminal, List.of()));
                });
    }

    private static void refuseTaken(Terminal live, Visibility may) {
        if (live == null) {
            return;
        }
        if (!may.shows(live.merchantId(), null)) {
            throw ofAnother();
        }
        throw Problem.conflict("terminal_registered", "A terminal with this number is registered and not retired.")
                .with("terminal", live.reference());
    }

    // The same whether it is registered or only heard of: a merchant learns no more of another than it must.
    private static Problem ofAnother() {
        return Problem.conflict(
                "terminal_of_another_merchant", "This terminal is known to belong to another merchant.");
    }

    /** The terminal after one more report, answered with 201; with a key that was used before, the answer of then. */
    Uni<Response> report(UUID id, TerminalRequest.Told told, Asker asker) {
        return idempotency.with(asker.key(), connection -> terminals
                .lock(connection, id)
                .chain(terminal -> {
                    if (terminal == null || !asker.may().shows(terminal.merchantId(), null)) {
                        throw Problem.notFound();
                    }
                    return requireReplacement(connection, terminal, told)
                            .chain(() -> terminals.openLoss(connection, id))
                            .map(loss -> terminal.after(told.report(), told.since(), told.replacedBy(), loss));
                })
                .chain(after -> terminals
                        .report(
                                connection,
                                after,
                                new Terminal.Reported(
                                        told.report(),
                                        told.since(),
                                        told.text(),
                                        told.replacedBy(),
                                        asker.person(),
                                        now()))
                        .chain(() -> terminals.history(connection, after, settings.maxListedReports())))
                .map(this::answer));
    }

    private Uni<Void> requireReplacement(SqlConnection connection, Terminal terminal, TerminalRequest.Told told) {
        if (told.replacedBy() == null) {
            return Uni.createFrom().voidItem();
        }
        return terminals
                .byId(connection, told.replacedBy())
                .invoke(other -> {
                    if (other == null
                            || other.id().equals(terminal.id())
                            || !other.merchantId().equals(terminal.merchantId())
                            || other.state() == TerminalState.RETIRED) {
                        throw Problem.unprocessable(
                                        "replacement_not_found", "There is no such terminal that could take its place.")
                                .at("/replaced_by", "is not the id of another live terminal of this merchant");
                    }
                })
                .replaceWithVoid();
    }

    private Idempotency.Answer answer(Terminal.History history) {
        try {
            return new Idempotency.Answer(
                    201,
                    "/v1/terminals/" + history.terminal().reference(),
                    json.writeValueAsString(TerminalAnswer.of(history, policy.zone())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
