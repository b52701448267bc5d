package org.paywitness.risk;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import org.paywitness.problem.Problem;

/**
 * A figure that has reached its threshold.
 *
 * @param count what there is of it
 * @param of of how many; null where only the number counts
 */
record Signal(Place place, UUID terminal, long count, Long of) {
    /**
     * What it is about, which is also where it stands in a list: by kind, then by whom it is about.
     *
     * @param subject the card's token, or the merchant
     * @param terminalId the terminal's number; empty where it is about none
     */
    record Place(SignalKind kind, String subject, String terminalId) {
        /** As {@link #parse} reads it. */
        String cursor() {
            String text = String.join("\n", kind.code(), subject, terminalId);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }

        /** @throws Problem 400 {@code invalid_cursor} */
        static Place parse(String cursor) {
            try {
                String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
                String[] parts = text.split("\n", -1);
                Place place = parts.length == 3 ? new Place(SignalKind.of(parts[0]), parts[1], parts[2]) : null;
                if (place != null && place.kind != null && place.cursor().equals(cursor) && text.indexOf('\0') < 0) {
                    return place;
                }
            } catch (IllegalArgumentException e) {
                // Answered below.
            }
            throw Problem.badRequest("invalid_cursor", "The cursor is not one of ours.")
                    .at("?cursor", "must be the next_cursor of a page");
        }
    }
}
