package org.paywitness.acquirer;

import java.time.Instant;

/** What an acquirer says of an order, or what its silence means. */
public sealed interface Answer {
    /**
     * The money is on its way.
     *
     * @param acquirerReference how the acquirer names what it did, or null
     */
    record Succeeded(Instant at, String acquirerReference) implements Answer {}

    /** No money moves by this order, or what had moved was taken back. */
    record Refused(Refusal refusal, Instant at) implements Answer {}

    /** Taken in, its end will be told later: ask again. */
    record Processing() implements Answer {}

    /** The acquirer does not know the order (now): only inquiries are answered so. */
    record NoRecord() implements Answer {}

    /** No answer, a broken one, or a server error: the money may have moved. */
    record InDoubt(String why) implements Answer {}

    /**
     * The request certainly did not reach the acquirer, or was turned away at its door: nothing has happened.
     *
     * @param onlyThis whether it was turned away for what it is; others may well get in
     */
    record NotSent(String why, boolean onlyThis) implements Answer {
        NotSent(String why) {
            this(why, false);
        }
    }
}
