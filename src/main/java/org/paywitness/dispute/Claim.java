package org.paywitness.dispute;

import java.util.UUID;

/**
 * What a dispute is about and what it takes for one of its transactions, in minor units of the dispute's currency.
 *
 * @param amount what is disputed
 * @param open what the card's bank claims back while nobody has decided
 * @param won what was decided to go back
 * @param compensated what was given instead of money
 * @param bookedUnder the transaction whose balance holds it: once something is taken, it stays that one's
 */
record Claim(UUID transactionId, long amount, long open, long won, long compensated, UUID bookedUnder) {
    /** Nothing of it is taken yet. */
    static Claim of(UUID transactionId, long amount) {
        return new Claim(transactionId, amount, 0, 0, 0, transactionId);
    }

    long taken() {
        return open + won + compensated;
    }

    /** @param survivor the transaction that this one is part of now: where nothing is taken yet, its balance holds it */
    Claim taking(long nextOpen, long nextWon, long nextCompensated, UUID survivor) {
        return new Claim(
                transactionId, amount, nextOpen, nextWon, nextCompensated, taken() == 0 ? survivor : bookedUnder);
    }
}
