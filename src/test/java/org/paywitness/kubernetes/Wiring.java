package org.paywitness.kubernetes;

import static org.paywitness.kubernetes.Manifests.containers;
import static org.paywitness.kubernetes.Manifests.items;
import static org.paywitness.kubernetes.Manifests.labels;
import static org.paywitness.kubernetes.Manifests.podLabels;
import static org.paywitness.kubernetes.Manifests.text;
import static org.paywitness.kubernetes.Manifests.texts;
import static org.paywitness.kubernetes.Manifests.title;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether what refers to something else refers to something that is there. */
final class Wiring {
    private static final List<String> PROBES = List.of("startupProbe", "readinessProbe", "livenessProbe");

    private final Manifests manifests;
    private final List<String> complaints = new ArrayList<>();

    private Wiring(Manifests manifests) {
        this.manifests = manifests;
    }

    /** @param outside secrets that are not rendered, each with its keys */
    static List<String> complaints(Manifests manifests, Map<String, Set<String>> outside) {
        Wiring wiring = new Wiring(manifests);
        wiring.selectors();
        wiring.ports();
        wiring.backends();
        wiring.monitors();
        wiring.references(outside);
        wiring.volumes();
        wiring.image();
        return wiring.complaints;
    }

    private void check(boolean good, String complaint) {
        if (!good) {
            complaints.add(complaint);
        }
    }

    /** What stands for the service's pods must choose them, and not the migration's. */
    private void selectors() {
        JsonNode deployment = manifests.the("Deployment");
        Map<String, String> service = podLabels(deployment);
        Map<String, String> migration = podLabels(manifests.the("Job"));
        Consumer<JsonNode> chooses = object -> {
            Map<String, String> selector = labels(
                    object,
                    object.at("/spec/selector/matchLabels").isObject()
                            ? "/spec/selector/matchLabels"
                            : "/spec/selector");
            check(
                    !selector.isEmpty() && service.entrySet().containsAll(selector.entrySet()),
                    title(object) + ": selects no pod of the service");
            check(
                    !migration.entrySet().containsAll(selector.entrySet()),
                    title(object) + ": selects the pod of the migration");
        };
        chooses.accept(deployment);
        chooses.accept(manifests.the("Service"));
        chooses.accept(manifests.the("PodDisruptionBudget"));
        items(deployment, "/spec/template/spec/topologySpreadConstraints")
                .forEach(spread -> check(
                        labels(spread, "/labelSelector/matchLabels").equals(service),
                        title(deployment) + ": is spread by labels that its pods do not have"));
        JsonNode target = manifests.the("HorizontalPodAutoscaler").at("/spec/scaleTargetRef");
        check(
                text(target, "/kind").equals("Deployment")
                        && text(target, "/apiVersion").equals(text(deployment, "/apiVersion"))
                        && text(target, "/name").equals(Manifests.name(deployment)),
                "HorizontalPodAutoscaler: scales something else than the service");
    }

    private void ports() {
        JsonNode deployment = manifests.the("Deployment");
        Set<String> named = portNames(deployment);
        items(manifests.the("Service"), "/spec/ports")
                .map(port -> text(port, "/targetPort"))
                .forEach(port -> check(named.contains(port), "Service: leads to no port of the pods: " + port));
        for (JsonNode container : containers(deployment)) {
            for (String probe : PROBES) {
                String port = text(container, "/" + probe + "/httpGet/port");
                check(named.contains(port), title(deployment) + ": " + probe + " asks at no port: '" + port + "'");
            }
        }
    }

    private static Set<String> portNames(JsonNode workload) {
        return containers(workload).stream()
                .flatMap(container -> items(container, "/ports"))
                .map(port -> text(port, "/name"))
                .collect(Collectors.toSet());
    }

    /** Routes and ingresses lead to the Service. */
    private void backends() {
        JsonNode service = manifests.the("Service");
        Set<String> known = items(service, "/spec/ports")
                .flatMap(port -> Stream.of(text(port, "/name"), text(port, "/port")))
                .collect(Collectors.toSet());
        Stream<JsonNode> routes = manifests.all("HTTPRoute").flatMap(route -> items(route, "/spec/rules"));
        List<JsonNode> targets = new ArrayList<>(
                routes.flatMap(rule -> items(rule, "/backendRefs")).toList());
        manifests
                .all("Ingress")
                .flatMap(ingress -> Manifests.under(ingress, "service").stream())
                .forEach(targets::add);
        check(!targets.isEmpty(), "Nothing leads to the Service from outside");
        for (JsonNode target : targets) {
            String port = target.at("/port").isObject()
                    ? text(target, "/port/name") + text(target, "/port/number")
                    : text(target, "/port");
            check(
                    text(target, "/name").equals(Manifests.name(service)) && known.contains(port),
                    "A route leads to no port of the Service: " + text(target, "/name") + ":" + port);
        }
    }

    private void monitors() {
        JsonNode service = manifests.the("Service");
        Set<String> named =
                items(service, "/spec/ports").map(port -> text(port, "/name")).collect(Collectors.toSet());
        manifests.all("ServiceMonitor").forEach(monitor -> {
            check(
                    labels(service, "/metadata/labels")
                            .entrySet()
                            .containsAll(labels(monitor, "/spec/selector/matchLabels")
                                    .entrySet()),
                    title(monitor) + ": selects another service");
            items(monitor, "/spec/endpoints")
                    .map(endpoint -> text(endpoint, "/port"))
                    .forEach(port -> check(named.contains(port), title(monitor) + ": reads at no port: " + port));
        });
    }

    private void references(Map<String, Set<String>> outside) {
        for (JsonNode object : manifests.objects()) {
            for (JsonNode secret : secrets(object)) {
                String name = text(secret, "/name") + text(secret, "/secretName");
                Set<String> keys = outside.getOrDefault(name, Set.of());
                List<String> wanted = secret.has("key")
                        ? List.of(text(secret, "/key"))
                        : items(secret, "/items")
                                .map(item -> text(item, "/key"))
                                .toList();
                check(
                        !wanted.isEmpty() && keys.containsAll(wanted),
                        title(object) + ": nobody brings the secret " + name + " with " + wanted);
            }
        }
        for (JsonNode workload : manifests.workloads()) {
            for (JsonNode map : Manifests.under(workload, "configMapRef")) {
                check(
                        manifests.find("ConfigMap", text(map, "/name")).isPresent(),
                        title(workload) + ": there is no ConfigMap " + text(map, "/name"));
            }
            String account = text(workload, "/spec/template/spec/serviceAccountName");
            check(
                    manifests.find("ServiceAccount", account).isPresent(),
                    title(workload) + ": there is no ServiceAccount " + account);
        }
    }

    /** Wherever a secret is named: in environment variables, in volumes, and for backups. */
    private static List<JsonNode> secrets(JsonNode object) {
        List<JsonNode> secrets = Manifests.under(object, "secretKeyRef");
        items(object, "/spec/template/spec/volumes")
                .map(volume -> volume.at("/secret"))
                .filter(JsonNode::isObject)
                .forEach(secrets::add);
        Manifests.under(object, "s3Credentials").forEach(credentials -> credentials.forEach(secrets::add));
        return secrets;
    }

    private void volumes() {
        for (JsonNode workload : manifests.workloads()) {
            Set<String> volumes = items(workload, "/spec/template/spec/volumes")
                    .map(volume -> text(volume, "/name"))
                    .collect(Collectors.toSet());
            Set<String> mounts = containers(workload).stream()
                    .flatMap(container -> items(container, "/volumeMounts"))
                    .map(mount -> text(mount, "/name"))
                    .collect(Collectors.toSet());
            check(volumes.equals(mounts), title(workload) + ": has volumes " + volumes + " and mounts " + mounts);
        }
    }

    /** The migration is that of the version that runs, and no tag moves. */
    private void image() {
        Set<String> images = manifests.workloads().stream()
                .flatMap(workload -> containers(workload).stream())
                .map(container -> text(container, "/image"))
                .collect(Collectors.toSet());
        check(images.size() == 1, "The service and its migration are of different images: " + images);
        for (String image : images) {
            check(image.matches(".+:[^/:]+") && !image.endsWith(":latest"), "An image without a fixed tag: " + image);
        }
        check(
                texts(containers(manifests.the("Job")).get(0), "/args").equals(List.of("--migrate")),
                "The Job does something else than to migrate");
    }
}
