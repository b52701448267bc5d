package org.paywitness.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.verdict.Facts.at;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.paywitness.money.Money;
import org.paywitness.verdict.Verdict.Kind;

/**
 * What holds of every history, however odd. {@code -Djudge.seed=N} repeats a run, {@code -Djudge.histories=N} sets its
 * length.
 */
class JudgeRandomTest {
    private static final int HISTORIES = Integer.getInteger("judge.histories", 100_000);
    private static final long SEED = Long.getLong("judge.seed", System.nanoTime());
    private static final String[] CODES = {null, "00", "05", "09", "10", "25", "51", "54", "98", "C3", "ZZ"};
    private static final String[] STATEMENTS = {"", "", "stm_1", "stm_2"};
    private static final Duration[] STEPS = {
        Duration.ZERO, Duration.ofSeconds(20), Duration.ofMinutes(15), Duration.ofHours(22), Duration.ofDays(3)
    };

    private final Random random = new Random(SEED);

    @Test
    void everyHistoryKeepsTheInvariants() {
        System.out.println("judge.seed=" + SEED);
        Set<Integer> rows = new TreeSet<>();
        for (int i = 0; i < HISTORIES; i++) {
            Payment payment = history();
            Completeness completeness = completeness();
            Instant now = instant();
            String context = "seed " + SEED + ", history " + i + ": " + payment + " " + completeness + " " + now;
            Verdict verdict = judge(payment, completeness, now);
            rows.add(verdict.row());
            amountsAreSound(verdict, context);
            reasonsAreSound(payment, verdict, context);
            finalityIsSound(verdict, now, context);
            arrivalNeverMatters(payment, completeness, now, verdict, context);
            finalStaysFinal(payment, completeness, now, verdict, context);
            assertEquals(Judge.keepsMoney(payment, Policy.DEFAULT), keepsMoney(payment, verdict), context);
            staysBetweenMoments(payment, now, context);
        }
        assertTrue(
                byTime > 0 && bySilence > 0 || HISTORIES < 10_000, byTime + " by time, " + bySilence + " by silence");
        assertTrue(rows.size() == 14 || HISTORIES < 10_000, "rows reached: " + rows);
    }

    private static Verdict judge(Payment payment, Completeness completeness, Instant now) {
        return Judge.verdict(payment, completeness, Policy.DEFAULT, now);
    }

    private static void amountsAreSound(Verdict v, String context) {
        if (v.charged() == null) {
            assertTrue(v.returned() == null && v.promised() == null && v.net() == null, context);
            return;
        }
        assertTrue(v.charged().covers(v.returned()), context);
        assertTrue(v.charged().covers(v.promised()), context);
        assertEquals(v.charged(), v.net().plus(v.returned()), context);
        assertFalse(v.kind() == Kind.NOT_CHARGED && !v.charged().isZero(), context);
        assertFalse(v.kind() == Kind.RETURNED && !v.net().isZero(), context);
    }

    private static void reasonsAreSound(Payment payment, Verdict v, String context) {
        assertTrue(payment.facts().containsAll(v.because()), context);
        assertEquals(payment.facts().isEmpty(), v.because().isEmpty(), context);
        if (v.kind() == Kind.DISAGREEMENT) {
            assertEquals(Verdict.Agreement.SOURCES_DIFFER, v.agreement(), context);
        }
        boolean retry = payment.earlier() != null && payment.earlier().retry();
        assertEquals(v.kind() == Kind.CHARGED_TWICE, v.duplicateOf() != null, context);
        assertTrue(v.kind() != Kind.CHARGED_TWICE || retry, context);
        assertTrue(v.possibleDuplicateOf() == null || payment.earlier() != null && !retry, context);
        assertTrue(v.row() >= 1 && v.row() <= 14, context);
        assertEquals(v.row() <= 7, new Testimony(payment.facts()).taken(), context);
    }

    private static void finalityIsSound(Verdict v, Instant now, String context) {
        if (v.kind() == Kind.HELD) {
            assertEquals(v.isFinal(), !now.isBefore(v.finalBy()), context);
        } else {
            assertFalse(v.isFinal() && v.finalBy() != null, context);
        }
        assertFalse(v.isFinal() && v.flags().contains(Verdict.Flag.OVERDUE), context);
        assertFalse(v.isFinal() && (v.kind() == Kind.PENDING || v.kind() == Kind.DISAGREEMENT), context);
    }

    // Ids of observations and files follow arrival: in another order, the same facts get others. Heard twice is once.
    private void arrivalNeverMatters(Payment p, Completeness completeness, Instant now, Verdict v, String context) {
        List<Fact> heard = new ArrayList<>(p.facts());
        heard.addAll(p.facts().subList(0, p.facts().size() / 2));
        Collections.shuffle(heard, random);
        Map<String, Fact> once = new LinkedHashMap<>();
        for (Fact f : heard) {
            once.putIfAbsent(f.observationId(), renamed(f, "obs_" + (900 + once.size()), otherFile(f.statement())));
        }
        List<Fact> inTime = once.values().stream().sorted(Fact.IN_TIME).toList();
        Verdict again = judge(withFacts(p, inTime), completeness, now);
        assertEquals(withoutIds(v), withoutIds(again), context);
    }

    private void finalStaysFinal(Payment p, Completeness completeness, Instant now, Verdict v, String context) {
        Instant later = now.plus(STEPS[random.nextInt(STEPS.length)]).plus(Duration.ofDays(random.nextInt(60)));
        Instant bank =
                completeness.bank() == null ? instant() : completeness.bank().plus(Duration.ofDays(2));
        Completeness more = new Completeness(later, later, bank, later);
        if (v.isFinal()) {
            assertEquals(v, judge(p, completeness, later), context);
            Verdict known = judge(p, more, now);
            assertTrue(known.isFinal() && known.kind() == v.kind() && known.cause() == v.cause(), context);
        }
    }

    private int byTime;
    private int bySilence;

    // At each moment, right before the next and anywhere between: the same is told.
    private void staysBetweenMoments(Payment payment, Instant anywhere, String context) {
        List<Moment> moments = Moments.of(payment, Policy.DEFAULT);
        Instant silent = Policy.DEFAULT.postedBy(payment.occurredAt(), payment.cardKind());
        boolean awaitsSilence = moments.contains(Moment.complete(Source.BANK, silent));
        TreeSet<Instant> times = new TreeSet<>(Set.of(Instant.EPOCH));
        moments.stream().filter(m -> m.source() == null).forEach(m -> times.add(m.at()));
        Instant end = Instant.parse("2100-01-01T00:00:00Z");
        List<Completeness> open = List.of(
                Completeness.NONE,
                new Completeness(end, end, null, end),
                new Completeness(null, null, silent.minusNanos(1_000), null));
        List<Completeness> closed =
                List.of(new Completeness(null, null, silent, null), new Completeness(end, end, end, end));
        Object before = null;
        for (Instant from : times) {
            Instant next = times.higher(from);
            Instant to = next == null ? end : next.minusNanos(1_000);
            List<Instant> between = new ArrayList<>(List.of(from, to));
            if (!anywhere.isBefore(from) && !anywhere.isAfter(to)) {
                between.add(anywhere);
            }
            Object told = told(judge(payment, open.get(0), from));
            Object toldSilent = awaitsSilence ? told(judge(payment, closed.get(0), from)) : told;
            for (Instant now : between) {
                open.forEach(c -> assertEquals(told, told(judge(payment, c, now)), () -> context + " at " + now));
                closed.forEach(
                        c -> assertEquals(toldSilent, told(judge(payment, c, now)), () -> context + " at " + now));
            }
            byTime += before != null && !before.equals(told) ? 1 : 0;
            bySilence += told.equals(toldSilent) ? 0 : 1;
            before = told;
        }
    }

    private static Object told(Verdict v) {
        return Arrays.asList(
                v.kind(), v.cause(), v.isFinal(), v.charged(), v.returned(), v.promised(), v.duplicateOf(), v.flags());
    }

    private static boolean keepsMoney(Payment payment, Verdict v) {
        return new Testimony(payment.facts()).taken() && v.kind() != Kind.RETURNED && v.kind() != Kind.BEING_RETURNED;
    }

    private Payment history() {
        Money asked = random.nextInt(20) == 0 ? null : amount();
        Instant occurredAt = random.nextInt(4) == 0 ? instant() : at("12:00");
        List<Fact> facts = new ArrayList<>();
        int count = random.nextInt(9);
        for (int i = 0; i < count; i++) {
            facts.add(fact("obs_" + (100 + i)));
        }
        facts.sort(Fact.IN_TIME);
        List<Payment.OwnRefund> refunds = new ArrayList<>();
        while (random.nextInt(5) == 0) {
            refunds.add(
                    new Payment.OwnRefund("rfd_" + refunds.size(), amount(), instant(), random.nextInt(4) == 0, false));
        }
        Payment.Earlier earlier = random.nextInt(3) > 0 ? null : new Payment.Earlier("txn_1", random.nextBoolean());
        Payment.Type type = any(Payment.Type.values());
        CardKind kind = any(CardKind.values());
        boolean viaWallet = random.nextInt(3) == 0;
        return new Payment(
                "txn_0", type, kind, viaWallet, asked, occurredAt, facts, refunds, earlier, Payment.Details.NONE);
    }

    private Fact fact(String id) {
        Source source = any(Source.values());
        Outcome outcome = any(Outcome.values());
        while (!outcome.isFrom(source)) {
            outcome = any(Outcome.values());
        }
        boolean coded = outcome == Outcome.DECLINED || outcome == Outcome.APPROVED;
        Money moved = random.nextInt(8) == 0 ? null : amount();
        return new Fact(id, source, outcome, coded ? any(CODES) : null, instant(), moved, any(STATEMENTS));
    }

    private Money amount() {
        String currency = any(new String[] {"CNY", "CNY", "CNY", "JPY", "KWD"});
        return Money.of(any(new Long[] {0L, 1L, 64_00L, 128_00L, 128_00L, Money.MAX}), currency);
    }

    // Few instants, so that equal times, boundaries and dates without a time of day are common.
    private Instant instant() {
        String time = any(new String[] {"00:00", "10:00", "12:00", "12:00:01", "12:15"});
        return at("+" + random.nextInt(5) + " " + time);
    }

    private Completeness completeness() {
        return random.nextBoolean() ? Completeness.NONE : new Completeness(null, null, instant(), null);
    }

    private <T> T any(T[] of) {
        return of[random.nextInt(of.length)];
    }

    private static String otherFile(String statement) {
        return switch (statement) {
            case "stm_1" -> "stm_2";
            case "stm_2" -> "stm_1";
            default -> statement;
        };
    }

    private static Fact renamed(Fact f, String id, String statement) {
        return new Fact(id, f.source(), f.outcome(), f.responseCode(), f.at(), f.amount(), statement);
    }

    private static Payment withFacts(Payment p, List<Fact> facts) {
        return new Payment(
                p.id(),
                p.type(),
                p.cardKind(),
                p.viaWallet(),
                p.amount(),
                p.occurredAt(),
                facts,
                p.refunds(),
                p.earlier(),
                p.details());
    }

    private static Verdict withoutIds(Verdict v) {
        List<Fact> because = v.because().stream().map(f -> renamed(f, "", "")).toList();
        return new Verdict(
                v.row(),
                v.kind(),
                v.cause(),
                v.isFinal(),
                v.finalBy(),
                v.agreement(),
                v.charged(),
                v.returned(),
                v.promised(),
                because,
                v.duplicateOf(),
                v.possibleDuplicateOf(),
                v.responseCode(),
                v.flags());
    }
}
