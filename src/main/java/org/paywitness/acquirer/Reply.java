package org.paywitness.acquirer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.paywitness.acquirer.Answer.InDoubt;
import org.paywitness.acquirer.Answer.NoRecord;
import org.paywitness.acquirer.Answer.NotSent;
import org.paywitness.acquirer.Answer.Processing;
import org.paywitness.acquirer.Answer.Refused;
import org.paywitness.acquirer.Answer.Succeeded;

/**
 * What came back over HTTP, and what it means (src/docs/acquirer-protocol.md). Whatever is not plainly an answer to
 * this very order is none.
 */
record Reply(int status, byte[] body) {
    private static final int MAX_ACQUIRER_REFERENCE = 128;

    Answer toOrder(String reference, Operation operation, ObjectMapper json) {
        Answer said = read(reference, operation, json);
        if (status == 200) {
            return said instanceof NoRecord ? new InDoubt("no record of what was just sent") : said;
        }
        if (isOfClient()) {
            return refusal(said);
        }
        // Also what redirects or is half a success: an order may have been carried out behind it.
        return new InDoubt("answered " + status);
    }

    Answer toInquiry(String reference, Operation operation, ObjectMapper json) {
        Answer said = read(reference, operation, json);
        if (status == 200) {
            return said instanceof NoRecord ? new InDoubt("contradictory") : said;
        }
        if (status == 404 && said instanceof NoRecord) {
            return said;
        }
        return isOfClient() ? turnedAway() : new InDoubt("answered " + status);
    }

    private boolean isOfClient() {
        return status >= 400 && status < 500;
    }

    // The protocol has 4xx decided before anything is done, at the acquirer's door or by a proxy before it: 401 and
    // 403 say that we are not let in, 429 that we come too often. So the order may be sent again.
    private Answer refusal(Answer said) {
        if (said instanceof Refused) {
            return said;
        }
        return said instanceof Succeeded || said instanceof Processing
                ? new InDoubt("answered " + status + " and yet took it")
                : turnedAway();
    }

    private NotSent turnedAway() {
        return new NotSent("answered " + status, status != 401 && status != 403 && status != 429);
    }

    private Answer read(String reference, Operation operation, ObjectMapper json) {
        try {
            JsonNode said = json.readTree(body);
            if (said == null || !said.isObject()) {
                return new InDoubt("unreadable");
            }
            if ("no_record".equals(text(said, "status"))) {
                return new NoRecord();
            }
            if (!reference.equals(text(said, "reference")) || !operation.code().equals(text(said, "operation"))) {
                return new InDoubt("an answer about another order");
            }
            return read(said);
        } catch (JsonProcessingException e) {
            return new InDoubt("unreadable");
        } catch (IOException | DateTimeException e) {
            return new InDoubt("unreadable");
        }
    }

    private static Answer read(JsonNode said) {
        String status = text(said, "status");
        String refusal = text(said, "refusal");
        String at = text(said, "at");
        if ("processing".equals(status) && refusal == null) {
            return new Processing();
        }
        if (at == null) {
            return new InDoubt("without a time");
        }
        Instant then = OffsetDateTime.parse(at).toInstant();
        if ("succeeded".equals(status) && refusal == null) {
            return new Succeeded(then, acquirerReference(said));
        }
        return "refused".equals(status) ? new Refused(Refusal.of(refusal), then) : new InDoubt("contradictory");
    }

    // For people only: too long a name is cut rather than an answer lost.
    private static String acquirerReference(JsonNode said) {
        String name = text(said, "acquirer_reference");
        return name == null ? null : name.substring(0, Math.min(name.length(), MAX_ACQUIRER_REFERENCE));
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).textValue();
    }
}
