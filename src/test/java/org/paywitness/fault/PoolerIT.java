package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.acquirer.Simulator;
import org.paywitness.fault.Payments.Payment;

/**
 * The service behind PgBouncer in transaction mode, with far fewer connections to PostgreSQL than it has itself:
 * look-ups, observations and refunds at once, none of which may notice.
 */
class PoolerIT {
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final int REFUNDS = Integer.getInteger("fault.refunds", 200);
    private static final int SERVERS = 4;
    private static final int WRITERS = 3;
    private static final int CLIENTS = 12;
    private static final int READERS = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String ACTIVE =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = 'postgres' AND application_name = 'paywitness'";

    private final Random random = new Random(SEED);
    private MortalPostgres postgres;
    private Pooler pooler;
    private Door door;
    private Simulator acquirer;
    private Pods pods;

    @BeforeEach
    void start() throws Exception {
        Pooler.assumeInstalled();
        System.out.printf("fault.seed=%d fault.refunds=%d%n", SEED, REFUNDS);
        postgres = MortalPostgres.started();
        // As the README tells to.
        postgres.execute("ALTER ROLE postgres SET statement_timeout = '30s'");
        pooler = new Pooler(postgres, SERVERS);
        door = new Door(SEED);
        door.moody = false;
        acquirer = Simulator.start(
                Files.createTempDirectory(Files.createDirectories(Path.of("target", "fault")), "acquirer"),
                "--notify",
                door.url());
        pods = new Pods(1, "pooler", pooler.configuration(postgres.configuration("postgres"), "postgres"), settings());
        door.leadTo(pods::any);
        pods.start();
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(acquirer.configuration());
        settings.put("paywitness.refund.poll", "200ms");
        // It is about noon there, whenever this runs: sales of the same day can be voided.
        int hour = Instant.now().atOffset(ZoneOffset.UTC).getHour();
        settings.put("paywitness.policy.zone", ZoneOffset.ofHours(12 - hour).getId());
        return settings;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : new AutoCloseable[] {pods, acquirer, door, pooler, postgres}) {
            if (one != null) {
                one.close();
            }
        }
    }

    @Test
    void nobodyNoticesThePooler() throws Exception {
        RunningService service = pods.any(random);
        Payments payments = new Payments(REFUNDS, random, service);
        Writers writers = new Writers(WRITERS, SEED, () -> service, false).start();
        Readers readers = new Readers(service, payments.all);
        RefundClients clients = new RefundClients(CLIENTS, SEED, pods, payments.asks).start();
        clients.release(payments.asks.size());
        clients.finish(PATIENCE);
        assertTrue(postgres.number("postgres", ACTIVE) <= SERVERS, "no more connections than the pooler has");
        writers.finish(PATIENCE);
        readers.finish();
        RefundBooks books = new RefundBooks(postgres, acquirer);
        Waiting.until("every refund has ended", PATIENCE, () -> books.open().isEmpty());

        assertEquals(List.of(), List.copyOf(writers.wrong), "observations");
        assertEquals(List.of(), List.copyOf(readers.wrong), "look-ups");
        assertEquals(List.of(), List.copyOf(clients.wrong), "refunds");
        assertTrue(
                clients.mended.keySet().stream().noneMatch(what -> what.startsWith("503")), clients.mended::toString);
        holds(books.eachMovedOnce());
        holds(books.neverMoreThanCharged(payments.all));
        holds(books.eachGrantIsKept(clients, payments.asks));
        holds(books.balancesAgree());
        holds(books.verdictsAgree(payments.all, service));
        Books all = new Books(postgres, "postgres");
        all.holdEachOnce(writers.acknowledged);
        all.areConsistent();
        assertTrue(readers.answered.get() > 0 && !writers.acknowledged.isEmpty(), "they all had work");
        assertFalse(service.log().contains("no statement has a limit"), "the role has a limit, as PostgreSQL tells");
        System.out.printf(
                "%d look-ups, %d observations, %d refunds on %d connections%n",
                readers.answered.get(),
                writers.acknowledged.size(),
                books.refunds().size(),
                SERVERS);
    }

    private static void holds(List<String> wrong) {
        assertEquals(List.of(), wrong.stream().limit(5).toList(), () -> wrong.size() + " wrong; fault.seed=" + SEED);
    }

    /** Ask for verdicts without end; each must be there, and of the payment that was asked for. */
    private static final class Readers {
        private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
        private final AtomicLong answered = new AtomicLong();
        private final List<Thread> threads = new ArrayList<>();
        private final RunningService service;
        private final List<Payment> payments;
        private final String desk = RunningService.token("desk:read");
        private volatile boolean stopping;

        Readers(RunningService service, List<Payment> payments) {
            this.service = service;
            this.payments = payments;
            for (int i = 0; i < READERS; i++) {
                Random random = new Random(SEED - i);
                Thread thread = new Thread(() -> read(random), "reader-" + i);
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
        }

        private void read(Random random) {
            while (!stopping && wrong.isEmpty()) {
                Payment payment = payments.get(random.nextInt(payments.size()));
                try {
                    HttpResponse<String> answer = service.get("/v1/transactions/" + payment.id() + "/verdict", desk);
                    if (answer.statusCode() != 200
                            || !answer.body().contains(payment.id())
                            || RunningService.json(answer).at("/charged/amount").longValue() != payment.charged()) {
                        wrong.add(payment + ": " + answer.statusCode() + " " + answer.body());
                    }
                    answered.incrementAndGet();
                } catch (IOException e) {
                    wrong.add(e.toString());
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        void finish() throws InterruptedException {
            stopping = true;
            for (Thread thread : threads) {
                thread.join(PATIENCE.toMillis());
            }
        }
    }
}
