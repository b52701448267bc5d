package org.paywitness.transaction;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.access.Visibility;

/** What the room of refunds, which this one does not know, tells with a transaction. */
public interface RefundsOf {
    /** One refund in short. */
    @Schema(name = "RefundOfTransaction")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(
            @Schema(required = true, examples = "rfd_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
            @Schema(required = true) Amount amount,
            @Schema(required = true) String reason,
            @Schema(
                            required = true,
                            enumeration = {
                                "pending_approval",
                                "approved",
                                "submitted",
                                "in_doubt",
                                "succeeded",
                                "failed",
                                "rejected",
                                "canceled"
                            })
                    String status,
            @Schema(
                            required = true,
                            enumeration = {"void", "refund"})
                    String route,
            @Schema(required = true, format = "date-time") String requestedAt,
            @Schema(description = "Why it failed.") String failure,
            @Schema(required = true, format = "date-time") String expectedBy,
            @Schema(format = "date-time") String arrivedAt,
            @Schema(required = true) boolean overdue) {}

    /** A refund that only needs to be confirmed: the body of POST /v1/refunds. */
    @Schema(name = "ProposedRefund")
    record Proposal(
            @Schema(required = true, examples = "txn_01kaf3v6n8e8q9w2s4d6f8g0h2") String transactionId,
            @Schema(required = true) Amount amount,
            @Schema(required = true, examples = "duplicate") String reason) {}

    /** @param proposed null where nothing is proposed, or not to this caller */
    record Part(List<Line> refunds, Proposal proposed) {}

    /** The part of each of these transactions, by its id. */
    Future<Map<UUID, Part>> of(List<Found> found, Visibility visibility, Instant now);
}
