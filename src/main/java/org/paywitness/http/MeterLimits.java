package org.paywitness.http;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;

/** Which meters of Quarkus' are worth more series, and which none. */
@Singleton
class MeterLimits {
    /** Reads that people wait for, and that are never held: with buckets, so that p99 can be told over all pods. */
    private static final Set<String> LOOKUPS = Set.of("/v1/was-i-charged", "/v1/transactions/{id}");

    private static final double[] BUCKETS = Stream.of(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000)
            .mapToDouble(millis -> Duration.ofMillis(millis).toNanos())
            .toArray();

    @Produces
    @Singleton
    MeterFilter bucketsOfLookups() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return "http.server.requests".equals(id.getName()) && LOOKUPS.contains(id.getTag("uri"))
                        ? DistributionStatisticConfig.builder()
                                .serviceLevelObjectives(BUCKETS)
                                .build()
                                .merge(config)
                        : config;
            }
        };
    }

    /** Each is a client of one connection under one name: their gauges would show one of them for all. */
    @Produces
    @Singleton
    MeterFilter noPoolsOfLookups() {
        return MeterFilter.deny(id -> id.getName().startsWith("sql.pool") && "lookups".equals(id.getTag("pool.name")));
    }
}
