package org.paywitness.event;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.paywitness.fault.Waiting;

/** Where a pooler stands in between, notifications come by the way past it. */
@QuarkusTest
@TestProfile(NotificationsPastPoolerTest.Past.class)
class NotificationsPastPoolerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Nobody looks by itself while the test runs. */
    public static class Past implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "paywitness.database.pooler",
                    "true",
                    "paywitness.events.poll",
                    "1h",
                    "paywitness.events.notifications-url",
                    "${quarkus.datasource.reactive.url}");
        }
    }

    @Inject
    Notifications notifications;

    @Inject
    Outbox outbox;

    @Inject
    Pool pool;

    @Test
    void whatIsWrittenIsHintedAt() {
        Waiting.until("a connection for notifications", PATIENCE, notifications::isListening);
        AtomicBoolean told = new AtomicBoolean();
        notifications.on(Notifications.POSITIONS, () -> told.set(true));
        outbox.tell(pool, List.of(Event.of("thing", "t" + UUID.randomUUID(), "thing.made", "{}", null, Instant.now())))
                .await()
                .atMost(PATIENCE);
        Waiting.until("a notification of positions", PATIENCE, told::get);
    }
}
