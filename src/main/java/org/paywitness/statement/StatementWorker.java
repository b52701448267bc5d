package org.paywitness.statement;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.observation.Observations;
import org.paywitness.transaction.Completenesses;
import org.paywitness.verdict.Policy;

/**
 * Works statements in, one after the other, on a thread of its own. Looks for work when a file was received and, as
 * files may come to other pods or be left by a dead one, every so often.
 */
@Singleton
class StatementWorker {
    private static final Logger LOG = Logger.getLogger(StatementWorker.class);
    private static final Duration ABANDONED = Duration.ofHours(6);
    private static final Duration HOUSEKEEPING = Duration.ofHours(1);

    @ConfigProperty(name = "paywitness.statements.poll", defaultValue = "2s")
    Duration poll;

    @ConfigProperty(name = "paywitness.statements.max-attempts", defaultValue = "50")
    int maxAttempts;

    private final Statements statements;
    private final Observations observations;
    private final Completenesses completenesses;
    private final Idempotency idempotency;
    private final Pool pool;
    private final Policy policy;
    private final Clock clock;
    private final Semaphore work = new Semaphore(0);
    private Instant housekeptAt = Instant.EPOCH;
    private Thread thread;
    private volatile boolean stopping;

    StatementWorker(
            Statements statements,
            Observations observations,
            Completenesses completenesses,
            Idempotency idempotency,
            Pool pool,
            Policy policy,
            Clock clock) {
        this.statements = statements;
        this.observations = observations;
        this.completenesses = completenesses;
        this.idempotency = idempotency;
        this.pool = pool;
        this.policy = policy;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event) {
        thread = new Thread(this::loop, "statement-worker");
        thread.setDaemon(true);
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        work.release();
        thread.join(TimeUnit.SECONDS.toMillis(5));
    }

    /** There may be something to do. */
    void wake() {
        work.release();
    }

    private void loop() {
        while (!stopping) {
            try {
                boolean found = workOne();
                if (!found) {
                    housekeep();
                    work.tryAcquire(poll.toMillis(), TimeUnit.MILLISECONDS);
                    work.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                pauseAfter(e);
            }
        }
    }

    // The database is not there, or not migrated yet: the statement stays claimed until its lease ends.
    private void pauseAfter(Exception failure) {
        LOG.warnf("Statements wait: %s", failure.toString());
        try {
            work.tryAcquire(poll.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stopping = true;
        }
    }

    private boolean workOne() throws Exception {
        Statements.Claim claim = statements.claim(clock.instant());
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
                    "The file could not be worked in after " + maxAttempts + " attempts."));
            return true;
        }
        try {
            new StatementImport(claim, statements, observations, completenesses, pool, policy, clock).run();
        } catch (Statements.Lost lost) {
            LOG.infof("Statement %s was taken over by another worker", claim.id());
        }
        return true;
    }

    private void housekeep() {
        Instant now = clock.instant();
        if (housekeptAt.plus(HOUSEKEEPING).isBefore(now)) {
            statements.dropAbandoned(now.minus(ABANDONED));
            Statements.run(idempotency.purge());
            housekeptAt = now;
        }
    }
}
