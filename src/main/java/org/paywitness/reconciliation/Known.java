package org.paywitness.reconciliation;

/**
 * What is not in the payment itself.
 *
 * @param journal whether its terminal told of anything on its day
 * @param late the id of the observation by which it was first heard of, where its source's data had been declared
 *     complete for its day before; or null
 */
record Known(boolean journal, String late) {
    static final Known NOTHING = new Known(false, null);
}
