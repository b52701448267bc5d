package org.paywitness.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept of the overlays, and what the other tests look at, is what they render to. */
class RenderedTest {
    private static final String REFRESH = " With kubectl: ./mvnw test -Dtest=RenderedTest -Dk8s.update=true";

    @BeforeAll
    static void keepWhereThatIsAskedFor() throws IOException, InterruptedException {
        if (Boolean.getBoolean("k8s.update")) {
            for (Overlay overlay : Overlay.values()) {
                overlay.keep(overlay.render());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void overlayRendersToWhatIsKept(Overlay overlay) throws IOException, InterruptedException {
        assumeTrue(Overlay.kubectl() != null, "kubectl is not installed on this machine: nothing is rendered");
        String rendered = overlay.render();
        // Object by object: how YAML is laid out differs by kubectl's version.
        Map<String, JsonNode> now = byTitle(Manifests.of(rendered));
        Map<String, JsonNode> kept = byTitle(overlay.manifests());
        assertEquals(kept.keySet(), now.keySet(), "Other objects than are kept." + REFRESH);
        now.forEach((title, object) ->
                assertEquals(kept.get(title), object, title + " is another than is kept." + REFRESH));
    }

    @ParameterizedTest
    @EnumSource
    void keptRenderingIsOfTheseSources(Overlay overlay) throws IOException {
        assertEquals(
                Overlay.digest(), overlay.keptDigest(), "k8s/ has changed since " + overlay + " was kept." + REFRESH);
    }

    private static Map<String, JsonNode> byTitle(Manifests manifests) {
        Map<String, JsonNode> objects = new TreeMap<>();
        manifests.objects().forEach(object -> objects.put(Manifests.title(object), object));
        return objects;
    }
}
