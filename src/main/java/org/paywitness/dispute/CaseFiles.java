package org.paywitness.dispute;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.paywitness.access.Visibility;
import org.paywitness.evidence.Evidence;
import org.paywitness.evidence.Evidences;
import org.paywitness.explanation.Language;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Found;
import org.paywitness.transaction.MoneyBack;
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.verdict.Policy;

/** Reads disputes whole, for those who hand them on. Whoever asks has been admitted to the dispute. */
@ApplicationScoped
public class CaseFiles {
    private static final String SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

    private final Pool pool;
    private final Disputes disputes;
    private final Circumstances circumstances;
    private final Timeline timeline;
    private final Evidences evidences;
    private final MoneyBack money;
    private final Policy policy;
    private final Clock clock;

    CaseFiles(
            Pool pool,
            Disputes disputes,
            Circumstances circumstances,
            Timeline timeline,
            Evidences evidences,
            MoneyBack money,
            Policy policy,
            Clock clock) {
        this.pool = pool;
        this.disputes = disputes;
        this.circumstances = circumstances;
        this.timeline = timeline;
        this.evidences = evidences;
        this.money = money;
        this.policy = policy;
        this.clock = clock;
    }

    /** All of it, of one instant. Fails with 404 where there is no such dispute. */
    public Uni<CaseFile> read(UUID dispute, Language language) {
        return pool.withTransaction(connection -> connection
                .query(SNAPSHOT)
                .execute()
                .chain(() -> disputes.byId(connection, dispute))
                .onItem()
                .ifNull()
                .failWith(Problem::notFound)
                .chain(whole -> read(connection, whole, language)));
    }

    private Uni<CaseFile> read(SqlConnection connection, Disputes.Whole whole, Language language) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        UUID id = whole.dispute().id;
        return circumstances.checklist(connection, whole).chain(checklist -> found(
                        connection, whole, checklist, 0, new ArrayList<>())
                .chain(found -> evidences.of(connection, id).chain(evidence -> timeline.read(
                                connection, id, new Visibility.Everything())
                        .map(read -> file(whole, checklist, found, evidence, read, now, language)))));
    }

    private CaseFile file(
            Disputes.Whole whole,
            Checklist checklist,
            List<Found> found,
            List<Evidence> evidence,
            Timeline.Verified read,
            Instant now,
            Language language) {
        return new CaseFile(
                whole.dispute().id,
                DisputeAnswer.of(whole, now, policy.zone(), language),
                ChecklistAnswer.of(checklist, language),
                found.stream()
                        .map(one ->
                                new CaseFile.Payment(one.transaction(), VerdictAnswer.of(one, policy, now, language)))
                        .toList(),
                evidence,
                read,
                // It goes from hand to hand: nobody of either side is named.
                TimelineAnswer.of(whole.dispute().id, read, null, language),
                now,
                language);
    }

    private Uni<List<Found>> found(
            SqlConnection connection, Disputes.Whole whole, Checklist checklist, int next, List<Found> found) {
        if (next == whole.claims().size()) {
            return Uni.createFrom().item(found);
        }
        UUID id = whole.claims().get(next).transactionId();
        return money.find(connection, id).chain(standing -> {
            Found one = DisputeDesk.known(standing.found(), checklist);
            UUID asked = id.equals(one.transaction().id()) ? null : id;
            found.add(new Found(one.transaction(), one.completeness(), one.afterTerminalLost(), asked));
            return found(connection, whole, checklist, next + 1, found);
        });
    }
}
