package org.paywitness.transaction;

import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Verdict;

/**
 * A live transaction as it was just judged.
 *
 * @param completeness how far each source's data is complete for its merchant
 */
public record Looked(Transaction transaction, Completeness completeness, Verdict verdict) {}
