package org.paywitness.kubernetes;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is under {@code k8s/overlays}. Only kubectl can render it, and not every machine has one; so what it renders to
 * is kept under {@code src/test/resources/k8s}, with a digest of its sources by which everybody sees when it is old.
 */
enum Overlay {
    LOCAL,
    PRODUCTION;

    private static final Path SOURCES = Path.of("k8s");
    private static final String DIGEST = "# Digest of k8s/: ";
    private static final long PATIENCE_SECONDS = 60;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    private Path kept() {
        return Path.of("src/test/resources/k8s", this + ".yaml");
    }

    Manifests manifests() throws IOException {
        return Manifests.of(Files.readString(kept()));
    }

    /** The digest of the sources that the kept rendering was made from. */
    String keptDigest() throws IOException {
        return Files.exists(kept())
                ? Files.readString(kept()).lines().findFirst().orElse("").replace(DIGEST, "")
                : "";
    }

    void keep(String rendered) throws IOException {
        Files.writeString(kept(), DIGEST + digest() + "\n" + rendered);
    }

    /** Over every file of {@code k8s/} but dashboards, which are no part of the kept rendering. */
    static String digest() throws IOException {
        MessageDigest digest = sha256();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(path -> !path.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                digest.update(file.toString().replace(File.separatorChar, '/').getBytes());
                digest.update(Files.readAllBytes(file));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The program that renders, or null where there is none. */
    static Path kubectl() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /** Renders it now. Dashboards are left out: they are large and have tests of their own. */
    String render() throws IOException, InterruptedException {
        Path errors = Files.createTempFile("kustomize", ".txt");
        Process process = new ProcessBuilder(
                        kubectl().toString(),
                        "kustomize",
                        SOURCES.resolve("overlays/" + this).toString())
                .redirectError(errors.toFile())
                .start();
        String rendered = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("kubectl kustomize failed: " + Files.readString(errors));
        }
        return Stream.of(rendered.split("(?m)^---\n"))
                .filter(document -> !isDashboard(document))
                .collect(Collectors.joining("---\n"));
    }

    private static boolean isDashboard(String document) {
        try {
            return Manifests.of(document).objects().stream()
                    .anyMatch(object -> object.at("/metadata/labels").has("grafana_dashboard"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
