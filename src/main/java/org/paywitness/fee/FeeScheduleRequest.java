package org.paywitness.fee;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.money.Money;
import org.paywitness.observation.JsonFields;
import org.paywitness.observation.Observation;
import org.paywitness.transaction.Amount;
import org.paywitness.verdict.CardKind;

/** The body of a request to set a schedule, read strictly. */
final class FeeScheduleRequest {
    /** What DE 42 looks like in observations. */
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    /** As it is documented. */
    @Schema(name = "FeeScheduleBody")
    record Body(
            @Schema(required = true, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples = "m_0001")
                    String merchantId,
            @Schema(
                            enumeration = {"swipe", "chip", "contactless", "qr", "manual", "online"},
                            description = "Absent: every channel that has no schedule of its own.")
                    String channel,
            @Schema(
                            enumeration = {"debit", "credit", "prepaid"},
                            description = "Absent: every kind of card that has no schedule of its own.")
                    String cardKind,
            @Schema(required = true, pattern = "^[A-Z]{3}$", description = "ISO 4217", examples = "CNY")
                    String currency,
            @Schema(
                            required = true,
                            pattern = "^[0-9]{1,3}(\\.[0-9]{1,4})?$",
                            description = "Percent of the amount, 0 to 100.",
                            examples = "0.50")
                    String rate,
            @Schema(description = "The most that is taken; it wins over the floor.") Amount cap,
            @Schema(description = "The least that is taken.") Amount floor,
            @Schema(
                            enumeration = {"half_up", "half_even", "half_down", "up", "down"},
                            defaultValue = "half_up",
                            description = "How a part of a minor unit is rounded.")
                    String rounding,
            @Schema(
                            required = true,
                            pattern = "^[0-9]{1,3}(\\.[0-9]{1,4})?$",
                            description =
                                    "Percent of the fee that comes back with the money when a payment is refunded.",
                            examples = "100")
                    String returned,
            @Schema(
                            required = true,
                            description = "A time as in RFC 3339, or a day that begins in the merchant's zone.",
                            examples = "2026-12-01")
                    String validFrom) {}

    private final JsonFields fields;

    private FeeScheduleRequest(byte[] body, ObjectMapper json) {
        this.fields = JsonFields.of(body, json);
    }

    /**
     * The schedule that is to be set.
     *
     * @param zone the merchant's
     * @throws org.paywitness.problem.Problem 400 naming each bad field
     */
    static FeeSchedule parse(byte[] body, ObjectMapper json, ZoneId zone, UUID id, String person, Instant now) {
        FeeScheduleRequest request = new FeeScheduleRequest(body, json);
        JsonFields fields = request.fields;
        String merchant = request.matching("merchant_id", IDENTIFIER, "must be 1 to 64 of A-Z a-z 0-9 . _ -");
        Observation.Channel channel = fields.oneOf("channel", Observation.Channel.class);
        CardKind kind = fields.oneOf("card_kind", CardKind.class);
        if (kind == CardKind.UNKNOWN) {
            fields.refuse("card_kind", "must be one of debit credit prepaid");
        }
        String currency = fields.text("currency");
        fields.require("currency", currency);
        if (currency != null && !Money.isCurrency(currency)) {
            fields.refuse("currency", "must be an ISO 4217 code");
        }
        Percent rate = request.percent("rate");
        Percent returned = request.percent("returned");
        Money cap = request.money("cap", currency);
        Money floor = request.money("floor", currency);
        if (cap != null && floor != null && !fields.isWrong() && !cap.covers(floor)) {
            fields.refuse("floor", "must not be more than the cap");
        }
        Rounding rounding = fields.oneOf("rounding", Rounding.class);
        Instant validFrom = request.instant("valid_from", zone);
        fields.finish();
        return new FeeSchedule(
                id,
                new FeeSchedule.Key(merchant, currency, code(channel), code(kind)),
                rate,
                cap == null ? null : cap.amount(),
                floor == null ? 0 : floor.amount(),
                rounding == null ? Rounding.HALF_UP : rounding,
                returned,
                validFrom,
                person,
                now);
    }

    private static String code(Enum<?> value) {
        return value == null ? null : value.name().toLowerCase(Locale.ROOT);
    }

    private String matching(String name, Pattern pattern, String otherwise) {
        String text = fields.text(name);
        fields.require(name, text);
        if (text != null && !pattern.matcher(text).matches()) {
            fields.refuse(name, otherwise);
        }
        return text;
    }

    private Percent percent(String name) {
        String text = fields.text(name);
        fields.require(name, text);
        try {
            return text == null ? null : Percent.parse(text);
        } catch (IllegalArgumentException e) {
            fields.refuse(name, e.getMessage());
            return null;
        }
    }

    private Money money(String name, String currency) {
        Money money = fields.money(name);
        if (money != null && Money.isCurrency(currency) && !money.currency().equals(currency)) {
            fields.refuse(name + "/currency", "must be the schedule's");
        }
        return money;
    }

    private Instant instant(String name, ZoneId zone) {
        String text = fields.text(name);
        fields.require(name, text);
        if (text == null) {
            return null;
        }
        try {
            Instant at = DAY.matcher(text).matches()
                    ? LocalDate.parse(text).atStartOfDay(zone).toInstant()
                    : OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
            if (!at.isBefore(EARLIEST) && at.isBefore(LATEST)) {
                return at;
            }
        } catch (DateTimeException e) {
            // Told below.
        }
        fields.refuse(name, "must be a time as in RFC 3339 with an offset, or a day, from 1970 to 9999");
        return null;
    }
}
