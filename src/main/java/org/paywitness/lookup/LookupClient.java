package org.paywitness.lookup;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.ContextInternal;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One event loop's pipelined connections to the database, taken in turn. To be used on that loop only. A lost
 * connection is made anew with the next statement; one that has gone silent is hung up.
 */
final class LookupClient {
    private final ContextInternal loop;
    private final Supplier<SqlClient> connect;
    private final long silenceNanos;
    private final List<Line> lines;
    private int turn;

    /**
     * @param connect makes a pipelined client of one connection, which this one closes
     * @param connections how many of them
     */
    LookupClient(ContextInternal loop, Supplier<SqlClient> connect, LookupConfig config, int connections) {
        this.loop = loop;
        this.connect = connect;
        // A sound connection says something within this time: PostgreSQL cancels what takes longer.
        long statement =
                Math.max(config.statementTimeout().toNanos(), config.deadline().toNanos());
        this.silenceNanos = config.connectTimeout().toNanos() + statement;
        this.lines = Stream.generate(Line::new).limit(connections).toList();
    }

    /**
     * Sends a prepared statement. It fails as the pg client fails, and with {@link ClosedConnectionException} when the
     * connection was hung up before the answer.
     */
    Future<RowSet<Row>> send(String sql, Tuple parameters) {
        turn = turn + 1 < lines.size() ? turn + 1 : 0;
        return lines.get(turn).send(sql, parameters);
    }

    /**
     * Hangs up the connections that owe answers and have said nothing for longer than a statement may take. The network
     * may swallow a connection without a word, and TCP notices after minutes at best.
     */
    void hangUpSilent() {
        long now = System.nanoTime();
        for (Line line : lines) {
            line.hangUpIfSilent(now);
        }
    }

    void close() {
        lines.forEach(Line::close);
    }

    private final class Line {
        private SqlClient client;
        private Set<Promise<RowSet<Row>>> owed = new LinkedHashSet<>();
        private long heard;

        private Future<RowSet<Row>> send(String sql, Tuple parameters) {
            if (client == null) {
                client = connect.get();
            }
            if (owed.isEmpty()) {
                heard = System.nanoTime();
            }
            Promise<RowSet<Row>> answer = loop.promise();
            Set<Promise<RowSet<Row>>> debt = owed;
            debt.add(answer);
            client.preparedQuery(sql).execute(parameters).onComplete(result -> {
                heard = System.nanoTime();
                if (debt.remove(answer)) {
                    answer.handle(result);
                }
            });
            return answer.future();
        }

        private void hangUpIfSilent(long now) {
            if (!owed.isEmpty() && now - heard > silenceNanos) {
                close();
            }
        }

        private void close() {
            SqlClient silent = client;
            List<Promise<RowSet<Row>>> lost = new ArrayList<>(owed);
            client = null;
            owed = new LinkedHashSet<>();
            if (silent != null) {
                silent.close();
            }
            lost.forEach(answer -> answer.tryFail(ClosedConnectionException.INSTANCE));
        }
    }
}
