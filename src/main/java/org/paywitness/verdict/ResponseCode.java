package org.paywitness.verdict;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An ISO 8583 response code (DE 39) as UnionPay uses it: its meaning in plain words and what it says about money.
 * The table is the resource {@code response-codes.tsv}; a code that it does not know promises nothing.
 */
public record ResponseCode(String code, String zh, String en, About money) {
    /** What an answer with this code says about the cardholder's money. */
    public enum About {
        CHARGED,
        /** Approved for a part: the approved amount is charged, not the amount asked for. */
        CHARGED_PART,
        NOT_CHARGED,
        /** Not a refusal: counts as no answer. */
        AMBIGUOUS,
        /** A void, reversal or refund was refused; says nothing about the charge. */
        RETURN_REFUSED
    }

    private static final Map<String, ResponseCode> TABLE = read();

    /** Never null: an unlisted code is ambiguous, and so is none at all. */
    public static ResponseCode of(String code) {
        ResponseCode known = code == null ? null : TABLE.get(code);
        return known != null ? known : new ResponseCode(code, "未知应答码", "unknown response code", About.AMBIGUOUS);
    }

    /** All listed codes, sorted. */
    public static java.util.Collection<ResponseCode> all() {
        return TABLE.values();
    }

    /** The listed codes that are an answer; any other is none (domain.md, "Observations"). */
    public static List<String> clear() {
        return all().stream()
                .filter(code -> code.money != About.AMBIGUOUS)
                .map(ResponseCode::code)
                .toList();
    }

    private static Map<String, ResponseCode> read() {
        try (InputStream in = ResponseCode.class.getResourceAsStream("/response-codes.tsv")) {
            Map<String, ResponseCode> table = new TreeMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .forEach(line -> {
                        String[] f = line.split("\t");
                        table.put(f[0], new ResponseCode(f[0], f[1], f[2], About.valueOf(f[3])));
                    });
            return table;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
