package org.paywitness.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaTest {
    private static PgConnectOptions reach(String address) {
        PgConnectOptions primary = new PgConnectOptions()
                .setHost("primary")
                .setPort(6432)
                .setDatabase("paywitness")
                .setUser("app")
                .setPassword("secret")
                .setSslMode(SslMode.VERIFY_FULL)
                .setUseLayer7Proxy(true);
        return Replica.parse(address, 1).reach(primary);
    }

    @Test
    void whatItsAddressLeavesOutIsThePrimarys() {
        PgConnectOptions options = reach("postgresql://r1");
        assertEquals("r1", options.getHost());
        assertEquals(5432, options.getPort());
        assertEquals("paywitness", options.getDatabase());
        assertEquals("app", options.getUser());
        assertEquals("secret", options.getPassword());
        assertEquals(SslMode.VERIFY_FULL, options.getSslMode());
        assertFalse(options.getUseLayer7Proxy(), "reached straight, whatever stands before the primary");
    }

    @Test
    void anAddressMaySayAllOfIt() {
        PgConnectOptions options = reach("postgresql://reader:p%40ss%3Aword@r1.example:5433/copies");
        assertEquals("r1.example", options.getHost());
        assertEquals(5433, options.getPort());
        assertEquals("copies", options.getDatabase());
        assertEquals("reader", options.getUser());
        assertEquals("p@ss:word", options.getPassword());
    }

    @Test
    void anythingElseIsRefusedAndNotRepeated() {
        for (String wrong : List.of(
                "r1:5432",
                "http://r1",
                "postgresql:///db",
                "postgresql://hidden@",
                "postgresql://r1/a/b",
                "postgresql://x:hidden@r1/db?sslmode=disable",
                "postgresql://x:hidden word@r1")) {
            String said = assertThrows(IllegalArgumentException.class, () -> Replica.parse(wrong, 2), wrong)
                    .getMessage();
            assertTrue(said.contains("paywitness.lookup.replicas") && said.contains("entry 2"), said);
            assertFalse(said.contains("hidden"), said);
        }
    }
}
