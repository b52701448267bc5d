package org.paywitness.verdict;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;

/**
 * The windows the judge and correlation obey (domain.md, "Policy defaults"). Boundaries are inclusive: a window of ten
 * minutes holds what is exactly ten minutes apart, and data that is complete through the end of a window is past it.
 *
 * @param zone the merchant's zone: days are days there
 */
public record Policy(
        ZoneId zone,
        Duration duplicateWindow,
        Duration preauthExpiry,
        Duration reversalWindow,
        LocalTime settlementTime,
        LocalTime cutOff,
        Duration postingDebit,
        Duration postingCredit,
        Duration reversalArrivalDebit,
        Duration reversalArrivalCredit,
        Duration refundArrivalDebit,
        Duration refundArrivalCredit,
        Duration walletBalanceArrival,
        Duration walletCardArrival) {

    /** The defaults of domain.md. */
    public static final Policy DEFAULT = new Policy(
            ZoneId.of("Asia/Shanghai"),
            Duration.ofMinutes(10),
            Duration.ofDays(30),
            Duration.ofMinutes(15),
            LocalTime.of(10, 0),
            LocalTime.of(23, 0),
            Duration.ofDays(1),
            Duration.ofDays(3),
            Duration.ofDays(1),
            Duration.ofDays(3),
            Duration.ofDays(3),
            Duration.ofDays(7),
            Duration.ofMinutes(5),
            Duration.ofDays(3));

    private static final long SECONDS_OF_A_DAY = 86_400;

    /** The business day of an instant in the merchant's zone. */
    public LocalDate day(Instant instant) {
        long local =
                instant.getEpochSecond() + zone.getRules().getOffset(instant).getTotalSeconds();
        return LocalDate.ofEpochDay(Math.floorDiv(local, SECONDS_OF_A_DAY));
    }

    /** When the acquirer's settlement data of that business day is due: the next day at the settlement time. */
    public Instant settlementOf(Instant occurredAt) {
        return day(occurredAt).plusDays(1).atTime(settlementTime).atZone(zone).toInstant();
    }

    /** The instant through which the bank's data must be complete before its silence says something. */
    public Instant postedBy(Instant occurredAt, CardKind kind) {
        return occurredAt.plus(kind == CardKind.DEBIT ? postingDebit : postingCredit);
    }

    /**
     * How long money that comes back takes to arrive.
     *
     * @param whole whether the whole payment is taken back (reversal, void): faster than a refund
     */
    public Duration arrival(boolean whole, CardKind kind, boolean viaWallet) {
        if (viaWallet) {
            return kind == CardKind.PREPAID ? walletBalanceArrival : walletCardArrival;
        }
        if (whole) {
            return kind == CardKind.DEBIT ? reversalArrivalDebit : reversalArrivalCredit;
        }
        return kind == CardKind.DEBIT ? refundArrivalDebit : refundArrivalCredit;
    }

    /** The next time, strictly after, that the clock in the merchant's zone shows this. */
    public Instant next(LocalTime time, Instant after) {
        Instant today = day(after).atTime(time).atZone(zone).toInstant();
        return today.isAfter(after)
                ? today
                : day(after).plusDays(1).atTime(time).atZone(zone).toInstant();
    }

    /** When the next data of this source is due: terminals at the cut-off, the others at the settlement time. */
    public Instant nextData(Source source, Instant now) {
        return next(source == Source.TERMINAL ? cutOff : settlementTime, now);
    }
}
