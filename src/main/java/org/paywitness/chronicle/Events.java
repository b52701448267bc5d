package org.paywitness.chronicle;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import org.paywitness.event.CloudEvent;
import org.paywitness.event.EventSettings;
import org.paywitness.problem.Problem;

/** The events in their order. */
@Singleton
class Events {
    // One statement sees one state: the head, and every position up to it. What has left makes no gap to stop at.
    private static final String PAGE = "WITH reach AS (SELECT h.position AS head, least(h.position, $2::bigint"
            + " + greatest($1::bigint, (SELECT min(position) - 1 FROM event_position))) AS until FROM event_head h)"
            + " SELECT r.head, r.until, e.* FROM reach r LEFT JOIN LATERAL (SELECT p.position, o.id, o.type,"
            + " o.aggregateid, o.at, o.merchant_id, o.payload FROM event_position p JOIN outbox o ON o.id = p.event_id"
            + " WHERE p.position > $1 AND p.position <= r.until AND ($3::text IS NULL OR p.merchant_id = $3)"
            + " AND ($4::text[] IS NULL OR p.type = ANY($4)) ORDER BY p.position LIMIT $5) e ON true"
            + " ORDER BY e.position";

    private final Pool pool;
    private final EventSettings settings;

    Events(Pool pool, EventSettings settings) {
        this.pool = pool;
        this.settings = settings;
    }

    /**
     * Some events that follow each other.
     *
     * @param next where to go on reading
     * @param more whether there may be more there now
     */
    record Page(List<CloudEvent> events, long next, boolean more) {}

    /**
     * What comes after a position, at most so many, and looked for within a bounded stretch.
     *
     * Fails with 400 {@code invalid_cursor} beyond the last event.
     *
     * @param merchant null: of all
     * @param types null: all
     */
    Uni<Page> after(long position, String merchant, List<String> types, int limit) {
        return pool.preparedQuery(PAGE)
                .execute(Tuple.of(
                        position,
                        (long) settings.stretch(),
                        merchant,
                        types == null ? null : types.toArray(String[]::new),
                        (long) limit))
                .map(rows -> {
                    List<CloudEvent> events = new ArrayList<>(rows.size());
                    long head = rows.iterator().next().getLong(0);
                    // Restored to an earlier time: to wait until the head gets there would skip what comes until then.
                    if (position > head) {
                        throw Problem.badRequest("invalid_cursor", "There has never been an event so late.")
                                .at("?cursor", "lies beyond the last event: begin anew");
                    }
                    long next = position;
                    for (Row row : rows) {
                        next = Math.max(position, row.getLong(1));
                        if (row.getLong(2) != null) {
                            events.add(event(row));
                        }
                        if (events.size() == limit) {
                            next = row.getLong(2);
                        }
                    }
                    return new Page(events, next, next < head);
                });
    }

    private CloudEvent event(Row row) {
        return CloudEvent.of(
                settings.source(),
                row.getUUID(3),
                row.getString(4),
                row.getString(5),
                row.getOffsetDateTime(6).toInstant(),
                row.getString(7),
                row.getString(8));
    }
}
