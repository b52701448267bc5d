package org.paywitness.fee;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.ZoneId;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.money.Money;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.VerdictAnswer;

/** A fee schedule on the wire. */
@Schema(name = "FeeSchedule", description = "What may be taken of a merchant's payments; never changed.")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FeeScheduleAnswer(
        @Schema(required = true, examples = "fee_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
        @Schema(required = true, examples = "m_0001") String merchantId,
        @Schema(
                        enumeration = {"swipe", "chip", "contactless", "qr", "manual", "online"},
                        description = "Absent: every channel that has no schedule of its own.")
                String channel,
        @Schema(
                        enumeration = {"debit", "credit", "prepaid"},
                        description = "Absent: every kind of card that has no schedule of its own.")
                String cardKind,
        @Schema(required = true, pattern = "^[A-Z]{3}$", description = "ISO 4217", examples = "CNY") String currency,
        @Schema(required = true, description = "Percent of the amount.", examples = "0.50") String rate,
        @Schema(description = "The most that is taken.") Amount cap,
        @Schema(description = "The least that is taken.") Amount floor,
        @Schema(
                        required = true,
                        enumeration = {"half_up", "half_even", "half_down", "up", "down"})
                String rounding,
        @Schema(
                        required = true,
                        description = "Percent of the fee that comes back with the money.",
                        examples = "100.00")
                String returned,
        @Schema(required = true, format = "date-time") String validFrom,
        @Schema(required = true, description = "Who set it.") String setBy,
        @Schema(required = true, format = "date-time") String setAt) {

    static FeeScheduleAnswer of(FeeSchedule s, ZoneId zone) {
        return new FeeScheduleAnswer(
                s.reference(),
                s.key().merchantId(),
                s.key().channel(),
                s.key().cardKind(),
                s.key().currency(),
                s.rate().text(),
                s.cap() == null ? null : Amount.of(Money.of(s.cap(), s.key().currency())),
                s.floor() == 0 ? null : Amount.of(Money.of(s.floor(), s.key().currency())),
                s.rounding().code(),
                s.returned().text(),
                VerdictAnswer.time(s.validFrom(), zone),
                s.setBy(),
                VerdictAnswer.time(s.setAt(), zone));
    }
}
