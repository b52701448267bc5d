package org.paywitness.acquirer;

import io.smallrye.mutiny.Uni;

/**
 * Who moves money. Neither call ever fails: what goes wrong on the way is an {@link Answer} as well, since the caller
 * must tell "it did not happen" from "nobody knows".
 */
public interface Acquirer {
    /** Whether an acquirer is configured at all. */
    boolean isConfigured();

    /** Asks to carry out the order. Sending the same order again is safe: it is carried out at most once. */
    Uni<Answer> submit(Order order);

    /** Asks what became of this operation of the order with our reference; changes nothing. */
    Uni<Answer> inquire(String merchantId, String reference, Operation operation);
}
