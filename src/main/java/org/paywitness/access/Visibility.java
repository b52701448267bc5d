package org.paywitness.access;

import java.util.Set;

/** Which transactions a caller may see. What lies outside looks exactly like what does not exist. */
public sealed interface Visibility {
    /** The desk: everything. */
    record Everything() implements Visibility {}

    /** Everything of one merchant. */
    record OfMerchant(String merchantId) implements Visibility {}

    /** The payments of these cards, by card token. Never empty. */
    record OfCards(Set<String> cards) implements Visibility {}

    /**
     * Whether a transaction of this merchant and card is visible.
     *
     * @param merchantId the transaction's, or null where no source has told it
     * @param card the transaction's card token, or null
     */
    default boolean shows(String merchantId, String card) {
        if (this instanceof OfMerchant of) {
            return of.merchantId.equals(merchantId);
        }
        if (this instanceof OfCards of) {
            return card != null && of.cards.contains(card);
        }
        return true;
    }
}
