package org.paywitness.paper;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.paywitness.problem.Problem;

/** Where documents are set: on a few threads of its own, so that no event loop ever waits for one. */
@Singleton
public class Press {
    /** Work that may fail as files and streams do. */
    @FunctionalInterface
    public interface Setting<T, R> {
        R set(T facts) throws Exception;
    }

    private final ExecutorService presses;
    private final Semaphore places;

    @Inject
    Press(PressSettings settings) {
        this(settings.presses(), settings.maxWaiting());
    }

    Press(int threads, int maxWaiting) {
        AtomicInteger number = new AtomicInteger();
        presses = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "press-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        places = new Semaphore(threads + maxWaiting);
    }

    /** Sets a document, now or when those before it are done; fails with 503 {@code overloaded} when too many wait. */
    public <R> Uni<R> set(Callable<R> setting) {
        return set(() -> Uni.createFrom().voidItem(), nothing -> setting.call());
    }

    /**
     * Keeps a place, then fetches what the document says, then sets it: what is fetched is not fetched in vain, and no
     * thread waits for it. Goes on to its end even when the subscriber cancels.
     */
    public <T, R> Uni<R> set(Supplier<Uni<T>> facts, Setting<T, R> setting) {
        return Uni.createFrom().emitter(done -> {
            if (!places.tryAcquire()) {
                done.fail(Problem.unavailable("overloaded", "Too many documents are being set. Please try again."));
                return;
            }
            Uni.createFrom()
                    .deferred(facts::get)
                    .emitOn(presses)
                    .map(unchecked(setting))
                    .onTermination()
                    .invoke(places::release)
                    .subscribe()
                    .with(done::complete, done::fail);
        });
    }

    private static <T, R> Function<T, R> unchecked(Setting<T, R> setting) {
        return facts -> {
            try {
                return setting.set(facts);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("a document could not be set", e);
            }
        };
    }

    @PreDestroy
    void close() {
        presses.shutdown();
    }
}
