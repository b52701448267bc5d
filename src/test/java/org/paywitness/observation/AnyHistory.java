package org.paywitness.observation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.paywitness.money.Money;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Source;

/**
 * Observations that touch one another in every way there is: few names of each kind, times that lie near. What comes
 * of them is anybody's guess; it must be the same in every order.
 */
final class AnyHistory {
    private static final List<String> CODES = List.of("51", "68", "00", "10", "96");

    final List<Observation> said = new ArrayList<>();
    private final Random random;
    private final String name;
    private final int number;

    /** @param name letters and digits of this history alone: none of its names is another's */
    AnyHistory(String name, int number, Random random) {
        this.name = name;
        this.number = number;
        this.random = random;
        int size = 2 + random.nextInt(13);
        for (int i = 0; i < size; i++) {
            said.add(any(i));
        }
    }

    /** Some of the observations name the transaction of the first one explicitly; by name of the observation. */
    Map<String, String> pinSome(String firstTransaction) {
        Map<String, String> pins = new HashMap<>();
        for (int i = 1; i < said.size(); i++) {
            if (random.nextInt(6) == 0) {
                Observation o = said.get(i);
                said.set(
                        i,
                        new Observation(
                                o.source(),
                                o.sourceRef(),
                                o.outcome(),
                                o.responseCode(),
                                o.observedAt(),
                                o.subject(),
                                o.amount(),
                                o.slipProblem(),
                                o.text(),
                                firstTransaction,
                                null));
                pins.put(World.name(o), World.name(said.get(0)));
            }
        }
        return pins;
    }

    private Observation any(int index) {
        Source source = Source.values()[random.nextInt(4)];
        List<Outcome> outcomes = java.util.Arrays.stream(Outcome.values())
                .filter(o -> o.isFrom(source))
                .toList();
        Outcome outcome = outcomes.get(random.nextInt(outcomes.size()));
        Said one = Said.by(source, outcome, time(index));
        Money amount = Money.of(10_000L + 10 * number + random.nextInt(2), "CNY");
        boolean returns = outcome == Outcome.REFUNDED || outcome == Outcome.CREDITED || outcome == Outcome.REFUNDING;
        one.asked(returns || random.nextInt(8) > 0 ? amount : null);
        if (outcome == Outcome.DECLINED) {
            one.code(CODES.get(random.nextInt(CODES.size())));
        }
        if (returns || random.nextInt(4) == 0) {
            one.moved(Money.of(random.nextBoolean() ? amount.amount() : amount.amount() / 2, "CNY"));
        }
        if (outcome == Outcome.DECLINED) {
            one.moved(amount);
        }
        if (random.nextInt(3) == 0) {
            one.occurred(time(index));
        }
        references(one);
        card(one);
        return one.is(name + "-" + index);
    }

    private void references(Said one) {
        if (random.nextBoolean()) {
            one.merchant(pick("M", 2));
        }
        switch (random.nextInt(4)) {
            case 0 -> one.slip(pick("T", 3), "1", pick("", 2));
            case 1 -> one.terminal(pick("T", 3));
            default -> {}
        }
        if (random.nextInt(3) == 0) {
            one.rrn(pick("R", 3));
        }
        if (random.nextInt(5) == 0) {
            one.order(pick("O", 2));
        }
        if (random.nextInt(8) == 0) {
            one.wallet(pick("W", 2));
        }
    }

    private void card(Said one) {
        String masked = "%06d******%04d".formatted(number % 1_000_000, 7);
        String other = "%06d******%04d".formatted(number % 1_000_000, 8);
        switch (random.nextInt(9)) {
            case 0 -> {}
            case 1 -> one.token(token(1));
            case 2 -> one.card(token(1), masked);
            case 3 -> one.card(token(2), masked);
            case 4 -> one.card(other);
            default -> one.card(masked);
        }
    }

    private String token(int which) {
        return "card_" + name.toLowerCase(java.util.Locale.ROOT) + "0000000000".substring(1) + which;
    }

    private String pick(String kind, int of) {
        return name + kind + random.nextInt(of);
    }

    // Mostly within minutes, sometimes days or months apart; never two at one instant, but for a few.
    private Instant time(int index) {
        int days = random.nextInt(4) == 0 ? random.nextInt(7) : random.nextInt(40) == 0 ? 200 : 0;
        int minutes = random.nextInt(3) == 0 ? random.nextInt(1440) : 720 + random.nextInt(25);
        Instant day = Said.DAY.atStartOfDay(Said.SHANGHAI).toInstant().minusSeconds(300 * 86_400L);
        return day.plusSeconds(86_400L * days + 60L * minutes + (random.nextInt(6) == 0 ? 0 : index));
    }
}
