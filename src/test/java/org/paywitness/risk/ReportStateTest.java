package org.paywitness.risk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.paywitness.problem.Problem;

class ReportStateTest {
    private static final Map<ReportState, Set<ReportState>> ALLOWED = Map.of(
            ReportState.OPEN, EnumSet.of(ReportState.IN_REVIEW),
            ReportState.IN_REVIEW, EnumSet.of(ReportState.IN_REVIEW, ReportState.CLOSED),
            ReportState.CLOSED, EnumSet.noneOf(ReportState.class));

    @Test
    void onlyWhatIsAllowedMayFollow() {
        for (ReportState from : ReportState.values()) {
            for (ReportState next : ReportState.values()) {
                assertEquals(ALLOWED.get(from).contains(next), from.mayBecome(next), from + " " + next);
            }
            assertEquals(from, ReportState.of(from.code()));
        }
        assertEquals(null, ReportState.of("lost"));
    }

    @Test
    void whatMayNotFollowChangesNothing() {
        MisconductReport report = new MisconductReport(
                UUID.randomUUID(), "m", null, MisconductReport.Kind.OTHER, "x", List.of(), "a", Instant.EPOCH, null);
        Problem early = assertThrows(Problem.class, () -> close(report));
        assertEquals("report_not_in_review", early.code());
        assertEquals(ReportState.OPEN, report.state);
        assertEquals(null, report.outcome);
        report.assign("amy");
        report.assign("bob");
        assertEquals("bob", report.owner);
        close(report);
        assertEquals(
                "report_closed",
                assertThrows(Problem.class, () -> close(report)).code());
        assertEquals(
                "report_closed",
                assertThrows(Problem.class, () -> report.assign("eve")).code());
        assertEquals("bob", report.owner);
    }

    private static void close(MisconductReport report) {
        report.close(MisconductReport.Outcome.UPHELD, "n", "bob", Instant.EPOCH);
    }
}
