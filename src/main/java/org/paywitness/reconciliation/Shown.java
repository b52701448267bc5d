package org.paywitness.reconciliation;

import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Completeness;

/** An exception with its payment, or the one that it was merged into, as they are now. */
record Shown(Raised raised, Transaction transaction, Completeness completeness) {}
