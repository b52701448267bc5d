package org.paywitness.statement;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.paywitness.card.CardNumbers;
import org.paywitness.id.TypeId;
import org.paywitness.observation.Observation;
import org.paywitness.observation.Observations;
import org.paywitness.problem.Problem;
import org.paywitness.statement.Statements.Claim;
import org.paywitness.statement.Statements.Progress;
import org.paywitness.statement.Statements.RefusedRow;
import org.paywitness.transaction.Completenesses;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.Source;

/**
 * Works one statement in, from where the last attempt left off: the rows of a chunk and the note of how far we are
 * share a database transaction, so a row counts once however often the process dies.
 */
final class StatementImport implements StatementReader.Sink {
    private static final int CHUNK = 500;

    /** One row of the file: its observations, or why it was refused. */
    private record FileRow(List<Observation> observations, RefusedRow refused, long line) {}

    /** What a file says of completeness. */
    private record Completion(Source source, String merchantId, Instant through) {}

    /** We were told to stop; what was committed stands, and the rest is for the next worker. */
    static final class Interrupted extends RuntimeException {
        Interrupted() {
            super("stopping", null, false, false);
        }
    }

    private final Claim claim;
    private final Statements statements;
    private final Observations observations;
    private final Completenesses completenesses;
    private final Pool pool;
    private final Policy policy;
    private final Clock clock;
    private final List<FileRow> rows = new ArrayList<>();
    private final List<Completion> completions = new ArrayList<>();
    private long seen;
    private int waiting;
    /** The chunk before, which is worked in while this one is read. */
    private CompletionStage<?> before = CompletableFuture.completedStage(null);

    private BooleanSupplier stopping = () -> false;

    StatementImport(
            Claim claim,
            Statements statements,
            Observations observations,
            Completenesses completenesses,
            Pool pool,
            Policy policy,
            Clock clock) {
        this.claim = claim;
        this.statements = statements;
        this.observations = observations;
        this.completenesses = completenesses;
        this.pool = pool;
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * Blocks until the statement is done or has failed for good; throws when it is worth another attempt.
     *
     * @return how it has ended
     * @throws Interrupted soon after {@code stopping} says so
     */
    Statement.Status run(BooleanSupplier stopping) throws IOException {
        this.stopping = stopping;
        StatementReader.Context context = new StatementReader.Context(
                TypeId.format(TypeId.STATEMENT, claim.id()), claim.merchantId(), policy.zone(), clock.instant());
        try (InputStream in = statements.content(claim)) {
            StatementReader.of(claim.format()).read(in, context, this);
            flush();
            settle();
            end(Statement.Status.done, null);
            return Statement.Status.done;
        } catch (Problem unreadable) {
            flush();
            settle();
            completions.clear();
            end(Statement.Status.failed, unreadable);
            return Statement.Status.failed;
        } finally {
            // Whoever gives up leaves nothing under way that the next worker could meet.
            Statements.run(Uni.createFrom().completionStage(before).onFailure().recoverWithNull());
        }
    }

    @Override
    public void row(long line, List<Observation> said) {
        add(new FileRow(said, null, line));
    }

    @Override
    public void refused(long line, String code, String value, String detail) {
        add(new FileRow(List.of(), new RefusedRow(line, code, value, detail), line));
    }

    @Override
    public void complete(Source source, String merchantId, Instant through) {
        completions.add(new Completion(source, merchantId, through));
    }

    private void add(FileRow row) {
        if (stopping.getAsBoolean()) {
            throw new Interrupted();
        }
        // Rows that an earlier attempt worked in.
        if (seen++ < claim.rowsRead()) {
            return;
        }
        rows.add(row);
        waiting += Math.max(1, row.observations().size());
        if (waiting >= CHUNK) {
            flush();
        }
    }

    private void flush() {
        if (rows.isEmpty()) {
            return;
        }
        List<FileRow> chunk = List.copyOf(rows);
        rows.clear();
        waiting = 0;
        List<Observation> said =
                chunk.stream().flatMap(row -> row.observations().stream()).toList();
        if (said.isEmpty()) {
            settle();
            before = pool.withTransaction(connection -> checkpoint(connection, chunk, List.of()))
                    .subscribeAsCompletionStage();
            return;
        }
        CompletionStage<Observations.Prepared> prepared =
                observations.prepare(said).subscribeAsCompletionStage();
        settle();
        List<Observations.Result> results = new ArrayList<>();
        before = Uni.createFrom()
                .completionStage(prepared)
                .chain(read -> observations.accept(read, (connection, from, part) -> {
                    // A part may be tried again: only what was committed before it stands.
                    while (results.size() > from) {
                        results.remove(results.size() - 1);
                    }
                    results.addAll(part);
                    return results.size() < said.size()
                            ? Uni.createFrom().voidItem()
                            : checkpoint(connection, chunk, results);
                }))
                .subscribeAsCompletionStage();
    }

    /** Waits for the chunk before: chunks are committed in their order. */
    private void settle() {
        Statements.run(Uni.createFrom().completionStage(before));
    }

    private Uni<Void> checkpoint(SqlConnection connection, List<FileRow> chunk, List<Observations.Result> results) {
        List<RefusedRow> refused = new ArrayList<>();
        long accepted = 0;
        long duplicate = 0;
        int next = 0;
        for (FileRow row : chunk) {
            List<Observations.Result> own =
                    results.subList(next, next + row.observations().size());
            next += row.observations().size();
            RefusedRow why = row.refused() != null ? row.refused() : refusal(row, own);
            if (why != null) {
                refused.add(why);
            } else if (own.stream().anyMatch(r -> r.status() == Observations.Status.ACCEPTED)) {
                accepted++;
            } else {
                duplicate++;
            }
        }
        return statements.checkpoint(
                connection,
                claim,
                new Progress(chunk.size(), accepted, duplicate, refused.size()),
                refused,
                clock.instant());
    }

    private static RefusedRow refusal(FileRow row, List<Observations.Result> results) {
        for (int i = 0; i < results.size(); i++) {
            Problem problem = results.get(i).problem();
            if (problem != null) {
                String reference = CardNumbers.mask(row.observations().get(i).sourceRef());
                return new RefusedRow(row.line(), problem.code(), reference, problem.getMessage());
            }
        }
        return null;
    }

    private void end(Statement.Status status, Problem failure) {
        Instant now = clock.instant();
        Instant through = completions.stream()
                .map(Completion::through)
                .min(java.util.Comparator.naturalOrder())
                .orElse(null);
        String detail = failure == null ? null : failure.getMessage();
        Statements.run(pool.withTransaction(connection -> tell(connection, now, 0)
                .chain(() -> statements.end(
                        connection, claim, status, through, failure == null ? null : failure.code(), detail, now))));
    }

    private Uni<Void> tell(SqlConnection connection, Instant now, int from) {
        if (from == completions.size()) {
            return Uni.createFrom().voidItem();
        }
        Completion c = completions.get(from);
        return completenesses
                .tell(
                        connection,
                        c.source(),
                        c.merchantId(),
                        c.through(),
                        now,
                        claim.format().code())
                .chain(() -> tell(connection, now, from + 1));
    }
}
