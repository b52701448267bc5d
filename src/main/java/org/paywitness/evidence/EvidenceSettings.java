package org.paywitness.evidence;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.paywitness.settings.Whole;

/** How much evidence is taken, how fast it must come, and where it lies. */
@ConfigMapping(prefix = "paywitness.evidence")
public interface EvidenceSettings {
    /** Bytes of one file. */
    @WithDefault("20M")
    MemorySize maxFileSize();

    /** Files of one dispute. */
    @WithDefault("100")
    int maxFiles();

    /** Bytes of all files of one dispute. */
    @WithDefault("200M")
    MemorySize maxTotalSize();

    /** Characters of a file's name; a longer one is refused. */
    @WithDefault("255")
    int maxNameLength();

    /** Characters of a description. */
    @WithDefault("1000")
    int maxDescriptionLength();

    /** Uploads that this process receives at once; beyond: 503. */
    @WithDefault("16")
    @WithConverter(Whole.Positive.class)
    int maxUploads();

    /** Downloads that this process sends at once; beyond: 503. */
    @WithDefault("64")
    @WithConverter(Whole.Positive.class)
    int maxDownloads();

    /** How long an upload may take in all. */
    @WithDefault("10m")
    Duration uploadTimeout();

    /** Where new files go: {@code postgresql} or {@code s3}. */
    @WithDefault("postgresql")
    String storage();

    /** After this time what an upload has left without an end is removed; longer than any upload takes. */
    @WithDefault("6h")
    Duration orphanAge();

    /** How often such are looked for. */
    @WithDefault("1h")
    Duration sweepEvery();

    /** How many are removed at a time. */
    @WithDefault("100")
    int sweepMost();

    /** The S3-compatible storage. */
    S3 s3();

    /** Where it is and how it is asked. */
    interface S3 {
        /** Required with {@code storage=s3}, and as long as files lie there. */
        Optional<String> bucket();

        /** Without one: Amazon's for the region. */
        Optional<URI> endpoint();

        @WithDefault("us-east-1")
        String region();

        /** {@code https://host/bucket/key} in place of {@code https://bucket.host/key}. */
        @WithDefault("false")
        boolean pathStyle();

        /** Without one: as Amazon's client finds them (environment, container, instance). */
        Optional<String> accessKeyId();

        Optional<String> secretAccessKey();

        /** Before each object's name. */
        @WithDefault("evidence/")
        String prefix();

        /** How long one call may take, with its retries. */
        @WithDefault("30s")
        Duration timeout();

        /** Connections at most. */
        @WithDefault("32")
        int maxConnections();
    }
}
