package org.paywitness.refund;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RefundStatusTest {
    private static final Path DRAWING = Path.of("src/docs/refund-status.md");

    private static final Set<RefundStatus> BEGINNINGS =
            EnumSet.of(RefundStatus.PENDING_APPROVAL, RefundStatus.APPROVED);

    /** Every pair that may follow each other, spelled out once more: nobody adds one by mistake. */
    private static final Map<RefundStatus, Set<RefundStatus>> ALLOWED = Map.of(
            RefundStatus.PENDING_APPROVAL,
            EnumSet.of(RefundStatus.APPROVED, RefundStatus.REJECTED, RefundStatus.CANCELED),
            RefundStatus.APPROVED,
            EnumSet.of(RefundStatus.SUBMITTED, RefundStatus.CANCELED),
            RefundStatus.SUBMITTED,
            EnumSet.of(RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.IN_DOUBT, RefundStatus.APPROVED),
            RefundStatus.IN_DOUBT,
            EnumSet.of(RefundStatus.SUBMITTED, RefundStatus.SUCCEEDED, RefundStatus.FAILED),
            RefundStatus.SUCCEEDED,
            EnumSet.of(RefundStatus.FAILED));

    @Test
    void everyPairIsAllowedOrThrows() {
        for (RefundStatus from : RefundStatus.values()) {
            for (RefundStatus next : RefundStatus.values()) {
                if (ALLOWED.getOrDefault(from, Set.of()).contains(next)) {
                    assertEquals(next, from.to(next));
                } else {
                    String message = assertThrows(IllegalStateException.class, () -> from.to(next), from + " " + next)
                            .getMessage();
                    assertEquals("a refund that is " + from.code() + " cannot become " + next.code(), message);
                }
            }
        }
    }

    @Test
    void endsHaveNoWayOutAndDoNotCountAgainstTheCharge() {
        for (RefundStatus status : RefundStatus.values()) {
            assertEquals(!status.next().isEmpty(), status.isLive(), status.code());
        }
    }

    @Test
    void everyStatusCanBeReached() {
        Set<RefundStatus> reached = EnumSet.copyOf(BEGINNINGS);
        Deque<RefundStatus> open = new ArrayDeque<>(BEGINNINGS);
        while (!open.isEmpty()) {
            for (RefundStatus next : open.pop().next()) {
                if (reached.add(next)) {
                    open.push(next);
                }
            }
        }
        assertEquals(EnumSet.allOf(RefundStatus.class), reached);
    }

    @Test
    void codesAreReadBack() {
        for (RefundStatus status : RefundStatus.values()) {
            assertEquals(status, RefundStatus.of(status.code()));
        }
    }

    @Test
    void drawingInTheDocsIsWhatTheCodeAllows() throws IOException {
        String drawn = drawing();
        if (Boolean.getBoolean("refund-status.update")) {
            Files.writeString(DRAWING, drawn);
        }
        assertEquals(
                Files.exists(DRAWING) ? Files.readString(DRAWING) : "",
                drawn,
                "The code allows another graph than " + DRAWING + ". Where that is meant:"
                        + " ./mvnw test -Dtest=RefundStatusTest -Drefund-status.update=true");
    }

    private static String drawing() {
        StringBuilder to = new StringBuilder(
                """
                # Where a refund may go

                Drawn from `RefundStatus.next()`; `RefundStatusTest` compares, and tells how to draw it anew. What
                each status means in words is in `GET /v1/refund-policy`. A void that the acquirer refuses as too
                late does not fail: it goes on as a refund under the same refund.

                ```mermaid
                stateDiagram-v2
                """);
        for (RefundStatus beginning : BEGINNINGS) {
            to.append("    [*] --> ").append(beginning.code()).append('\n');
        }
        for (RefundStatus from : RefundStatus.values()) {
            // In the order of the enum: a set has none.
            for (RefundStatus next : RefundStatus.values()) {
                if (from.next().contains(next)) {
                    to.append("    %s --> %s\n".formatted(from.code(), next.code()));
                }
            }
        }
        for (RefundStatus end : RefundStatus.values()) {
            // A success is an end for nearly all: the acquirer rarely takes one back.
            if (end.next().isEmpty() || end == RefundStatus.SUCCEEDED) {
                to.append("    ").append(end.code()).append(" --> [*]\n");
            }
        }
        return to.append("```\n").toString();
    }
}
