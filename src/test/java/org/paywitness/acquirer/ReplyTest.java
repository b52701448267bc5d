package org.paywitness.acquirer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each reply means for an order and for an inquiry: the table of src/docs/acquirer-protocol.md. */
class ReplyTest {
    private static final String ABOUT =
            "\"reference\":\"r1\",\"operation\":\"refund\",\"at\":\"2026-11-21T12:00:00+08:00\"";

    private final ObjectMapper json = new ObjectMapper();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "200 | {ABOUT,\"status\":\"succeeded\"}                               | Succeeded  | Succeeded",
                "200 | {ABOUT,\"status\":\"succeeded\",\"new_field\":1}               | Succeeded  | Succeeded",
                "200 | {ABOUT,\"status\":\"refused\",\"refusal\":\"card_closed\"}     | Refused    | Refused",
                "200 | {ABOUT,\"status\":\"refused\",\"refusal\":\"never_heard_of\"}  | Refused    | Refused",
                "200 | {ABOUT,\"status\":\"refused\"}                                 | Refused    | Refused",
                "200 | {ABOUT,\"status\":\"processing\"}                              | Processing | Processing",
                "422 | {ABOUT,\"status\":\"refused\",\"refusal\":\"too_late\"}        | Refused    | NotSent",
                "422 | {ABOUT,\"status\":\"succeeded\"}                               | InDoubt    | NotSent",
                "404 | {\"status\":\"no_record\"}                                     | NotSent    | NoRecord",
                "200 | {\"status\":\"no_record\"}                                     | InDoubt    | InDoubt",
                "404 | <html>not here</html>                                          | NotSent    | NotSent",
                "404 | {}                                                             | NotSent    | NotSent",
                "401 | {\"error\":\"the signature\"}                                  | NotSent    | NotSent",
                "403 | {}                                                             | NotSent    | NotSent",
                "409 | {}                                                             | NotSent    | NotSent",
                "429 | ''                                                             | NotSent    | NotSent",
                "500 | {}                                                             | InDoubt    | InDoubt",
                "502 | <html>                                                         | InDoubt    | InDoubt",
                "503 | {ABOUT,\"status\":\"refused\"}                                 | InDoubt    | InDoubt",
                "302 | ''                                                             | InDoubt    | InDoubt",
                "202 | {ABOUT,\"status\":\"succeeded\"}                               | InDoubt    | InDoubt",
                "200 | ''                                                             | InDoubt    | InDoubt",
                "200 | {                                                              | InDoubt    | InDoubt",
                "200 | []                                                             | InDoubt    | InDoubt",
                "200 | {ABOUT,\"status\":\"maybe\"}                                   | InDoubt    | InDoubt",
                "200 | {ABOUT}                                                        | InDoubt    | InDoubt",
                "200 | {ABOUT,\"status\":\"succeeded\",\"refusal\":\"card_closed\"}   | InDoubt    | InDoubt",
                "200 | {ABOUT,\"status\":\"processing\",\"refusal\":\"unknown\"}      | InDoubt    | InDoubt",
                "200 | {\"reference\":\"r1\",\"operation\":\"refund\",\"status\":\"succeeded\"} | InDoubt | InDoubt",
                "200 | {\"reference\":\"r2\",\"operation\":\"refund\",\"status\":\"refused\",\"at\":\"2026-11-21T12:00:00Z\"}"
                        + " | InDoubt | InDoubt",
                "200 | {\"reference\":\"r1\",\"operation\":\"void\",\"status\":\"refused\",\"at\":\"2026-11-21T12:00:00Z\"}"
                        + " | InDoubt | InDoubt",
                "200 | {\"reference\":\"r1\",\"operation\":\"refund\",\"status\":\"refused\",\"at\":\"noon\"}"
                        + " | InDoubt | InDoubt",
            })
    void replyMeansWhatTheProtocolSays(int status, String body, String order, String inquiry) {
        Reply reply = new Reply(status, body.replace("ABOUT", ABOUT).getBytes(StandardCharsets.UTF_8));
        assertEquals(
                order, reply.toOrder("r1", Operation.REFUND, json).getClass().getSimpleName(), "an order");
        assertEquals(
                inquiry,
                reply.toInquiry("r1", Operation.REFUND, json).getClass().getSimpleName(),
                "an inquiry");
    }
}
