package org.paywitness.risk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.paywitness.access.Caller;
import org.paywitness.access.Scope;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.verdict.Policy;

/** Takes in reports of misconduct and what the desk does about them: each once, whole or not at all. */
@ApplicationScoped
class MisconductDesk {
    /**
     * Whoever asks.
     *
     * @param person who answers for it
     * @param cardholder null: the desk
     * @param cards of the cardholder; empty for the desk
     */
    record Asker(String person, MisconductReport.Cardholder cardholder, Set<String> cards) {
        boolean isDesk() {
            return cardholder == null;
        }

        /** Whether this one may see a report: the desk all, cardholders their own, merchants none. */
        boolean sees(MisconductReport report) {
            return isDesk() || cardholder.equals(report.cardholder);
        }

        /** Whose Idempotency-Keys these are: all cardholders come through the same app. */
        String keys(Caller caller) {
            return isDesk() ? caller.clientId() : caller.clientId() + ' ' + cardholder.subject();
        }
    }

    private final MisconductReports reports;
    private final Idempotency idempotency;
    private final Policy policy;
    private final Clock clock;
    private final ObjectMapper json;

    MisconductDesk(MisconductReports reports, Idempotency idempotency, Policy policy, Clock clock, ObjectMapper json) {
        this.reports = reports;
        this.idempotency = idempotency;
        this.policy = policy;
        this.clock = clock;
        this.json = json;
    }

    /**
     * @param desk the scope that makes the caller the desk
     * @throws Problem 403 {@code insufficient_scope}
     */
    static Asker asker(Caller caller, Scope desk) {
        if (caller.has(desk)) {
            return new Asker(caller.actor(), null, Set.of());
        }
        // Without a person in the token the reports of all who use the app would be one person's.
        if (!caller.has(Scope.CARDHOLDER) || caller.cards().isEmpty() || caller.subject() == null) {
            throw Problem.forbidden(
                    "insufficient_scope",
                    "This needs a token with one of the scopes: cardholder (and claims cards and sub), " + desk.code()
                            + ".");
        }
        return new Asker(
                caller.actor(), new MisconductReport.Cardholder(caller.clientId(), caller.subject()), caller.cards());
    }

    /** A new report, answered with 201. */
    Uni<Response> report(MisconductRequest.Told told, Asker asker, Idempotency.Key key) {
        if (told.merchantId() != null && !asker.isDesk()) {
            throw Problem.forbidden(
                    "insufficient_scope", "A report without a transaction needs a token with the scope: desk:write.");
        }
        return idempotency.with(key, connection -> subject(connection, told, asker)
                .map(about -> new MisconductReport(
                        TypeId.next(),
                        about.merchantId(),
                        about.transactionId(),
                        told.kind(),
                        told.text(),
                        told.evidence(),
                        asker.person(),
                        now(),
                        asker.cardholder()))
                .call(report -> reports.insert(connection, report))
                .map(report -> new Idempotency.Answer(
                        201, "/v1/misconduct-reports/" + report.reference(), body(report, asker))));
    }

    private Uni<MisconductReports.Subject> subject(SqlConnection connection, MisconductRequest.Told told, Asker asker) {
        if (told.merchantId() != null) {
            return Uni.createFrom().item(new MisconductReports.Subject(null, told.merchantId(), null));
        }
        if (told.transactionId().isEmpty()) {
            throw Problem.notFound();
        }
        return reports.subject(connection, told.transactionId().get()).invoke(about -> {
            boolean visible = about != null
                    && (asker.isDesk() || about.card() != null && asker.cards().contains(about.card()));
            if (!visible) {
                throw Problem.notFound();
            }
            if (about.merchantId() == null) {
                throw Problem.conflict("merchant_unknown", "No source has told yet whose payment this is.");
            }
        });
    }

    Uni<Response> assign(UUID id, String owner, Asker asker, Idempotency.Key key) {
        return change(id, asker, key, "assigned", report -> report.assign(owner));
    }

    Uni<Response> close(UUID id, MisconductRequest.Closed found, Asker asker, Idempotency.Key key) {
        return change(
                id, asker, key, "closed", report -> report.close(found.outcome(), found.note(), asker.person(), now()));
    }

    private Uni<Response> change(
            UUID id, Asker asker, Idempotency.Key key, String action, Consumer<MisconductReport> change) {
        return idempotency.with(key, connection -> reports.lock(connection, id).chain(report -> {
            if (report == null) {
                throw Problem.notFound();
            }
            change.accept(report);
            return reports.update(connection, report, asker.person(), action, now())
                    .map(done -> new Idempotency.Answer(200, null, body(report, asker)));
        }));
    }

    private String body(MisconductReport report, Asker asker) {
        try {
            return json.writeValueAsString(MisconductAnswer.of(report, asker.isDesk(), null, policy.zone()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
