package org.paywitness.paper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.paywitness.problem.Problem;

class PressTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Press press = new Press(2, 1);

    @AfterEach
    void close() {
        press.close();
    }

    @Test
    void moreThanMayWaitAreRefusedAndPlacesComeBack() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<String>> three = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            three.add(press.set(() -> {
                        go.await();
                        return Thread.currentThread().getName();
                    })
                    .subscribeAsCompletionStage());
        }
        Problem refusal = assertThrows(
                Problem.class, () -> press.set(() -> "one too many").await().atMost(PATIENCE));
        assertEquals("overloaded", refusal.code());
        go.countDown();
        for (CompletableFuture<String> one : three) {
            assertTrue(one.get().startsWith("press-"), "on a thread of its own");
        }
        for (int i = 0; i < 10; i++) {
            assertEquals("set", press.set(() -> "set").await().atMost(PATIENCE));
            Uni<String> failing = press.set(() -> Uni.createFrom().failure(Problem.notFound()), facts -> "never");
            assertThrows(Problem.class, () -> failing.await().atMost(PATIENCE));
        }
    }
}
