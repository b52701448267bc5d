package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.paywitness.Said;

/** Payments that acquirer and bank tell of, and the refunds that will be asked for them: all by the seed. */
final class Payments {
    /** One payment that the service knows. */
    record Payment(String id, long charged) {}

    /** What somebody decides on a refund right after it is granted. */
    enum Decision {
        NONE,
        APPROVE,
        REJECT,
        /** Of one that was approved by itself it may come too late. */
        CANCEL
    }

    /**
     * One refund that somebody wants.
     *
     * @param amount in minor units; null: all that is left
     * @param isRival whether others want the same money, so that it may be refused
     */
    record Ask(String key, Payment payment, Long amount, boolean isRival, Decision decision) {
        String body() {
            String money = amount == null ? "" : ", \"amount\": {\"amount\": " + amount + ", \"currency\": \"CNY\"}";
            return "{\"transaction_id\": \"" + payment.id() + "\"" + money + ", \"reason\": \"customer_request\"}";
        }
    }

    private enum Kind {
        WHOLE,
        /** Of today, so that it goes back as a void. */
        TODAY,
        PARTS,
        RIVALS,
        /** Above what is approved without a second person. */
        LARGE
    }

    /** As paywitness.refund.automatic-up-to.CNY has it. */
    private static final int AUTOMATIC = 100_000;

    private static final int MOST_AT_ONCE = 5;
    private static final int BATCH = 1_000;
    private static final String MERCHANT = "m_once";

    final List<Payment> all = new ArrayList<>();
    /** In the order in which they are asked; those of one payment next to each other. */
    final List<Ask> asks = new ArrayList<>();

    private final Random random;

    /** @param refunds that can be granted at least */
    Payments(int refunds, Random random, RunningService service) throws IOException, InterruptedException {
        this.random = random;
        List<Kind> kinds = new ArrayList<>();
        List<Integer> parts = new ArrayList<>();
        for (int granted = 0; granted < refunds; ) {
            Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
            int count = kind == Kind.PARTS || kind == Kind.RIVALS ? 2 + random.nextInt(MOST_AT_ONCE - 1) : 1;
            kinds.add(kind);
            parts.add(count);
            granted += kind == Kind.RIVALS ? 1 : count;
        }
        for (int from = 0; from < kinds.size(); from += BATCH) {
            tell(kinds.subList(from, Math.min(kinds.size(), from + BATCH)), service);
        }
        for (int i = 0; i < kinds.size(); i++) {
            ask(all.get(i), kinds.get(i), parts.get(i));
        }
    }

    private void tell(List<Kind> kinds, RunningService service) throws IOException, InterruptedException {
        StringBuilder body = new StringBuilder();
        List<Long> amounts = new ArrayList<>();
        Instant now = Instant.now();
        for (Kind kind : kinds) {
            long amount = kind == Kind.LARGE ? AUTOMATIC + 1 + random.nextInt(AUTOMATIC) : 100 + random.nextInt(50_000);
            Instant at = now.minus(kind == Kind.TODAY ? Duration.ofMinutes(5) : Duration.ofDays(1));
            String rrn = Said.unique("R");
            String card = Said.card();
            Said captured = Said.by("acquirer", "captured").of(MERCHANT, rrn, amount);
            Said debited = Said.by("bank", "debited").of(MERCHANT, rrn, amount);
            body.append(captured.card(card).at(at)).append('\n');
            body.append(debited.card(card).at(at)).append('\n');
            amounts.add(amount);
        }
        HttpResponse<String> answer = service.post(
                "/v1/observations",
                RunningService.token("feed"),
                "application/x-ndjson",
                BodyPublishers.ofString(body.toString()));
        assertEquals(200, answer.statusCode(), answer.body());
        JsonNode results = RunningService.json(answer).get("results");
        for (int i = 0; i < amounts.size(); i++) {
            all.add(new Payment(results.get(2 * i).get("transaction_id").textValue(), amounts.get(i)));
        }
    }

    private void ask(Payment payment, Kind kind, int count) {
        switch (kind) {
            case PARTS -> {
                for (int i = 0; i < count; i++) {
                    long part = 1 + random.nextInt((int) payment.charged() / count);
                    add(payment, part, false, Decision.NONE);
                }
            }
            case RIVALS -> {
                for (int i = 0; i < count; i++) {
                    add(payment, random.nextBoolean() ? null : payment.charged(), true, Decision.NONE);
                }
            }
            case LARGE -> {
                int chance = random.nextInt(100);
                add(
                        payment,
                        null,
                        false,
                        chance < 80
                                ? Decision.APPROVE
                                : chance < 87 ? Decision.REJECT : chance < 94 ? Decision.CANCEL : Decision.NONE);
            }
            default -> {
                Decision decision = random.nextInt(10) == 0 ? Decision.CANCEL : Decision.NONE;
                add(payment, random.nextBoolean() ? null : payment.charged(), false, decision);
            }
        }
    }

    private void add(Payment payment, Long amount, boolean isRival, Decision decision) {
        String key = new UUID(random.nextLong(), random.nextLong()).toString();
        asks.add(new Ask(key, payment, amount, isRival, decision));
    }
}
