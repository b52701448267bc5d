package org.paywitness.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.terminal.TerminalState.ACTIVE;
import static org.paywitness.terminal.TerminalState.FAULTY;
import static org.paywitness.terminal.TerminalState.IN_REPAIR;
import static org.paywitness.terminal.TerminalState.LOST;
import static org.paywitness.terminal.TerminalState.RETIRED;
import static org.paywitness.terminal.TerminalState.STOLEN;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TerminalStateTest {
    private static final Path DRAWING = Path.of("src/docs/terminal-state.md");

    /** Every pair that may follow each other, spelled out once more: nobody adds one by mistake. */
    private static final Map<TerminalState, Set<TerminalState>> ALLOWED = Map.of(
            ACTIVE, EnumSet.of(LOST, STOLEN, FAULTY, IN_REPAIR, RETIRED),
            LOST, EnumSet.of(LOST, STOLEN, ACTIVE, RETIRED),
            STOLEN, EnumSet.of(LOST, STOLEN, ACTIVE, RETIRED),
            FAULTY, EnumSet.of(FAULTY, IN_REPAIR, ACTIVE, LOST, STOLEN, RETIRED),
            IN_REPAIR, EnumSet.of(FAULTY, ACTIVE, LOST, STOLEN, RETIRED));

    @Test
    void everyPairIsAllowedOrThrows() {
        for (TerminalState from : TerminalState.values()) {
            for (TerminalState next : TerminalState.values()) {
                if (ALLOWED.getOrDefault(from, Set.of()).contains(next)) {
                    assertEquals(next, from.to(next));
                } else {
                    String message = assertThrows(IllegalStateException.class, () -> from.to(next), from + " " + next)
                            .getMessage();
                    assertEquals("a terminal that is " + from.code() + " cannot become " + next.code(), message);
                }
            }
        }
    }

    @Test
    void everyReportCanBeMadeAndLeadsWhereTheStatesAllow() {
        for (Report report : Report.values()) {
            assertEquals(report, Report.of(report.code()));
            boolean possible = false;
            for (TerminalState from : TerminalState.values()) {
                possible |= report.isPossible(from);
                assertTrue(!report.isPossible(from) || from.to(report.state()) == report.state(), report.code());
            }
            assertTrue(possible, report.code());
        }
    }

    @Test
    void onlyTheLostIsFoundAndOnlyTheBrokenIsRepaired() {
        for (TerminalState state : TerminalState.values()) {
            assertEquals(state == LOST || state == STOLEN, Report.FOUND.isPossible(state), state.code());
            assertEquals(state == FAULTY || state == IN_REPAIR, Report.REPAIRED.isPossible(state), state.code());
        }
        assertFalse(Report.IN_REPAIR.isPossible(LOST), "nobody repairs what is not there");
    }

    @Test
    void codesAreReadBack() {
        for (TerminalState state : TerminalState.values()) {
            assertEquals(state, TerminalState.of(state.code()));
        }
    }

    @Test
    void drawingInTheDocsIsWhatTheCodeAllows() throws IOException {
        String drawn = drawing();
        if (Boolean.getBoolean("terminal-state.update")) {
            Files.writeString(DRAWING, drawn);
        }
        assertEquals(
                Files.exists(DRAWING) ? Files.readString(DRAWING) : "",
                drawn,
                "The code allows another graph than " + DRAWING + ". Where that is meant:"
                        + " ./mvnw test -Dtest=TerminalStateTest -Dterminal-state.update=true");
    }

    private static String drawing() {
        StringBuilder to = new StringBuilder(
                """
                # How a terminal may go on

                Drawn from `TerminalState.next()` and `Report`, whose names stand at the arrows; `TerminalStateTest`
                compares, and tells how to draw it anew. While a terminal is `lost` or `stolen`, and for good when it
                is retired so, payments at it since then carry the flag `after_terminal_lost`.

                ```mermaid
                stateDiagram-v2
                    [*] --> active
                """);
        for (TerminalState from : TerminalState.values()) {
            for (Report report : Report.values()) {
                if (report.isPossible(from)) {
                    to.append("    %s --> %s: %s\n"
                            .formatted(from.code(), report.state().code(), report.code()));
                }
            }
        }
        return to.append("    retired --> [*]\n```\n").toString();
    }
}
