package org.paywitness.dispute;

import java.util.UUID;

/**
 * What a dispute is about and what it takes for one of its transactions, in minor units of the dispute's currency.
 *
 * @param amount what is disputed
 * @param open what the card's bank claims back while nobody has decided
 * @param won what was decided to go back
 * @param compensated what was given instead of money
 */
record Claim(UUID transactionId, long amount, long open, long won, long compensated) {
    long taken() {
        return open + won + compensated;
    }
}
