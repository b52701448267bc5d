package org.paywitness.webhook;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.paywitness.id.TypeId;

/**
 * Where a merchant wants to be told of events.
 *
 * @param description null without one
 * @param disabledBecause null while it is enabled
 * @param disabledAt null while it is enabled
 * @param secretBeforeUntil until when the secret before still signs, too; null where there is none
 * @param waiting deliveries that have not come to their end
 * @param failingSince since when no attempt has succeeded; null: the last one did
 */
record Endpoint(
        UUID id,
        String merchantId,
        String url,
        String description,
        EventTypes types,
        Reason disabledBecause,
        Instant disabledAt,
        Instant secretBeforeUntil,
        String createdBy,
        Instant createdAt,
        long waiting,
        Instant failingSince) {
    /** Why one is disabled. */
    enum Reason {
        /** Somebody wanted it so. */
        ASKED,
        /** Its receiver answered 410. */
        GONE,
        /** No attempt succeeded for days. */
        FAILING;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Reason of(String code) {
            return code == null ? null : valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    String reference() {
        return TypeId.format(TypeId.WEBHOOK_ENDPOINT, id);
    }

    boolean isEnabled() {
        return disabledBecause == null;
    }
}
