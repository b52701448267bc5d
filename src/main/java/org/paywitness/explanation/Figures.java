package org.paywitness.explanation;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.paywitness.money.Money;

/** Writes amounts and times as people read them. By hand: the general formatters cost more than the whole verdict. */
public final class Figures {
    private static final Map<String, String> SYMBOLS = Map.of(
            "CNY", "¥", "USD", "US$", "EUR", "€", "GBP", "£", "HKD", "HK$", "TWD", "NT$", "JPY", "JP¥", "SGD", "S$",
            "AUD", "A$", "CAD", "C$");

    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private Figures() {}

    /** "¥12,800.00", "US$17.80", "JP¥1,280"; "KWD 1.250" where the currency has no symbol that all know. */
    public static String money(Money money) {
        StringBuilder text = new StringBuilder();
        money(text, money);
        return text.toString();
    }

    /** "¥12,800.00", "US$17.80", "JP¥1,280"; "KWD 1.250" where the currency has no symbol that all know. */
    static void money(StringBuilder to, Money money) {
        String symbol = SYMBOLS.get(money.currency());
        if (symbol == null) {
            to.append(money.currency()).append(' ');
        } else {
            to.append(symbol);
        }
        decimal(to, money);
    }

    /** "17.80 USD": an amount beside the one it was converted to. */
    static void moneyWithCode(StringBuilder to, Money money) {
        decimal(to, money);
        to.append(' ').append(money.currency());
    }

    private static void decimal(StringBuilder to, Money money) {
        int digits = money.digits();
        long unit = 1;
        for (int i = 0; i < digits; i++) {
            unit *= 10;
        }
        grouped(to, money.amount() / unit);
        if (digits > 0) {
            to.append('.');
            long rest = money.amount() % unit;
            for (long place = unit / 10; place > 0; place /= 10) {
                to.append((char) ('0' + rest / place % 10));
            }
        }
    }

    private static void grouped(StringBuilder to, long whole) {
        int start = to.length();
        to.append(whole);
        for (int at = to.length() - 3; at > start; at -= 3) {
            to.insert(at, ',');
        }
    }

    /** "11月24日 10:00" or "24 Nov, 10:00" in this zone; with the year where it is not the year of now. */
    static void time(StringBuilder to, Instant instant, Instant now, ZoneId zone, Language language) {
        LocalDateTime at = local(instant, zone);
        boolean otherYear = at.getYear() != local(now, zone).getYear();
        if (language == Language.ZH) {
            if (otherYear) {
                to.append(at.getYear()).append('年');
            }
            to.append(at.getMonthValue()).append('月').append(at.getDayOfMonth()).append("日 ");
        } else {
            to.append(at.getDayOfMonth()).append(' ').append(MONTHS[at.getMonthValue() - 1]);
            if (otherYear) {
                to.append(' ').append(at.getYear());
            }
            to.append(", ");
        }
        twoDigits(to, at.getHour()).append(':');
        twoDigits(to, at.getMinute());
    }

    private static LocalDateTime local(Instant instant, ZoneId zone) {
        ZoneOffset offset = zone.getRules().getOffset(instant);
        return LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), offset);
    }

    private static StringBuilder twoDigits(StringBuilder to, int value) {
        return to.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
    }
}
