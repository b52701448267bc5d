package org.paywitness.kubernetes;

import static org.paywitness.kubernetes.Manifests.containers;
import static org.paywitness.kubernetes.Manifests.items;
import static org.paywitness.kubernetes.Manifests.labels;
import static org.paywitness.kubernetes.Manifests.name;
import static org.paywitness.kubernetes.Manifests.podLabels;
import static org.paywitness.kubernetes.Manifests.text;
import static org.paywitness.kubernetes.Manifests.texts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who reaches whom by the network policies: what must talk does, and nothing else. */
final class Reach {
    private static final String NAMESPACE = "kubernetes.io/metadata.name";
    private static final String HERE = "paywitness";
    private static final String POSTGRESQL = "5432";
    private static final String HTTP = "http";

    /** A pod of some namespace. */
    private record Pod(String title, String namespace, Map<String, String> labels) {}

    private final Manifests manifests;
    private final List<JsonNode> policies;
    private final List<String> complaints = new ArrayList<>();

    private Reach(Manifests manifests) {
        this.manifests = manifests;
        this.policies = manifests.all("NetworkPolicy").toList();
    }

    /** @param door the namespace of the gateway or the ingress controller */
    static List<String> complaints(Manifests manifests, String door) {
        Reach reach = new Reach(manifests);
        reach.everythingIsDenied();
        reach.whoTalks(door);
        reach.outside();
        reach.noPolicyIsInVain();
        return reach.complaints;
    }

    private void check(boolean good, String complaint) {
        if (!good) {
            complaints.add(complaint);
        }
    }

    private void everythingIsDenied() {
        boolean denied = policies.stream()
                .anyMatch(policy -> policy.at("/spec/podSelector").isEmpty()
                        && Set.copyOf(texts(policy, "/spec/policyTypes")).equals(Set.of("Ingress", "Egress"))
                        && !policy.at("/spec").has("ingress")
                        && !policy.at("/spec").has("egress"));
        check(denied, "NetworkPolicy: nothing is denied to whoever is forgotten");
    }

    private void whoTalks(String door) {
        Pod service = new Pod("the service", HERE, podLabels(manifests.the("Deployment")));
        Pod migration = new Pod("the migration", HERE, podLabels(manifests.the("Job")));
        Pod gateway = new Pod("the gateway", door, Map.of());
        Pod stranger = new Pod("a stranger", "elsewhere", Map.of());
        Pod neighbour = new Pod("a neighbour", HERE, Map.of());
        Pod instance = instance("primary");
        Pod replica = instance("replica");
        must(gateway, service, HTTP);
        must(new Pod("Prometheus", "monitoring", Map.of()), service, HTTP, manifests.all("ServiceMonitor"));
        mustNot(stranger, service, HTTP);
        mustNot(neighbour, service, HTTP);
        for (Pod pooler : poolers()) {
            must(service, pooler, POSTGRESQL);
            must(pooler, instance, POSTGRESQL);
            mustNot(gateway, pooler, POSTGRESQL);
            mustNot(stranger, pooler, POSTGRESQL);
            mustNot(neighbour, pooler, POSTGRESQL);
        }
        must(migration, instance, POSTGRESQL);
        must(replica, instance, POSTGRESQL);
        must(service, replica, POSTGRESQL);
        mustNot(stranger, replica, POSTGRESQL);
        mustNot(neighbour, replica, POSTGRESQL);
        mustNot(service, instance, POSTGRESQL);
        mustNot(stranger, instance, POSTGRESQL);
        mustNot(neighbour, instance, POSTGRESQL);
        mustNot(gateway, migration, HTTP);
    }

    private void must(Pod from, Pod to, String port) {
        check(talks(from, to, port), "NetworkPolicy: " + from.title + " does not reach " + to.title + " at " + port);
    }

    /** Only where there is somebody who wants to. */
    private void must(Pod from, Pod to, String port, Stream<JsonNode> wanted) {
        if (wanted.findAny().isPresent()) {
            must(from, to, port);
        }
    }

    /** Whatever the other may send: the door itself must be closed. */
    private void mustNot(Pod from, Pod to, String port) {
        check(!takes(to, from, port), "NetworkPolicy: " + to.title + " lets in " + from.title + " at " + port);
    }

    private boolean talks(Pod from, Pod to, String port) {
        return allowed(from, "Egress", "egress", "to", to, port) && takes(to, from, port);
    }

    private boolean takes(Pod to, Pod from, String port) {
        return allowed(to, "Ingress", "ingress", "from", from, port);
    }

    /** Whether one pod's policies of a direction let it talk with the other; pods elsewhere have none of ours. */
    private boolean allowed(Pod self, String type, String rules, String peers, Pod other, String port) {
        List<JsonNode> mine = policies.stream()
                .filter(policy -> self.namespace.equals(HERE)
                        && texts(policy, "/spec/policyTypes").contains(type)
                        && selects(policy.at("/spec/podSelector"), self.labels))
                .toList();
        return mine.isEmpty()
                || mine.stream()
                        .flatMap(policy -> items(policy, "/spec/" + rules))
                        .anyMatch(rule -> items(rule, "/ports").anyMatch(allowed -> text(allowed, "/port")
                                        .equals(port))
                                && items(rule, "/" + peers).anyMatch(peer -> isPeer(peer, other)));
    }

    private static boolean isPeer(JsonNode peer, Pod pod) {
        boolean namespace = peer.has("namespaceSelector")
                ? selects(peer.at("/namespaceSelector"), Map.of(NAMESPACE, pod.namespace))
                : pod.namespace.equals(HERE);
        return !peer.has("ipBlock") && namespace && selects(peer.at("/podSelector"), pod.labels);
    }

    private static boolean selects(JsonNode selector, Map<String, String> labels) {
        return labels.entrySet().containsAll(labels(selector, "/matchLabels").entrySet())
                && items(selector, "/matchExpressions")
                        .allMatch(expression -> text(expression, "/operator").equals("In")
                                && texts(expression, "/values").contains(labels.get(text(expression, "/key"))));
    }

    /** As the operator labels what it makes. */
    private Pod instance(String role) {
        Map<String, String> labels = new TreeMap<>();
        labels.put("cnpg.io/cluster", name(manifests.the("Cluster")));
        labels.put("cnpg.io/podRole", "instance");
        labels.put("cnpg.io/instanceRole", role);
        return new Pod("the " + role, HERE, labels);
    }

    private List<Pod> poolers() {
        return manifests
                .all("Pooler")
                .map(pooler -> {
                    Map<String, String> labels = new TreeMap<>();
                    labels.put("cnpg.io/cluster", text(pooler, "/spec/cluster/name"));
                    labels.put("cnpg.io/podRole", "pooler");
                    labels.put("cnpg.io/poolerName", name(pooler));
                    return new Pod(name(pooler), HERE, labels);
                })
                .toList();
    }

    /** HTTPS to the world, names from the cluster's DNS; the node's metadata service gives credentials away. */
    private void outside() {
        Map<String, String> service = podLabels(manifests.the("Deployment"));
        List<JsonNode> rules = policies.stream()
                .filter(policy -> selects(policy.at("/spec/podSelector"), service))
                .flatMap(policy -> items(policy, "/spec/egress"))
                .toList();
        List<JsonNode> world = rules.stream()
                .filter(rule -> items(rule, "/to").anyMatch(peer -> peer.has("ipBlock")))
                .toList();
        check(
                world.stream().anyMatch(rule -> ports(rule).equals(Set.of("443"))),
                "NetworkPolicy: the service does not reach its provider of identities");
        check(
                world.stream().allMatch(rule -> ports(rule).equals(Set.of("443"))),
                "NetworkPolicy: the service reaches the world at more than 443");
        check(
                world.stream()
                        .flatMap(rule -> items(rule, "/to"))
                        .map(peer -> peer.at("/ipBlock"))
                        .filter(block -> text(block, "/cidr").equals("0.0.0.0/0"))
                        .allMatch(block -> texts(block, "/except").contains("169.254.0.0/16")),
                "NetworkPolicy: the service reaches the metadata of its node");
        check(
                rules.stream()
                        .anyMatch(rule -> ports(rule).contains("53")
                                && items(rule, "/ports").anyMatch(port -> text(port, "/protocol")
                                        .equals("UDP"))),
                "NetworkPolicy: the service resolves no names");
    }

    private static Set<String> ports(JsonNode rule) {
        return items(rule, "/ports").map(port -> text(port, "/port")).collect(Collectors.toSet());
    }

    /** A policy that selects nothing protects nothing. */
    private void noPolicyIsInVain() {
        Map<String, Map<String, String>> pods = new LinkedHashMap<>();
        manifests.workloads().forEach(workload -> pods.put(Manifests.title(workload), podLabels(workload)));
        pods.put("instance", instance("replica").labels);
        poolers().forEach(pooler -> pods.put(pooler.title, pooler.labels));
        for (JsonNode policy : policies) {
            check(
                    pods.values().stream().anyMatch(labels -> selects(policy.at("/spec/podSelector"), labels)),
                    Manifests.title(policy) + ": selects no pod");
        }
        Set<String> named = manifests.workloads().stream()
                .flatMap(workload -> containers(workload).stream())
                .flatMap(container -> items(container, "/ports"))
                .map(port -> text(port, "/name"))
                .collect(Collectors.toSet());
        for (JsonNode policy : policies) {
            Manifests.under(policy, "port").stream()
                    .filter(JsonNode::isTextual)
                    .forEach(port -> check(
                            named.contains(port.asText()),
                            Manifests.title(policy) + ": names no port of a pod: " + port));
        }
    }
}
