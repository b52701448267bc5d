package org.paywitness.transaction;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.access.Visibility;

/** What the room of fees, which this one does not know, tells with a transaction. */
public interface FeesOf {
    /** What a payment costs its merchant. */
    @Schema(
            name = "FeeOfTransaction",
            description =
                    "What the payment costs its merchant: by the schedule that held when it occurred, and by the word"
                            + " of those who took it.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(
            @Schema(description = "Absent where no schedule held.", examples = "fee_01kaf3v6n8e8q9w2s4d6f8g0h2")
                    String schedule,
            @Schema(description = "By the schedule, of what was charged; absent where no schedule held.")
                    Amount expected,
            @Schema(
                            description =
                                    "What comes back of it by the schedule, of what has gone back so far; the whole"
                                            + " of it where the payment was voided or reversed.")
                    Amount returned,
            @Schema(description = "expected less returned.") Amount net,
            @Schema(required = true, description = "What acquirer and wallet say, in time.") List<Stated> stated,
            @Schema(
                            required = true,
                            description =
                                    "Whether one of them has taken another fee than the schedule's of the amount that"
                                            + " it took.")
                    boolean mismatch) {}

    /** One word about the fee. */
    @Schema(name = "StatedFee")
    record Stated(
            @Schema(
                            required = true,
                            enumeration = {"acquirer", "wallet"})
                    String source,
            @Schema(required = true, description = "captured and paid take it; the others give it back.")
                    String outcome,
            @Schema(required = true) Amount fee,
            @Schema(required = true, examples = "obs_01kaf3v6n8e8q9w2s4d6f8g0h2") String observationId) {}

    /** The fee of each of these transactions, by its id, where anything is known of it and the caller may know it. */
    Future<Map<UUID, Line>> of(List<Found> found, Visibility visibility, Instant now);
}
