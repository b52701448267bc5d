package org.paywitness.http;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.paywitness.Tokens;

@QuarkusTest
class BodyLimitsTest {
    private static final int MEBIBYTE = 1 << 20;

    @TestHTTPResource
    URL root;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void bodyThatTellsItsLengthIsRefusedUnread() throws Exception {
        Raw.announce("POST", "/v1/echo", Tokens.desk(), MEBIBYTE + 1, "Content-Type: application/json")
                .then()
                .statusCode(413)
                .contentType("application/problem+json")
                .body("code", equalTo("body_too_large"))
                .body("limit_bytes", equalTo(MEBIBYTE));
    }

    @Test
    void bodyInChunksIsRefusedOnceItGoesTooFar() throws Exception {
        assertTooLarge(inChunks("/v1/echo", spaces(MEBIBYTE + 1)));
        assertTooLarge(inChunks("/v1/echo/stream", spaces(MEBIBYTE + 1)));
    }

    @Test
    void bodyInChunksWithinTheLimitIsRead() throws Exception {
        HttpResponse<String> answer = inChunks("/v1/echo/stream", spaces(MEBIBYTE));
        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals("{\"bytes\":1048576}", answer.body());
        InputStream json =
                new SequenceInputStream(spaces(MEBIBYTE / 2), new ByteArrayInputStream("{\"total\":1}".getBytes()));
        answer = inChunks("/v1/echo", json);
        assertEquals(200, answer.statusCode(), answer.body());
    }

    @Test
    void endlessBodyInChunksIsCutOff() throws Exception {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return ' ';
            }
        };
        try {
            assertTooLarge(inChunks("/v1/echo", endless));
        } catch (IOException e) {
            // The connection was closed under the sender before it read the answer: just as well.
        }
    }

    private void assertTooLarge(HttpResponse<String> answer) {
        assertEquals(413, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains("\"code\":\"body_too_large\""), answer.body());
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElseThrow());
    }

    private HttpResponse<String> inChunks(String path, InputStream body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(root + path.substring(1)))
                .header("Authorization", "Bearer " + Tokens.desk())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static InputStream spaces(int bytes) {
        byte[] spaces = new byte[bytes];
        java.util.Arrays.fill(spaces, (byte) ' ');
        return new ByteArrayInputStream(spaces);
    }
}
