package org.paywitness.verdict;

/** What kind of card paid; {@link #UNKNOWN} is treated with the longer (credit) windows. */
public enum CardKind {
    DEBIT,
    CREDIT,
    PREPAID,
    UNKNOWN
}
