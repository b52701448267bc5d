package org.paywitness.statement;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.paywitness.money.Money;

/**
 * One row of a table by the names of its columns. Blank means not told: null.
 *
 * @param columns each column's place
 * @param zone for times without an offset
 */
record Row(Map<String, Integer> columns, List<String> cells, ZoneId zone) {
    /** The longest value in one column, in characters. */
    static final int MAX_FIELD = 1024;

    /** ISO 8601, also with a space for the T and without offset, as POS journals and wallets write it. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd['T'][' ']HH:mm[:ss]")
            .optionalStart()
            .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
            .optionalEnd()
            .appendPattern("[XXX][XX][X]")
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    /** How a column's name is compared: without surrounding blanks and quotes, in lower case. */
    static String columnName(String header) {
        return header.strip().replaceAll("^\"|\"$", "").strip().toLowerCase(Locale.ROOT);
    }

    /** The value, or null where the column is absent or blank. */
    String text(String column) {
        Integer place = columns.get(column);
        String value = place == null ? "" : cells.get(place).strip();
        if (value.length() > MAX_FIELD) {
            throw Refusal.of("bad_value", value, column + " is longer than " + MAX_FIELD + " characters");
        }
        return value.isEmpty() ? null : value;
    }

    String required(String column) {
        String value = text(column);
        if (value == null) {
            throw Refusal.of("missing_value", null, column + " is required");
        }
        return value;
    }

    Instant time(String column) {
        return instant(required(column), zone, column);
    }

    Money money(String column, String currency) {
        return money(required(column), currency, column);
    }

    static Money money(String decimal, String currency, String column) {
        if (!Money.isCurrency(currency)) {
            throw Refusal.of("bad_value", currency, "the currency must be an ISO 4217 code");
        }
        try {
            return Money.parse(decimal, currency);
        } catch (IllegalArgumentException e) {
            throw Refusal.of("bad_amount", decimal, column + ": " + e.getMessage());
        }
    }

    /**
     * What was taken as a fee, without its sign: some books write what they take as negative. Null where the column is
     * absent, blank or finer than the currency: the payment in the row counts for more than its fee.
     */
    Money fee(String column, String currency) {
        String decimal = text(column);
        if (decimal == null) {
            return null;
        }
        try {
            return Money.parse(decimal.startsWith("-") ? decimal.substring(1) : decimal, currency);
        } catch (IllegalArgumentException unreadable) {
            return null;
        }
    }

    static Instant instant(String text, ZoneId zone, String column) {
        try {
            TemporalAccessor time = TIME.parse(text);
            return time.isSupported(ChronoField.OFFSET_SECONDS)
                    ? Instant.from(time)
                    : LocalDateTime.from(time).atZone(zone).toInstant();
        } catch (DateTimeException e) {
            throw Refusal.of("bad_time", text, column + " must be a date and time");
        }
    }

    /** The beginning of a day; an offset behind the date, which XML allows, is not needed for it. */
    static Instant startOfDay(String date, ZoneId zone, String column) {
        try {
            return LocalDate.parse(date.length() > 10 ? date.substring(0, 10) : date)
                    .atStartOfDay(zone)
                    .toInstant();
        } catch (DateTimeException e) {
            throw Refusal.of("bad_time", date, column + " must be a date");
        }
    }

    static Instant startOfNextDay(Instant time, ZoneId zone) {
        return time.atZone(zone).toLocalDate().plusDays(1).atStartOfDay(zone).toInstant();
    }
}
