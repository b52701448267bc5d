package org.paywitness.evidence;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.paywitness.fault.Waiting;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** S3Proxy as a process of its own: speaks S3 over HTTP, checks signatures, keeps objects in memory. */
public class S3Server implements QuarkusTestResourceLifecycleManager {
    private static final Path JAR = Path.of("target", "s3", "s3proxy.jar");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BUCKET = "evidence-of-tests";
    private static final String ID = "tester";
    private static final String SECRET = "not-a-secret";

    private Process process;

    @Override
    public Map<String, String> start() {
        try {
            int port = freePort();
            URI endpoint = URI.create("http://127.0.0.1:" + port);
            Path properties = JAR.resolveSibling("s3proxy.properties");
            Files.writeString(
                    properties,
                    String.join(
                            "\n",
                            "s3proxy.endpoint=" + endpoint,
                            "s3proxy.authorization=aws-v4",
                            "s3proxy.identity=" + ID,
                            "s3proxy.credential=" + SECRET,
                            "jclouds.provider=transient",
                            "jclouds.identity=x",
                            "jclouds.credential=x"));
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-jar",
                            JAR.toString(),
                            "--properties",
                            properties.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(JAR.resolveSibling("s3proxy.log").toFile())
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            Waiting.until("S3Proxy listens", PATIENCE, () -> {
                new Socket("127.0.0.1", port).close();
                return true;
            });
            createBucket(endpoint);
            return Map.of(
                    "paywitness.evidence.storage",
                    "s3",
                    "paywitness.evidence.s3.endpoint",
                    endpoint.toString(),
                    "paywitness.evidence.s3.path-style",
                    "true",
                    "paywitness.evidence.s3.bucket",
                    BUCKET,
                    "paywitness.evidence.s3.access-key-id",
                    ID,
                    "paywitness.evidence.s3.secret-access-key",
                    SECRET);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void createBucket(URI endpoint) {
        try (S3AsyncClient client = S3AsyncClient.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(ID, SECRET)))
                .build()) {
            client.createBucket(create -> create.bucket(BUCKET)).join();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void stop() {
        process.destroyForcibly();
    }
}
