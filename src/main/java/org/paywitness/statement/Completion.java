package org.paywitness.statement;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.paywitness.statement.StatementReader.Context;
import org.paywitness.statement.StatementReader.Sink;
import org.paywitness.verdict.Source;

/** How far a file's data reaches, and whether its silence may be believed. */
final class Completion {
    /** Of how many merchants or accounts one file can be complete; beyond it the file is complete for none. */
    static final int MAX_PARTIES = 10_000;

    /** Rows refused for these were understood: nothing is missing because of them. */
    private static final Set<String> UNDERSTOOD = Set.of("not_booked", "reversal_of_credit", "other_merchant");

    private final Context context;
    private final Map<String, Instant> reaches = new HashMap<>();
    private boolean doubtful;

    Completion(Context context) {
        this.context = context;
    }

    /** The data of a merchant or account reaches at least to this instant. */
    void reaches(String party, Instant through) {
        if (reaches.size() >= MAX_PARTIES && !reaches.containsKey(party)) {
            doubtful = true;
        } else {
            reaches.merge(party, through, (a, b) -> a.isAfter(b) ? a : b);
        }
    }

    void refused(String code) {
        doubtful |= !UNDERSTOOD.contains(code);
    }

    /** Something is missing, whatever the rows say. */
    void doubt() {
        doubtful = true;
    }

    /** Each party is a merchant. */
    void tellEach(Source source, Sink sink) {
        reaches.forEach((merchant, through) -> tell(source, merchant, through, sink));
    }

    /** All parties are accounts or days of the merchant given at import: complete as far as the one behind. */
    void tellLeast(Source source, Sink sink) {
        reaches.values().stream()
                .min(Instant::compareTo)
                .ifPresent(through -> tell(source, context.merchantId(), through, sink));
    }

    private void tell(Source source, String merchant, Instant through, Sink sink) {
        if (!doubtful && merchant != null) {
            sink.complete(source, merchant, through.isAfter(context.now()) ? context.now() : through);
        }
    }
}
