package org.paywitness.dossier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Files;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.paywitness.evidence.S3Server;
import org.paywitness.evidence.Sent;
import org.paywitness.evidence.TestCases;
import org.paywitness.fault.Waiting;
import org.paywitness.http.Raw;
import org.paywitness.id.TypeId;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** Files in an S3-compatible storage, one place for a dossier, and little time. */
@QuarkusTest
@WithTestResource(S3Server.class)
@TestProfile(DossierOnS3Test.InAHurry.class)
class DossierOnS3Test {
    public static class InAHurry implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("paywitness.dossier.timeout", "5s", "paywitness.dossier.max-at-once", "1");
        }
    }

    private static final int MEBIBYTE = 1 << 20;

    @ConfigProperty(name = "paywitness.evidence.s3.endpoint")
    URI endpoint;

    @ConfigProperty(name = "paywitness.evidence.s3.bucket")
    String bucket;

    @ConfigProperty(name = "paywitness.evidence.s3.access-key-id")
    String key;

    @ConfigProperty(name = "paywitness.evidence.s3.secret-access-key")
    String secret;

    private final String desk = Tokens.desk();
    private String dispute;
    private String path;

    @BeforeEach
    void open() {
        dispute = TestCases.open(Said.unique("m"), Said.card());
        path = "/v1/disputes/" + dispute + "/dossier";
    }

    private String put(String name, byte[] content) throws Exception {
        Response added = Sent.slip(name, content).to(dispute, desk);
        assertEquals(201, added.statusCode(), added.asString());
        return added.path("id");
    }

    @Test
    void filesComeWholeAndOneThatTheStorageHasLostIsTold() throws Exception {
        byte[] whole = Files.mp4(new byte[6 * MEBIBYTE]);
        put("a.mp4", whole);
        String lost = put("b.mp4", whole);
        try (S3AsyncClient s3 = S3AsyncClient.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(key, secret)))
                .build()) {
            String object = "evidence/" + TypeId.parse(TypeId.EVIDENCE, lost).orElseThrow();
            s3.deleteObject(delete -> delete.bucket(bucket).key(object)).join();
        }
        HttpResponse<byte[]> answer = Sent.get(path, desk, "Accept", "application/zip");
        assertEquals(200, answer.statusCode());
        Map<String, byte[]> files = new HashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(answer.body()))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), in.readAllBytes());
            }
        }
        assertArrayEquals(whole, files.get("evidence/001-a.mp4"));
        JsonNode entries =
                new ObjectMapper().readTree(files.get("manifest.json")).get("files");
        assertTrue(entries.get(2).get("evidence").get("intact").booleanValue());
        assertEquals(false, entries.get(3).get("evidence").get("intact").booleanValue());
        assertEquals(0, entries.get(3).get("size").intValue());
        assertEquals(
                whole.length,
                entries.get(3).get("evidence").get("recorded_size").intValue());
    }

    @Test
    void whoTakesTooLongIsCutOffAndGivesUpThePlace() throws Exception {
        byte[] large = Files.mp4(new byte[19 * MEBIBYTE]);
        put("a.mp4", large);
        put("b.mp4", large);
        try (Socket slow = Raw.connect()) {
            slow.getOutputStream().write(Raw.request("GET", path, desk, null, "Accept: application/zip"));
            String status = new String(slow.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertEquals("HTTP/1.1 200", status);
            assertEquals(503, Sent.get(path, desk).statusCode(), "its place is taken");
            Waiting.until(
                    "the slow one is cut off",
                    Duration.ofSeconds(60),
                    () -> Sent.get(path, desk).statusCode() == 200);
            int rest = 0;
            try {
                rest = slow.getInputStream().readAllBytes().length;
            } catch (SocketException reset) {
                // Cut off likewise.
            }
            assertTrue(rest < 2 * large.length, "it has not got all");
        }
    }
}
