package org.paywitness.event;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Where events are written, with the changes that they tell of. */
@Singleton
public class Outbox {
    private static final String TELL =
            "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, merchant_id, at)"
                    + " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],"
                    + " $7::timestamptz[])";

    /**
     * Writes them in the caller's database transaction, all in one statement. Whoever writes of a thing must hold its row,
     * so that the order of its events is that of its changes; events of one call keep the order of their ids.
     */
    public Uni<Void> tell(SqlClient client, List<Event> events) {
        if (events.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return client.preparedQuery(TELL)
                .execute(Tuple.tuple()
                        .addValue(column(events, Event::id, UUID[]::new))
                        .addValue(column(events, Event::aggregateType, String[]::new))
                        .addValue(column(events, Event::aggregateId, String[]::new))
                        .addValue(column(events, Event::type, String[]::new))
                        .addValue(column(events, Event::payload, String[]::new))
                        .addValue(column(events, Event::merchantId, String[]::new))
                        .addValue(column(events, event -> event.at().atOffset(ZoneOffset.UTC), OffsetDateTime[]::new)))
                .replaceWithVoid();
    }

    private static <T> T[] column(List<Event> events, Function<Event, T> field, IntFunction<T[]> array) {
        return events.stream().map(field).toArray(array);
    }
}
