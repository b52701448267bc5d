package org.paywitness.terminal;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;

/**
 * A device as it is registered.
 *
 * @param terminalId ISO 8583 DE 41: one live registration carries it at a time
 * @param since since when it is in its state
 * @param frozenSince since when payments at it are flagged; null where it is trusted
 * @param replacedBy the terminal that took its place, or null
 */
record Terminal(
        UUID id,
        String terminalId,
        String merchantId,
        Description description,
        TerminalState state,
        Instant since,
        Instant frozenSince,
        UUID replacedBy,
        String registeredBy,
        Instant registeredAt) {

    /** What people know it by; each may be null. */
    record Description(String name, String location, String model) {}

    /**
     * What was said of it.
     *
     * @param since since when it is so
     * @param replacedBy with {@link Report#REPLACED} only
     */
    record Reported(Report report, Instant since, String text, UUID replacedBy, String by, Instant at) {}

    /** A terminal and all that was said of it, oldest first. */
    record History(Terminal terminal, List<Reported> reports) {}

    /**
     * The terminal after this report.
     *
     * @param openLoss the latest instant since which it is reported lost and not found; null where it is not
     * @throws Problem 409 {@code terminal_state}, 422 {@code found_before_lost}
     */
    Terminal after(Report report, Instant since, UUID replacement, Instant openLoss) {
        if (!report.isPossible(state)) {
            throw Problem.conflict(
                            "terminal_state",
                            "A terminal that is " + state.code() + " cannot be reported " + report.code() + ".")
                    .with("terminal_state", state.code());
        }
        if (report == Report.FOUND && openLoss != null && since.isBefore(openLoss)) {
            throw Problem.unprocessable("found_before_lost", "It was reported lost since a later instant.")
                    .at("/since", "must not lie before " + openLoss);
        }
        TerminalState next = state.to(report.state());
        return new Terminal(
                id,
                terminalId,
                merchantId,
                description,
                next,
                since,
                frozenAfter(next, since),
                replacement,
                registeredBy,
                registeredAt);
    }

    // Whatever becomes of a lost terminal that nobody found, it stays frozen.
    private Instant frozenAfter(TerminalState next, Instant at) {
        if (next == TerminalState.RETIRED) {
            return frozenSince;
        }
        if (!next.isLoss()) {
            return null;
        }
        return frozenSince == null || at.isBefore(frozenSince) ? at : frozenSince;
    }

    String reference() {
        return TypeId.format(TypeId.TERMINAL, id);
    }
}
