package org.paywitness.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both overlays fit together and into a cluster. That these rules complain where they should: {@link RulesTest}. */
class OverlaysTest {
    @ParameterizedTest
    @EnumSource
    void nothingIsToBeComplainedOf(Overlay overlay) throws IOException, ReflectiveOperationException {
        assertEquals(List.of(), new Rules().complaints(overlay.manifests()));
    }

    @Test
    void productionHasWhatTheProjectPromises() throws IOException {
        Set<String> kinds = new TreeSet<>();
        Overlay.PRODUCTION.manifests().objects().forEach(object -> kinds.add(Manifests.text(object, "/kind")));
        Set<String> promised = Set.of(
                "Deployment",
                "Service",
                "HorizontalPodAutoscaler",
                "PodDisruptionBudget",
                "NetworkPolicy",
                "ServiceAccount",
                "Job",
                "ServiceMonitor",
                "PrometheusRule",
                "Cluster",
                "Pooler",
                "ScheduledBackup",
                "HTTPRoute");
        promised.forEach(kind -> assertTrue(kinds.contains(kind), kind));
        assertEquals(
                3,
                Overlay.PRODUCTION
                        .manifests()
                        .the("Cluster")
                        .at("/spec/instances")
                        .asInt());
    }

    @Test
    void localNeedsNothingButTheDatabasesOperator() throws IOException {
        for (var object : Overlay.LOCAL.manifests().objects()) {
            String group = Manifests.text(object, "/apiVersion").replaceFirst("/?v[0-9]+$", "");
            assertTrue(
                    Set.of("", "apps", "batch", "autoscaling", "policy", "networking.k8s.io", "postgresql.cnpg.io")
                            .contains(group),
                    Manifests.title(object) + " needs " + group);
        }
    }

    @Test
    void readmeTellsOfEverySecretThatOneMustBring() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("README.md")).stream()
                .filter(line -> line.startsWith("| `paywitness-"))
                .toList();
        Rules.BROUGHT.forEach((secret, keys) -> keys.forEach(key -> assertTrue(
                rows.stream().anyMatch(row -> row.contains("`" + secret + "`") && row.contains("`" + key + "`")),
                "README says nothing of " + secret + ", " + key)));
    }

    @Test
    void noSecretIsWrittenDown() throws IOException {
        for (Overlay overlay : Overlay.values()) {
            assertEquals(0, overlay.manifests().all("Secret").count(), "Secrets are brought, not rendered.");
        }
    }
}
