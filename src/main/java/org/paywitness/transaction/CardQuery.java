package org.paywitness.transaction;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.paywitness.problem.Problem;

/** A card as somebody asks for it: a token of ours, or its first six and last four digits; one of the two is set. */
record CardQuery(String token, String first6, String last4) {
    private static final Pattern TOKEN = Pattern.compile("card_[0-9a-z]{10,64}");
    private static final Pattern MASKED = Pattern.compile("(\\d{6})\\*{2,9}(\\d{4})");

    /** @throws Problem 400, which never repeats what was given */
    static CardQuery parse(String text) {
        if (TOKEN.matcher(text).matches()) {
            return new CardQuery(text, null, null);
        }
        Matcher masked = MASKED.matcher(text);
        if (masked.matches()) {
            return new CardQuery(null, masked.group(1), masked.group(2));
        }
        throw Problem.invalid("?card", "must be a card token, or first six and last four digits as 622848******1234");
    }

    boolean fits(Transaction.Card card) {
        return token != null ? token.equals(card.token()) : first6.equals(card.first6()) && last4.equals(card.last4());
    }
}
