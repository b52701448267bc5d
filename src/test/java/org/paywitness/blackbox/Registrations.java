package org.paywitness.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Artifact;

/**
 * What two JVMs have come to use, after all the tests before, is in what a native executable is built from. A native
 * executable itself answers by failing those tests.
 */
abstract class Registrations {
    private static final String CACHES = "com.github.benmanes.caffeine.cache.";
    private static Recorded used;

    private final Packaged packaged;

    Registrations(Packaged packaged) {
        this.packaged = packaged;
    }

    @BeforeEach
    void ask() throws Exception {
        assumeTrue(Artifact.isJar(), "only a JVM can be asked what it has loaded");
        if (used == null) {
            used = Recorded.of(packaged.alone, packaged.amongNeighbours);
        }
    }

    @Test
    void everyTypeThatIsWrittenOrReadAsJsonIsRegistered() throws IOException {
        Set<String> json = used.named("json");
        assertTrue(json.size() > 50, json::toString);
        Set<String> missing = new TreeSet<>(json);
        missing.removeIf(type -> !type.startsWith("org.paywitness."));
        missing.removeAll(Registered.read().types());
        assertEquals(Set.of(), missing, "annotate these with @RegisterForReflection");
    }

    /** Its caches and their entries are classes that Caffeine finds by a name made of what they can. */
    @Test
    void everyKindOfCacheIsRegistered() throws IOException {
        Set<String> kinds = used.named("class").stream()
                .filter(name -> name.matches(CACHES.replace(".", "\\.") + "(P|F|S|W)[A-Z]+"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(kinds.size() >= 3, kinds::toString);
        // What all of them extend, which is found by the linker.
        kinds.removeAll(Set.of(CACHES + "PS", CACHES + "SS"));
        kinds.removeAll(Registered.read().types());
        kinds.removeIf(Registrations::isRegisteredByQuarkus);
        assertEquals(Set.of(), kinds, "register these as RateLimiter does");
    }

    /** Those that the feature of quarkus-caffeine names. */
    private static boolean isRegisteredByQuarkus(String cache) {
        try (InputStream feature = quarkusCaffeine()) {
            return new String(feature.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .matches("(?s).*" + cache.replace(".", "\\.") + "[^A-Z].*");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static InputStream quarkusCaffeine() {
        return Registrations.class
                .getClassLoader()
                .getResourceAsStream("io/quarkus/caffeine/runtime/graal/CacheConstructorsFeature.class");
    }

    @Test
    void everyResourceOfOursIsCarriedAlong() throws IOException {
        Registered registered = Registered.read();
        Set<String> left = new TreeSet<>(registered.ours());
        // Read while the executable is built, or by nobody.
        left.removeIf(name -> name.matches("META-INF/(MANIFEST.MF|openapi.yaml|native-image/.*|services/.*)"));
        left.removeAll(Set.of("application.properties", "fonts/NOTICE"));
        left.removeIf(registered::carries);
        assertEquals(Set.of(), left, "see quarkus.native.resources.includes");
        assertTrue(registered.carries("messages/problem.zh-CN.properties"), "there are patterns");
    }

    /** Amazon's client asks the JDK for one; without these a native executable would take another than was tested. */
    @Test
    void parserOfAnswersIsFoundByItsService() throws IOException {
        Registered registered = Registered.read();
        String parser = "com.fasterxml.aalto.stax.InputFactoryImpl";
        assertTrue(used.named("class").contains(parser));
        assertTrue(registered.types().contains(parser));
        assertTrue(registered.carries("META-INF/services/javax.xml.stream.XMLInputFactory"));
    }

    @Test
    void noWindowSystemIsLoaded() {
        Set<String> desktop = used.named("class").stream()
                .filter(name -> name.matches("(java\\.awt|javax\\.imageio|javax\\.swing|sun\\.awt|sun\\.java2d)\\..*"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of(), desktop);
    }
}
