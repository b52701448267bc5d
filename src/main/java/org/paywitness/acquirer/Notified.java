package org.paywitness.acquirer;

import io.smallrye.mutiny.Uni;

/** Whoever wants to know that an acquirer has news. */
public interface Notified {
    /**
     * Something happened to the order with our reference. A hint only: it may come twice, late, out of order or never,
     * so whoever hears it asks the acquirer. An unknown reference is no error.
     */
    Uni<Void> news(String reference);
}
