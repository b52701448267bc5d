package org.paywitness.verdict;

import static org.paywitness.verdict.Source.ACQUIRER;
import static org.paywitness.verdict.Source.BANK;
import static org.paywitness.verdict.Source.TERMINAL;
import static org.paywitness.verdict.Source.WALLET;

import java.util.EnumSet;
import java.util.Set;

/**
 * What a source says happened. The order decides between two statements of one source with the same time: the later
 * one in the life of a payment wins, whatever the order of arrival.
 */
public enum Outcome {
    NO_ANSWER(TERMINAL),
    APPROVED(TERMINAL, ACQUIRER),
    DECLINED(TERMINAL, ACQUIRER),
    CAPTURED(ACQUIRER),
    REVERSED(ACQUIRER),
    VOIDED(TERMINAL, ACQUIRER),
    REFUNDED(ACQUIRER, WALLET),
    NO_RECORD(ACQUIRER),
    SLIP_PRINTED(TERMINAL),
    SLIP_FAILED(TERMINAL),
    HELD(BANK),
    RELEASED(BANK),
    DEBITED(BANK),
    CREDITED(BANK),
    PAYING(WALLET),
    PAID(WALLET),
    CLOSED(WALLET),
    REVOKED(WALLET),
    REFUNDING(WALLET);

    private final String code = name().toLowerCase(java.util.Locale.ROOT);
    private final Set<Source> sources;

    Outcome(Source first, Source... more) {
        this.sources = EnumSet.of(first, more);
    }

    /** The name used on the wire and in the database. */
    public String code() {
        return code;
    }

    /** Whether this source can say so (domain.md, "Observations"). */
    public boolean isFrom(Source source) {
        return sources.contains(source);
    }
}
