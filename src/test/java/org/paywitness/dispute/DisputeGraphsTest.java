package org.paywitness.dispute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The two graphs along which disputes go, and that the docs draw them as they are. */
class DisputeGraphsTest {
    private static final Path DRAWING = Path.of("src", "docs", "dispute-graphs.md");

    @Test
    void whatTheGraphsDoNotNameThrows() {
        for (Stage from : Stage.values()) {
            for (Stage next : Stage.values()) {
                if (!from.next().contains(next)) {
                    assertThrows(IllegalStateException.class, () -> from.to(next), from + " " + next);
                }
            }
        }
        for (Status from : Status.values()) {
            for (Status next : Status.values()) {
                if (from != next && !from.next().contains(next)) {
                    assertThrows(IllegalStateException.class, () -> from.to(next), from + " " + next);
                }
            }
        }
    }

    @Test
    void everyStageAndStatusCanBeReached() {
        assertEquals(EnumSet.allOf(Stage.class), reached(EnumSet.of(Stage.INQUIRY), Stage::next));
        assertEquals(EnumSet.allOf(Status.class), reached(EnumSet.of(Status.OPEN), Status::next));
    }

    private static <E extends Enum<E>> Set<E> reached(EnumSet<E> beginnings, Function<E, Set<E>> next) {
        Set<E> reached = EnumSet.copyOf(beginnings);
        Deque<E> open = new ArrayDeque<>(beginnings);
        while (!open.isEmpty()) {
            for (E one : next.apply(open.pop())) {
                if (reached.add(one)) {
                    open.push(one);
                }
            }
        }
        return reached;
    }

    @Test
    void somebodyIsAwaitedExactlyWhileADisputeIsLive() {
        for (Status status : Status.values()) {
            assertEquals(status.isLive(), status.turn() != null, status.code());
            assertTrue(
                    status.isLive() || status.loser() != null || status.next().isEmpty(), status.code());
        }
    }

    @Test
    void everyEscalationIsAStepOfTheGraph() {
        for (Stage stage : Stage.values()) {
            Stage.Step step = stage.escalation();
            if (step == null) {
                assertTrue(stage.next().isEmpty());
            } else {
                assertEquals(step.to(), stage.to(step.to()));
                assertTrue(step.then().isLive());
            }
        }
        assertNull(Stage.LEGAL.escalation());
    }

    @Test
    void drawingInTheDocsIsWhatTheCodeAllows() throws IOException {
        String drawn = drawing();
        if (Boolean.getBoolean("dispute-graphs.update")) {
            Files.writeString(DRAWING, drawn);
        }
        assertEquals(
                Files.exists(DRAWING) ? Files.readString(DRAWING) : "",
                drawn,
                "The code allows other graphs than " + DRAWING + ". Where that is meant:"
                        + " ./mvnw test -Dtest=DisputeGraphsTest -Ddispute-graphs.update=true");
    }

    private static String drawing() {
        StringBuilder to = new StringBuilder(
                """
                # Where a dispute may go

                Drawn from `Stage.next()` and `Status.next()`; `DisputeGraphsTest` compares, and tells how to draw it
                anew. How far a dispute has gone and whose turn it is are apart. What the rules decide when a deadline
                passes is in [disputes.md](disputes.md).

                ## Stages

                ```mermaid
                stateDiagram-v2
                    [*] --> inquiry
                """);
        for (Stage from : Stage.values()) {
            // In the order of the enum: a set has none.
            for (Stage next : Stage.values()) {
                if (from.next().contains(next)) {
                    to.append("    %s --> %s\n".formatted(from.code(), next.code()));
                }
            }
        }
        to.append("```\n\n## Statuses\n\n```mermaid\nstateDiagram-v2\n    [*] --> open\n")
                .append("    [*] --> awaiting_merchant\n    [*] --> awaiting_cardholder\n");
        for (Status from : Status.values()) {
            for (Status next : Status.values()) {
                if (from.next().contains(next)) {
                    to.append("    %s --> %s\n".formatted(from.code(), next.code()));
                }
            }
        }
        for (Status end : Status.values()) {
            if (!end.isLive()) {
                to.append("    ").append(end.code()).append(" --> [*]\n");
            }
        }
        return to.append("```\n").toString();
    }
}
