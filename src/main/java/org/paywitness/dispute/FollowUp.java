package org.paywitness.dispute;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.evidence.Party;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;

/**
 * What was promised in an agreement, and whether it was done.
 *
 * @param owedBy who must do it
 * @param amount null where none was promised
 * @param refundId the refund that carries it out; null for other promises
 * @param proof evidence of it, or null
 */
public record FollowUp(
        UUID id,
        Proposal.Kind kind,
        Party owedBy,
        Money amount,
        UUID refundId,
        Instant dueAt,
        State state,
        String proof,
        Instant endedAt) {

    /** Whether it was done. */
    @Schema(name = "FollowUpStatus")
    public enum State {
        PROMISED,
        EXECUTED,
        FAILED;

        /** The name on the wire and in the database. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    String reference() {
        return TypeId.format(TypeId.FOLLOW_UP, id);
    }
}
