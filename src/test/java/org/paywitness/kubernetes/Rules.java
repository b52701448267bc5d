package org.paywitness.kubernetes;

import static org.paywitness.kubernetes.Manifests.items;
import static org.paywitness.kubernetes.Manifests.name;
import static org.paywitness.kubernetes.Manifests.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that is asked of an overlay. */
final class Rules {
    /** Secrets that whoever installs it brings, with their keys; the README tells of each. */
    static final Map<String, Set<String>> BROUGHT = Map.of(
            "paywitness-keys",
                    Set.of("card-token-01", "webhook-01", "acquirer-key-id", "acquirer-secret", "token-public-key"),
            "paywitness-evidence", Set.of("access-key-id", "secret-access-key"),
            "paywitness-backup", Set.of("access-key-id", "secret-access-key", "region"));

    private final Settings settings;

    Rules() throws IOException, ReflectiveOperationException {
        this.settings = new Settings();
    }

    /** What is wrong, each in a sentence; nothing, if all is well. */
    List<String> complaints(Manifests manifests) {
        List<String> complaints = new ArrayList<>(Shapes.complaints(manifests));
        complaints.addAll(Wiring.complaints(manifests, secrets(manifests)));
        complaints.addAll(Hardening.complaints(manifests));
        complaints.addAll(settings.complaints(manifests));
        complaints.addAll(Capacity.complaints(manifests, settings));
        complaints.addAll(Reach.complaints(manifests, door(manifests)));
        return complaints;
    }

    /** What is brought, and what the operator makes for a cluster. */
    private static Map<String, Set<String>> secrets(Manifests manifests) {
        Map<String, Set<String>> secrets = new HashMap<>(BROUGHT);
        manifests.all("Cluster").forEach(cluster -> {
            secrets.put(name(cluster) + "-app", Set.of("username", "password"));
            secrets.put(name(cluster) + "-ca", Set.of("ca.crt"));
        });
        return secrets;
    }

    /** The namespace that requests come from: the gateway's, or the controller's that answers for the ingress class. */
    private static String door(Manifests manifests) {
        return manifests
                .all("HTTPRoute")
                .flatMap(route -> items(route, "/spec/parentRefs"))
                .map(parent -> text(parent, "/namespace"))
                .findFirst()
                .orElseGet(() -> manifests
                        .all("Ingress")
                        .map(ingress -> "ingress-" + text(ingress, "/spec/ingressClassName"))
                        .findFirst()
                        .orElse(""));
    }
}
