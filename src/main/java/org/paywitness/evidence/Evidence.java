package org.paywitness.evidence;

import java.time.Instant;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.media.MediaFormat;

/**
 * A file that was put forward in a dispute. Nothing of it ever changes.
 *
 * @param fileName as it was sent, to be shown and never used as a path (see {@link FileName})
 * @param size in bytes, at least 1
 * @param sha256 of the content, 64 lower-case hexadecimal digits
 * @param storage where the content lies
 * @param description without card numbers, or null
 * @param party whose evidence it is
 * @param sentBy the party itself, or the desk for it
 * @param addedBy who added it: the person that the token was about, else the software
 */
public record Evidence(
        UUID id,
        UUID dispute,
        EvidenceType type,
        Party party,
        String fileName,
        MediaFormat format,
        long size,
        String sha256,
        String storage,
        String description,
        String addedBy,
        Party sentBy,
        Instant addedAt) {

    /** {@code evd_…}. */
    public String reference() {
        return TypeId.format(TypeId.EVIDENCE, id);
    }
}
