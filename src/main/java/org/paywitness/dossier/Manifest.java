package org.paywitness.dossier;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/**
 * What an archive says of itself: every other file in it, and the head of the timeline.
 *
 * @param disputeUuid the id as it is hashed
 * @param madeAt the instant that the dossier is of
 */
// No resource answers with it, so that Quarkus does not see that it becomes JSON.
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record Manifest(String disputeId, String disputeUuid, String madeAt, Head timeline, List<Entry> files) {
    /**
     * The end of the timeline.
     *
     * @param hash null where there is no entry
     * @param fault null where it is whole
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Head(int number, String hash, boolean verified, String fault) {}

    /**
     * A file as it is in the archive.
     *
     * @param evidence null of what is no evidence
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(String name, long size, String sha256, Origin evidence) {}

    /**
     * What was recorded of a piece of evidence when it was put forward.
     *
     * @param intact whether the file in the archive is the one that was put forward
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Origin(
            String id,
            String party,
            String type,
            String fileName,
            String mediaType,
            boolean intact,
            long recordedSize,
            String recordedSha256) {}
}
