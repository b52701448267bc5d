package org.paywitness.evidence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;

/** Files that were sent as evidence, by what became of them; at 0 from the start. */
@Startup
@Singleton
class UploadCounts {
    private final Counter added;
    private final Counter refused;
    private final Counter failed;

    UploadCounts(MeterRegistry meters) {
        this.added = counter(meters, "added");
        this.refused = counter(meters, "refused");
        this.failed = counter(meters, "failed");
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("paywitness.evidence.uploads")
                .description("Files that were sent as evidence, by what became of them")
                .tag("outcome", outcome)
                .register(meters);
    }

    Counter added() {
        return added;
    }

    /** By the sender's fault. */
    Counter refused() {
        return refused;
    }

    /** By ours. */
    Counter failed() {
        return failed;
    }
}
