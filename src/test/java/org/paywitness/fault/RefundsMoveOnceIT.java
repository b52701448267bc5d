package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.acquirer.Simulator;
import org.paywitness.fault.Payments.Ask;

/**
 * Money goes back once, whatever dies meanwhile: an acquirer that misbehaves on 30 % of calls, pods that are killed and
 * a PostgreSQL that is stopped without warning, clients that hang up, come again and come twice. The acquirer's ledger
 * is the judge. How much: {@code -Dfault.refunds=10000 -Dfault.kills=200 -Dfault.stops=20 -Dfault.pods=2
 * -Dfault.seed=1}, or {@code ./mvnw verify -Prefund-faults}.
 */
class RefundsMoveOnceIT {
    private static final int REFUNDS = Integer.getInteger("fault.refunds", 600);
    private static final int KILLS = Integer.getInteger("fault.kills", 6);
    private static final int STOPS = Integer.getInteger("fault.stops", 2);
    private static final int PODS = Integer.getInteger("fault.pods", 2);
    private static final long SEED = Long.getLong("fault.seed", System.nanoTime());
    private static final int EXECUTORS = 8;
    private static final int CLIENTS = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** After the last fault every refund has ended within this. */
    private static final Duration QUIET = Duration.ofSeconds(60);

    private final Random random = new Random(SEED);
    private MortalPostgres postgres;
    private Door door;
    private Simulator acquirer;
    private Pods pods;
    private RefundBooks books;
    private long inHands;

    @BeforeEach
    void start() throws Exception {
        System.out.printf(
                "fault.seed=%d fault.refunds=%d fault.kills=%d fault.stops=%d fault.pods=%d%n",
                SEED, REFUNDS, KILLS, STOPS, PODS);
        postgres = MortalPostgres.started();
        door = new Door(SEED);
        acquirer = Simulator.start(
                Files.createTempDirectory(Files.createDirectories(Path.of("target", "fault")), "acquirer"),
                "--notify",
                door.url(),
                // Longer than we wait for an answer, so that it is in doubt.
                "--late-ms",
                "1500",
                "--processing-ms",
                "300",
                "--forget-ms",
                "1000",
                "--take-back-ms",
                "500");
        pods = new Pods(PODS, "refunds-move-once", postgres.configuration("postgres"), settings());
        door.leadTo(pods::any);
        pods.start();
        books = new RefundBooks(postgres, acquirer);
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(acquirer.configuration());
        settings.put("paywitness.refund.executors", Integer.toString(EXECUTORS / PODS));
        // What takes days in production takes seconds here, and nothing gives up: the end must come by itself.
        settings.put("paywitness.refund.inquiries", "300ms,1s,2s");
        settings.put("paywitness.refund.later-inquiries", "1s");
        settings.put("paywitness.refund.inquiries-end", "1h");
        // So short that a slow executor is overtaken now and then: whoever comes late must find its claim gone.
        settings.put("paywitness.refund.lease", "3s");
        settings.put("paywitness.refund.poll", "200ms");
        settings.put("paywitness.refund.not-sent-pause", "300ms");
        settings.put("paywitness.acquirer.read-timeout", "1s");
        settings.put("paywitness.acquirer.circuit.delay", "300ms");
        // A database that comes back is noticed at once.
        settings.put("paywitness.migrations.max-pause", "1s");
        // It is about noon there, whenever this runs: sales of the same day can be voided.
        int hour = Instant.now().atOffset(ZoneOffset.UTC).getHour();
        settings.put("paywitness.policy.zone", ZoneOffset.ofHours(12 - hour).getId());
        return settings;
    }

    @AfterEach
    void stop() throws Exception {
        pods.close();
        acquirer.close();
        door.close();
        postgres.close();
    }

    @Test
    void whateverDiesMoneyMovesOnce() throws Exception {
        Payments payments = new Payments(REFUNDS, random, pods.any(random));
        acquirer.faults("{\"rate\":0.3,\"seed\":" + SEED + ",\"refusal_rate\":0.03,\"take_back_rate\":0.02}");
        RefundClients clients = new RefundClients(CLIENTS, SEED, pods, payments.asks).start();
        long begun = System.nanoTime();
        wreck(clients, payments.asks.size());
        clients.finish(PATIENCE);
        assertEquals(List.of(), List.copyOf(clients.wrong), this::seed);
        Duration underFaults = Duration.ofNanos(System.nanoTime() - begun);
        Duration quiet = untilQuiet();
        hearWhatWasGrantedToNobody(clients);
        tell(payments, clients, underFaults, quiet);
        verify(payments, clients);
    }

    private String seed() {
        return "fault.seed=" + SEED;
    }

    // Between any two faults there is a share of the work, and the fault comes somewhere in the middle of it.
    private void wreck(RefundClients clients, int asks) throws Exception {
        List<Boolean> faults = new ArrayList<>(Collections.nCopies(KILLS, true));
        faults.addAll(Collections.nCopies(STOPS, false));
        Collections.shuffle(faults, random);
        int released = 0;
        for (int i = 0; i < faults.size(); i++) {
            int before = released;
            released = (int) ((long) asks * (i + 1) / (faults.size() + 1));
            clients.release(released - before);
            int point = before + random.nextInt(Math.max(1, released - before));
            Waiting.until(
                    "work goes on; " + seed(), PATIENCE, () -> clients.begun.get() > point || !clients.wrong.isEmpty());
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
            if (faults.get(i)) {
                kill(pods.any(random));
            } else {
                postgres.stopImmediately();
                LockSupport.parkNanos(Duration.ofMillis(random.nextInt(500)).toNanos());
                postgres.start();
            }
        }
        clients.release(asks - released);
    }

    private void kill(RunningService pod) throws Exception {
        // One in four may be killed before it is ready again.
        if (random.nextInt(4) > 0) {
            pod.awaitReady();
        }
        inHands += books.inHands();
        pod.kill();
        pod.start();
    }

    private Duration untilQuiet() throws Exception {
        pods.awaitReady();
        acquirer.faults("{\"rate\":0,\"refusal_rate\":0,\"take_back_rate\":0}");
        door.moody = false;
        long begun = System.nanoTime();
        try {
            Waiting.until("every refund has ended", QUIET, () -> books.open().isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError(seed() + ", still open: " + books.open(), e);
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    // A client that hung up and came again may have been refused before its first request was granted.
    private void hearWhatWasGrantedToNobody(RefundClients clients) throws Exception {
        for (String key : books.grantedKeys()) {
            Ask ask = clients.refused.get(key);
            if (ask != null) {
                clients.ask(ask, random);
            }
        }
        assertEquals(List.of(), List.copyOf(clients.wrong), this::seed);
    }

    private void tell(Payments payments, RefundClients clients, Duration underFaults, Duration quiet) throws Exception {
        int granted = clients.grantedAsks(payments.asks).size();
        System.out.printf("%d payments, %d keys%n", payments.all.size(), payments.asks.size());
        System.out.printf(
                "%d keys granted, %d refused, %d decisions, in %d requests; sent again after %s%n",
                granted, clients.refused.size(), clients.decided.size(), clients.requests.get(), clients.mended);
        System.out.printf("%d kills with %d refunds in hands, %d stops, %s%n", KILLS, inHands, STOPS, underFaults);
        System.out.printf("acquirer: %s, not answered: %s%n", books.ledger(), pods.unanswered());
        System.out.printf("notifications: %s passed on, %s lost or refused%n", door.passed, door.lost);
        System.out.printf("refunds: %s, by %s%n", books.statuses(), books.actions());
        System.out.printf("quiet after %s; %s%n", quiet, seed());
    }

    private void verify(Payments payments, RefundClients clients) throws Exception {
        holds(books.eachMovedOnce());
        holds(books.neverMoreThanCharged(payments.all));
        holds(books.eachGrantIsKept(clients, payments.asks));
        holds(books.eachDecisionIsKept(clients.decided));
        holds(books.oneRivalIsGranted(clients, payments.asks));
        holds(books.trailsAreWhole());
        holds(books.balancesAgree());
        holds(books.verdictsAgree(payments.all, pods.any(random)));
        assertEquals(books.refunds().size(), clients.grantedAsks(payments.asks).size(), this::seed);
        // A notification that comes late makes one due for a moment more.
        Waiting.until("still quiet; " + seed(), QUIET, () -> books.open().isEmpty());
    }

    private void holds(List<String> wrong) {
        assertEquals(List.of(), wrong.stream().limit(5).toList(), () -> wrong.size() + " wrong; " + seed());
    }
}
