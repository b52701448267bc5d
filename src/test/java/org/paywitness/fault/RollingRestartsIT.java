package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.acquirer.Simulator;

/**
 * Two pods are restarted in turn under load, behind a proxy that speaks HTTP (HAProxy, where installed) and one that
 * knows only connections: no request fails, and no refund waits for a lease. How often:
 * {@code -Dfault.restarts=50 -Dfault.seed=1}, or {@code ./mvnw verify -Pfaults}.
 */
class RollingRestartsIT {
    private static final int RESTARTS = Integer.getInteger("fault.restarts", 6);
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final int CUSTOMERS = 8;
    private static final int LATE = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final List<RunningService> pods = new ArrayList<>();
    private final List<Balancer> balancers = new ArrayList<>();
    private MortalPostgres postgres;
    private Simulator acquirer;

    @BeforeEach
    void start() throws Exception {
        System.out.printf("fault.seed=%d fault.restarts=%d%n", SEED, RESTARTS);
        postgres = MortalPostgres.started();
        acquirer = Simulator.start(
                Files.createTempDirectory(Files.createDirectories(Path.of("target", "fault")), "acquirer"),
                "--processing-ms",
                "500",
                "--late-ms",
                "6000");
        Map<String, String> settings = new HashMap<>(acquirer.configuration());
        // Longer than a proxy needs to notice, on a busy machine too.
        settings.put("quarkus.shutdown.delay", "3s");
        // Whoever waits for a lease to end waits in vain; and answers that come late are handed over.
        settings.put("paywitness.refund.lease", "1h");
        settings.put("paywitness.refund.stop-patience", "500ms");
        settings.put("paywitness.refund.inquiries", "300ms,1s,2s");
        settings.put("paywitness.refund.later-inquiries", "2s");
        for (int i = 0; i < 2; i++) {
            pods.add(new RunningService("rolling-" + i, postgres.configuration("postgres"), settings));
        }
        for (RunningService pod : pods) {
            pod.start();
        }
        pods.forEach(RunningService::awaitReady);
        balancers.add(new ConnectionBalancer(pods));
        Haproxy.before(pods)
                .ifPresentOrElse(
                        balancers::add, () -> System.out.println("HAProxy is not installed: without it this time"));
    }

    @AfterEach
    void stop() throws IOException {
        for (Balancer balancer : balancers) {
            balancer.close();
        }
        pods.forEach(RunningService::close);
        acquirer.close();
        postgres.close();
    }

    @Test
    void noRequestFailsWhilePodsAreReplaced() throws Exception {
        awaitBoth();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < CUSTOMERS; i++) {
            ports.add(balancers.get(i % balancers.size()).port());
        }
        Customers customers = new Customers(ports, SEED).start();
        for (int i = 0; i < RESTARTS && customers.failed.isEmpty(); i++) {
            replace(pods.get(i % 2), customers);
        }
        customers.finish(PATIENCE);
        System.out.printf(
                "%d restarts, %d requests, %d refunds, %d handed back, %d failed%n",
                RESTARTS, customers.requests.get(), customers.refunded.size(), handedBack(), customers.failed.size());
        assertEquals(List.of(), List.copyOf(customers.failed), "failed requests");
        assertTrue(handedBack() > 0, "some refunds were handed over");
        verify(customers);
    }

    private void replace(RunningService pod, Customers customers) throws Exception {
        long before = customers.requests.get();
        Waiting.until("work goes on", PATIENCE, () -> customers.requests.get() > before + 50 || hasFailed(customers));
        // Answered so late that the pod is gone by then.
        acquirer.next(Collections.nCopies(LATE, "late").toArray(String[]::new));
        int refunds = customers.refunded.size();
        Waiting.until(
                "one is with the acquirer",
                PATIENCE,
                () -> customers.refunded.size() > refunds || hasFailed(customers));
        pod.terminate();
        assertEquals(143, pod.ended(PATIENCE), "ends in order");
        pod.start().awaitReady();
        awaitBoth();
    }

    private static boolean hasFailed(Customers customers) {
        return !customers.failed.isEmpty();
    }

    // As a roll-out does: the next one goes when the last one is back.
    private void awaitBoth() {
        for (Balancer balancer : balancers) {
            Waiting.until("both are seen to be ready", PATIENCE, () -> balancer.ready() == 2);
        }
    }

    private void verify(Customers customers) throws Exception {
        Books books = new Books(postgres, "postgres");
        books.holdEachOnce(customers.acknowledged);
        books.areConsistent();
        Waiting.until(
                "every refund has ended, and no lease was waited for",
                PATIENCE,
                () -> postgres.number("postgres", "SELECT count(*) FROM refund WHERE status <> 'succeeded'") == 0);
        assertEquals(customers.refunded.size(), books.count("refund"));
        for (Map.Entry<String, Long> one : customers.refunded.entrySet()) {
            assertEquals(one.getValue(), acquirer.moved(one.getKey()), one.getKey());
        }
    }

    private long handedBack() throws IOException {
        long count = 0;
        for (RunningService pod : pods) {
            var said = java.util.regex.Pattern.compile("(\\d+) refunds are handed back")
                    .matcher(pod.log());
            while (said.find()) {
                count += Long.parseLong(said.group(1));
            }
        }
        return count;
    }
}
