package org.paywitness.fault;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Made-up sales and what terminal, acquirer and bank say of them, in random order: some are joined by references, the
 * bank's by card, amount and time only. Each group of sales has a name of its own in all its references.
 */
final class Sales {
    /** One observation to send. */
    record Said(String source, String ref, String json) {}

    private static final int CARDS = 40;
    private static final Instant DAY = Instant.parse("2025-11-10T01:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final Random random;
    private int count;

    Sales(String name, Random random) {
        this.name = name;
        this.random = random;
    }

    /** All that is said of this many further sales, shuffled. */
    List<Said> next(int sales) {
        List<Said> said = new ArrayList<>();
        for (int i = 0; i < sales; i++) {
            addSale(said);
        }
        Collections.shuffle(said, random);
        return said;
    }

    private void addSale(List<Said> said) {
        int number = count++;
        Instant at = DAY.plus(Duration.ofSeconds(7L * number + random.nextInt(5)));
        String rrn = name + String.format("%08d", number);
        long amount = 100 + random.nextInt(1_000_000);
        ObjectNode card = JSON.createObjectNode()
                .put("first6", "622848")
                .put("last4", String.format("%04d", random.nextInt(CARDS)));
        ObjectNode slip = JSON.createObjectNode()
                .put("merchant_id", "m" + name)
                .put("terminal_id", "T" + name + random.nextInt(4))
                .put("batch", "000001")
                .put("stan", String.format("%06d", number))
                .put("rrn", rrn)
                .put("occurred_at", at.toString());
        slip.set("amount", money(amount));
        slip.set("card", card);
        said.add(observation("terminal", rrn + "-a", "approved", at, slip));
        if (random.nextBoolean()) {
            said.add(observation("terminal", rrn + "-s", "slip_printed", at.plusSeconds(2), slip));
        }
        ObjectNode host = JSON.createObjectNode().put("merchant_id", "m" + name).put("rrn", rrn);
        host.set("amount", money(amount));
        host.set("card", card);
        said.add(observation("acquirer", rrn + "-c", "captured", at.plusSeconds(1), host));
        if (random.nextInt(3) > 0) {
            ObjectNode line = JSON.createObjectNode();
            line.set("amount", money(amount));
            line.set("card", card);
            said.add(observation("bank", rrn + "-d", "debited", at.plusSeconds(30), line));
        }
    }

    private static ObjectNode money(long amount) {
        return JSON.createObjectNode().put("amount", amount).put("currency", "CNY");
    }

    private static Said observation(String source, String ref, String outcome, Instant at, ObjectNode transaction) {
        ObjectNode said = JSON.createObjectNode()
                .put("source", source)
                .put("source_ref", ref)
                .put("outcome", outcome)
                .put("observed_at", at.toString());
        said.set("transaction", transaction);
        return new Said(source, ref, said.toString());
    }
}
