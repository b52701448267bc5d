package org.paywitness.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.debezium.data.Envelope;
import io.debezium.data.Uuid;
import io.debezium.time.ZonedTimestamp;
import io.debezium.transforms.outbox.EventRouter;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.id.TypeId;

/**
 * Rows of the outbox go through Debezium's own event router, as {@code k8s/kafka/connector.yaml} configures it: what it
 * makes of them is what readers of Kafka get.
 */
@QuarkusTest
class OutboxForKafkaTest {
    private static final Path CONNECTOR = Path.of("k8s/kafka/connector.yaml");
    private static final String ROUTER = "transforms.outbox.";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    Pool pool;

    @Test
    void routerSendsWhatIsWrittenToTheTopicOfWhatChanged() throws IOException {
        String merchant = Said.unique("m_");
        String sale = Said.by("acquirer", "approved")
                .of(merchant, Said.unique("r"), 12_800)
                .post();
        SourceRecord sent = routed("WHERE aggregateid = $1", sale).get(0);
        assertEquals("paywitness.transaction", sent.topic());
        assertEquals(sale, sent.key());
        JsonNode data = new ObjectMapper().readTree((String) sent.value());
        assertEquals("charged", data.path("verdict").asText());
        assertEquals(sale, data.path("transaction_id").asText());
        assertEquals("verdict.changed", sent.headers().lastWithName("type").value());
        assertEquals(merchant, sent.headers().lastWithName("merchantid").value());
        assertTrue(Instant.parse((String) sent.headers().lastWithName("time").value())
                .isAfter(Instant.now().minusSeconds(300)));
        String id = (String) sent.headers().lastWithName("id").value();
        assertEquals(
                1,
                rows("SELECT 1 FROM outbox WHERE id::text = $1 AND aggregateid = $2", id, sale)
                        .size());
    }

    @Test
    void everyRowThatIsThereCanBeRouted() throws IOException {
        String id = "thg_" + TypeId.next();
        Uni<?> written = pool.preparedQuery(
                        "INSERT INTO outbox VALUES (gen_random_uuid(), 'thing', $1, 'thing.made', '{}', NULL, now())")
                .execute(Tuple.of(id));
        written.await().atMost(PATIENCE);
        List<SourceRecord> sent = routed("WHERE aggregateid <> $1 OR true ORDER BY id DESC LIMIT 1000", id);
        assertTrue(sent.size() > 0);
        for (SourceRecord one : sent) {
            assertTrue(one.topic().matches("paywitness\\.[a-z_]+"), one.topic());
            assertTrue(((String) one.key()).matches("[a-z]{3}_\\S+"), () -> (String) one.key());
            assertTrue(new ObjectMapper().readTree((String) one.value()).isObject(), () -> (String) one.value());
        }
        SourceRecord nobodys =
                sent.stream().filter(one -> one.key().equals(id)).findFirst().orElseThrow();
        assertNull(nobodys.headers().lastWithName("merchantid").value());
    }

    private List<SourceRecord> routed(String where, String parameter) throws IOException {
        JsonNode config = new ObjectMapper(new YAMLFactory())
                .readTree(CONNECTOR.toFile())
                .path("spec")
                .path("config");
        assertEquals("public.outbox", config.path("table.include.list").asText());
        assertEquals(EventRouter.class.getName(), config.path(ROUTER + "type").asText());
        Map<String, String> options = new HashMap<>();
        config.properties().forEach(option -> {
            if (option.getKey().startsWith(ROUTER) && !option.getKey().matches(".*\\.(type|predicate)")) {
                options.put(
                        option.getKey().substring(ROUTER.length()),
                        option.getValue().asText());
            }
        });
        Map<String, String> columns = columns();
        Schema schema = schema(columns);
        Schema source = SchemaBuilder.struct().name("source").build();
        Envelope envelope = Envelope.defineSchema()
                .withName("paywitness.public.outbox.Envelope")
                .withRecord(schema)
                .withSource(source)
                .build();
        List<SourceRecord> sent = new ArrayList<>();
        try (EventRouter<SourceRecord> router = new EventRouter<>()) {
            router.configure(options);
            for (Row row : rows("SELECT * FROM outbox " + where, parameter)) {
                Struct after = new Struct(schema);
                columns.keySet().forEach(column -> after.put(column, value(row, column)));
                Struct value = envelope.create(after, new Struct(source), Instant.now());
                sent.add(router.apply(
                        new SourceRecord(Map.of(), Map.of(), "paywitness.public.outbox", envelope.schema(), value)));
            }
        }
        return sent;
    }

    private static Object value(Row row, String column) {
        Object value = row.getValue(column);
        return value == null ? null : value.toString();
    }

    /** As Debezium makes it of the columns. */
    private static Schema schema(Map<String, String> columns) {
        SchemaBuilder schema = SchemaBuilder.struct().name("paywitness.public.outbox.Value");
        columns.forEach((name, type) -> schema.field(
                name,
                switch (type) {
                    case "uuid NO" -> Uuid.schema();
                    case "text NO" -> Schema.STRING_SCHEMA;
                    case "text YES" -> Schema.OPTIONAL_STRING_SCHEMA;
                    case "timestamp with time zone NO" -> ZonedTimestamp.schema();
                    default -> throw new IllegalArgumentException(name + " is " + type);
                }));
        return schema.build();
    }

    private Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        for (Row row : rows(
                "SELECT column_name, data_type, is_nullable FROM information_schema.columns"
                        + " WHERE table_name = $1 ORDER BY ordinal_position",
                "outbox")) {
            columns.put(row.getString(0), row.getString(1) + " " + row.getString(2));
        }
        return columns;
    }

    private List<Row> rows(String sql, String... parameters) {
        List<Row> rows = new ArrayList<>();
        pool.preparedQuery(sql)
                .execute(Tuple.from(List.of(parameters)))
                .await()
                .atMost(PATIENCE)
                .forEach(rows::add);
        return rows;
    }
}
