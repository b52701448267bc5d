package org.paywitness.dev;

import static org.paywitness.verdict.Outcome.APPROVED;
import static org.paywitness.verdict.Outcome.CAPTURED;
import static org.paywitness.verdict.Outcome.CREDITED;
import static org.paywitness.verdict.Outcome.DEBITED;
import static org.paywitness.verdict.Outcome.DECLINED;
import static org.paywitness.verdict.Outcome.HELD;
import static org.paywitness.verdict.Outcome.NO_ANSWER;
import static org.paywitness.verdict.Outcome.PAID;
import static org.paywitness.verdict.Outcome.REFUNDED;
import static org.paywitness.verdict.Outcome.REVERSED;
import static org.paywitness.verdict.Outcome.SLIP_FAILED;
import static org.paywitness.verdict.Outcome.VOIDED;
import static org.paywitness.verdict.Source.ACQUIRER;
import static org.paywitness.verdict.Source.BANK;
import static org.paywitness.verdict.Source.TERMINAL;
import static org.paywitness.verdict.Source.WALLET;

import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.paywitness.database.Migrations;
import org.paywitness.money.Money;
import org.paywitness.observation.Observation;
import org.paywitness.observation.Observations;
import org.paywitness.transaction.Completenesses;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Payment;
import org.paywitness.verdict.Source;

/** Payments of a demo merchant that show every verdict, told once into a fresh database. */
@Singleton
@IfBuildProfile("dev")
class DemoData {
    static final String MERCHANT = "m_demo";
    private static final String FIRST = "900000000001";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Migrations migrations;
    private final Observations observations;
    private final Completenesses completenesses;
    private final Pool pool;
    private final Instant now;
    private final List<Observation> said = new ArrayList<>();

    DemoData(Migrations migrations, Observations observations, Completenesses completenesses, Pool pool, Clock clock) {
        this.migrations = migrations;
        this.observations = observations;
        this.completenesses = completenesses;
        this.pool = pool;
        this.now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    /** Path of a verdict worth asking for first. */
    Optional<String> example() {
        return Optional.of("/v1/was-i-charged?rrn=900000000004");
    }

    void load(@Observes @Priority(Integer.MAX_VALUE - 1) StartupEvent event) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!migrations.isDone() && System.nanoTime() < until) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        boolean told = pool.query("SELECT 1 FROM observation WHERE source_ref = 'demo:" + FIRST + ":captured'")
                        .executeAndAwait()
                        .size()
                > 0;
        if (!told) {
            tellStories();
            observations.accept(said).await().atMost(PATIENCE);
            pool.withTransaction(c -> completenesses.tell(c, BANK, MERCHANT, now.minus(Duration.ofDays(1)), now))
                    .await()
                    .atMost(PATIENCE);
        }
    }

    private void tellStories() {
        Duration daysAgo = Duration.ofDays(6);
        Story settled = new Story(FIRST, daysAgo, 12_800);
        settled.say(TERMINAL, APPROVED).say(ACQUIRER, CAPTURED).say(BANK, DEBITED);
        new Story("900000000002", Duration.ofMinutes(30), 3_600)
                .say(TERMINAL, APPROVED)
                .say(ACQUIRER, APPROVED);

        new Story("900000000003", daysAgo, 8_800)
                .say(TERMINAL, APPROVED)
                .say(TERMINAL, SLIP_FAILED)
                .say(ACQUIRER, CAPTURED)
                .say(BANK, DEBITED);
        new Story("900000000004", daysAgo.minusMinutes(2), 8_800, "900000000003")
                .say(TERMINAL, APPROVED)
                .say(ACQUIRER, CAPTURED)
                .say(BANK, DEBITED);

        new Story("900000000005", daysAgo, 5_100).declined(TERMINAL, "51").declined(ACQUIRER, "51");
        new Story("900000000006", daysAgo, 2_300).say(TERMINAL, NO_ANSWER);
        new Story("900000000007", Duration.ofMinutes(5), 4_500).say(TERMINAL, NO_ANSWER);
        new Story("900000000008", Duration.ofHours(3), 100_000)
                .of(Payment.Type.PREAUTH)
                .say(TERMINAL, APPROVED)
                .say(ACQUIRER, APPROVED)
                .say(BANK, HELD);

        new Story("900000000009", Duration.ofHours(2), 6_600)
                .say(ACQUIRER, CAPTURED)
                .say(ACQUIRER, REVERSED);
        new Story("900000000010", daysAgo, 30_000)
                .say(ACQUIRER, CAPTURED)
                .say(BANK, DEBITED)
                .say(ACQUIRER, REFUNDED, 10_000);
        new Story("900000000011", daysAgo, 7_700)
                .say(ACQUIRER, CAPTURED)
                .say(BANK, DEBITED)
                .say(ACQUIRER, VOIDED)
                .say(BANK, CREDITED);

        new Story("900000000012", daysAgo, 22_950).declined(ACQUIRER, "51").say(BANK, DEBITED);
        new Story("900000000013", daysAgo, 8_234).say(TERMINAL, APPROVED).say(ACQUIRER, APPROVED);
        new Story("900000000014", daysAgo, 58_154).say(ACQUIRER, CAPTURED).say(BANK, DEBITED, 58_145);
        new Story("900000000015", daysAgo, 1_890).say(WALLET, PAID);
    }

    /** What is said of one payment. */
    private final class Story {
        private final String rrn;
        private final String card;
        private final Instant at;
        private final long amount;
        private Payment.Type type = Payment.Type.PURCHASE;
        private int steps;

        Story(String rrn, Duration ago, long amount) {
            this(rrn, ago, amount, rrn);
        }

        Story(String rrn, Duration ago, long amount, String card) {
            this.rrn = rrn;
            this.card = card;
            this.at = now.minus(ago);
            this.amount = amount;
        }

        Story of(Payment.Type other) {
            type = other;
            return this;
        }

        Story say(Source source, Outcome outcome) {
            return say(source, outcome, amount);
        }

        Story say(Source source, Outcome outcome, long moved) {
            return add(source, outcome, null, moved);
        }

        Story declined(Source source, String code) {
            return add(source, DECLINED, code, amount);
        }

        private Story add(Source source, Outcome outcome, String code, long moved) {
            said.add(new Observation(
                    source,
                    "demo:" + rrn + ":" + outcome.code(),
                    outcome,
                    code,
                    at.plusSeconds(steps++),
                    subject(),
                    Money.of(moved, "CNY"),
                    outcome == SLIP_FAILED ? Observation.SlipProblem.PAPER_OUT : null,
                    null,
                    null,
                    null));
            return this;
        }

        private Observation.Subject subject() {
            return new Observation.Subject(
                    type,
                    Observation.Channel.CHIP,
                    at,
                    Money.of(amount, "CNY"),
                    MERCHANT,
                    "T0000001",
                    "000001",
                    rrn.substring(6),
                    rrn,
                    null,
                    null,
                    null,
                    new Observation.Card("card_demo" + card, "622848", card.substring(8), CardKind.DEBIT, "unionpay"),
                    null,
                    null,
                    null);
        }
    }
}
