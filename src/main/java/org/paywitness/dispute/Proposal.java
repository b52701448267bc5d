package org.paywitness.dispute;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.evidence.Party;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;

/**
 * What one side offers to settle a dispute; accepted, it is the agreement.
 *
 * @param transactionId what the money goes back for; null where none does
 * @param amount null but for refund, voucher and top_up
 */
public record Proposal(
        UUID id,
        UUID disputeId,
        Party party,
        Kind kind,
        UUID transactionId,
        Money amount,
        String text,
        State state,
        String proposedBy,
        Instant proposedAt,
        String answeredBy,
        Instant answeredAt) {

    /** What is offered. */
    @Schema(name = "ProposalKind")
    public enum Kind {
        REFUND,
        /** Given instead of money: it counts against what may go back. */
        VOUCHER,
        REISSUE_SLIP,
        REISSUE_INVOICE,
        /** The cardholder pays what is missing. */
        TOP_UP,
        NOTHING;

        boolean hasAmount() {
            return this == REFUND || this == VOUCHER || this == TOP_UP;
        }

        Party owedBy() {
            return this == TOP_UP ? Party.CARDHOLDER : Party.MERCHANT;
        }

        /** The name on the wire and in the database. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What became of it. */
    @Schema(name = "ProposalStatus")
    public enum State {
        PROPOSED,
        ACCEPTED,
        DECLINED,
        /** By a later one, or by the end of the dispute. */
        SUPERSEDED;

        /** The name on the wire and in the database. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    String reference() {
        return TypeId.format(TypeId.PROPOSAL, id);
    }
}
