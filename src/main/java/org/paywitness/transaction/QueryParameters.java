package org.paywitness.transaction;

import jakarta.ws.rs.core.MultivaluedMap;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;
import org.paywitness.problem.Pointers;
import org.paywitness.problem.Problem;

/** Reads query parameters strictly: unknown, repeated and malformed ones are refused with their name. */
public final class QueryParameters {
    private static final int MAX_LENGTH = 256;

    private final MultivaluedMap<String, String> parameters;

    /** @throws Problem 400 naming every parameter that is not known or is repeated */
    public QueryParameters(MultivaluedMap<String, String> parameters, Set<String> known) {
        this.parameters = parameters;
        Problem problem = Problem.badRequest("invalid_request", "The request is not valid.");
        parameters.forEach((name, values) -> {
            if (!known.contains(name)) {
                problem.at("?" + Pointers.printable(name), "is not a known parameter");
            } else if (values.size() > 1) {
                problem.at("?" + name, "is given more than once");
            }
        });
        if (!problem.errors().isEmpty()) {
            throw problem;
        }
    }

    /** For requests that take no query parameters. */
    public static void refuseAll(MultivaluedMap<String, String> parameters) {
        if (!parameters.isEmpty()) {
            new QueryParameters(parameters, Set.of());
        }
    }

    /** Null when absent. */
    public String text(String name) {
        List<String> values = parameters.get(name);
        if (values == null || values.isEmpty()) {
            return null;
        }
        String value = values.get(0);
        if (value.isEmpty() || value.length() > MAX_LENGTH || value.indexOf('\0') >= 0) {
            throw Problem.invalid("?" + name, "must have 1 to " + MAX_LENGTH + " characters and no NUL");
        }
        if (value.indexOf('\uFFFD') >= 0) {
            // What the decoder puts where the bytes were no UTF-8.
            throw Problem.invalid("?" + name, "must be UTF-8");
        }
        return value;
    }

    public Instant time(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            // A plus sign that nobody encoded arrives as a space.
            Instant at = OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
            int year = at.atOffset(java.time.ZoneOffset.UTC).getYear();
            if (year < 1970 || year > 9999) {
                throw Problem.invalid("?" + name, "must lie between the years 1970 and 9999");
            }
            return at.truncatedTo(ChronoUnit.MICROS);
        } catch (DateTimeException e) {
            throw Problem.invalid("?" + name, "must be a time as in RFC 3339 with an offset");
        }
    }

    /** @param max the longest allowed */
    public Duration duration(String name, Duration otherwise, Duration max) {
        String text = text(name);
        if (text == null) {
            return otherwise;
        }
        try {
            Duration duration = Duration.parse(text);
            if (duration.isNegative() || duration.compareTo(max) > 0) {
                throw Problem.invalid("?" + name, "must be from PT0S to " + max);
            }
            return duration;
        } catch (DateTimeException e) {
            throw Problem.invalid("?" + name, "must be a duration as in ISO 8601, like PT30M");
        }
    }

    /** Where a page of a list begins, as a page before it has told; null at the beginning. */
    public UUID cursor(String name) {
        String text = text(name);
        return text == null
                ? null
                : TypeId.parse(TypeId.CURSOR, text)
                        .orElseThrow(() -> Problem.badRequest("invalid_cursor", "The cursor is not one of ours.")
                                .at("?" + name, "must be the next_cursor of a page"));
    }

    public int integer(String name, int otherwise, int min, int max) {
        String text = text(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Answered below.
        }
        throw Problem.invalid("?" + name, "must be an integer from " + min + " to " + max);
    }

    /** An amount with its currency, CNY where none is given; null when absent. */
    public Money money(String amount, String currency) {
        String text = text(amount);
        String code = text(currency);
        if (code != null && !Money.isCurrency(code)) {
            throw Problem.invalid("?" + currency, "must be an ISO 4217 code");
        }
        if (text == null) {
            return null;
        }
        if (!text.matches("\\d{1,13}") || Long.parseLong(text) == 0 || Long.parseLong(text) > Money.MAX) {
            throw Problem.invalid("?" + amount, "must be an integer of minor units from 1 to " + Money.MAX);
        }
        return Money.of(Long.parseLong(text), code == null ? "CNY" : code);
    }
}
