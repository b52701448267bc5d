package org.paywitness.statement;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.paywitness.database.Migrations;
import org.paywitness.id.TypeId;
import org.paywitness.log.LogFields;
import org.paywitness.observation.Observations;
import org.paywitness.transaction.Completenesses;
import org.paywitness.verdict.Policy;

/**
 * Works statements in, each on one of a few threads of its own. Looks for work when a file was received and, as files may
 * come to other pods or be left by a dead one, every so often.
 */
@Singleton
class StatementWorker {
    private static final Logger LOG = Logger.getLogger(StatementWorker.class);
    private static final Duration ABANDONED = Duration.ofHours(6);
    private static final Duration HOUSEKEEPING = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @ConfigProperty(name = "paywitness.statements.poll", defaultValue = "2s")
    Duration poll;

    @ConfigProperty(name = "paywitness.statements.max-attempts", defaultValue = "50")
    int maxAttempts;

    /** Files that this process works in at once: one waits for the database while another is read. */
    @ConfigProperty(name = "paywitness.statements.workers", defaultValue = "2")
    int workers;

    private final Statements statements;
    private final Observations observations;
    private final Completenesses completenesses;
    private final Pool pool;
    private final Policy policy;
    private final Clock clock;
    private final Migrations migrations;
    private final Vertx vertx;
    private final Map<Statement.Status, Counter> ended = new EnumMap<>(Statement.Status.class);
    private final Semaphore work = new Semaphore(0);
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Instant> housekeptAt = new AtomicReference<>(Instant.EPOCH);
    private final AtomicBoolean waiting = new AtomicBoolean();
    private volatile boolean stopping;

    StatementWorker(
            Statements statements,
            Observations observations,
            Completenesses completenesses,
            Pool pool,
            Policy policy,
            Clock clock,
            Migrations migrations,
            MeterRegistry meters,
            Vertx vertx) {
        this.statements = statements;
        this.observations = observations;
        this.completenesses = completenesses;
        this.pool = pool;
        this.policy = policy;
        this.clock = clock;
        this.migrations = migrations;
        this.vertx = vertx;
        for (Statement.Status status : List.of(Statement.Status.done, Statement.Status.failed)) {
            Counter counter = Counter.builder("paywitness.statements.ended")
                    .description("Files that were worked in or could not be")
                    .tag("outcome", status.name())
                    .register(meters);
            ended.put(status, counter);
        }
    }

    void start(@Observes StartupEvent event) {
        for (int i = 1; i <= workers; i++) {
            Thread thread = new Thread(this::loop, "statement-worker-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        work.release(workers);
        long until = System.nanoTime() + PATIENCE.toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
        }
    }

    /** There may be something to do. */
    void wake() {
        work.release();
    }

    private void loop() {
        while (!stopping) {
            try {
                // Migrations tell what keeps them waiting.
                boolean found = migrations.isDone() && workOne();
                waiting.set(false);
                if (!found) {
                    if (migrations.isDone()) {
                        housekeep();
                    }
                    work.tryAcquire(poll.toMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                pauseAfter(e);
            }
        }
    }

    // The database is not there: a statement under way stays claimed until its lease ends.
    private void pauseAfter(Exception failure) {
        if (!waiting.getAndSet(true)) {
            LOG.warnf("Statements wait: %s", failure.toString());
        }
        try {
            work.tryAcquire(poll.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stopping = true;
        }
    }

    private boolean workOne() throws Exception {
        Instant now = clock.instant();
        Statements.Claim claim = statements.claim(now);
        if (claim == null) {
            return false;
        }
        if (claim.attempt() > maxAttempts) {
            Statements.run(statements.end(
                    pool,
                    claim,
                    Statement.Status.failed,
                    null,
                    "too_many_attempts",
                    "The file could not be worked in after " + maxAttempts + " attempts.",
                    now));
            ended.get(Statement.Status.failed).increment();
            return true;
        }
        // Reading up to where the last attempt ended shows no progress but is no death.
        String id = TypeId.format(TypeId.STATEMENT, claim.id());
        LogFields.about(id);
        long renewing = vertx.setPeriodic(statements.renewal().toMillis(), timer -> statements.renew(claim, clock));
        try {
            Statement.Status status = new StatementImport(
                            claim, statements, observations, completenesses, pool, policy, clock)
                    .run(() -> stopping);
            ended.get(status).increment();
        } catch (Statements.Lost lost) {
            LOG.infof("Statement %s was taken over by another worker", id);
        } catch (StatementImport.Interrupted interrupted) {
            statements.release(claim, clock.instant());
        } finally {
            vertx.cancelTimer(renewing);
            LogFields.noMoreAbout(id);
        }
        return true;
    }

    private void housekeep() {
        Instant now = clock.instant();
        Instant last = housekeptAt.get();
        if (last.plus(HOUSEKEEPING).isBefore(now) && housekeptAt.compareAndSet(last, now)) {
            statements.dropAbandoned(now.minus(ABANDONED));
        }
    }
}
