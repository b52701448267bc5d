package org.paywitness.reconciliation;

import org.paywitness.money.Money;

/**
 * One difference between the sources' books over one payment: what an exception is opened for.
 *
 * @param atStake what somebody would lose by it; null where no source named an amount
 * @param grounds what it rests on, as text: a person's decision holds while this stays the same
 */
record Difference(Kind kind, Money atStake, Action proposed, String grounds) {}
