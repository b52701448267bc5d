package org.paywitness.kubernetes;

import static org.paywitness.kubernetes.Manifests.containers;
import static org.paywitness.kubernetes.Manifests.items;
import static org.paywitness.kubernetes.Manifests.labels;
import static org.paywitness.kubernetes.Manifests.text;
import static org.paywitness.kubernetes.Manifests.texts;
import static org.paywitness.kubernetes.Manifests.title;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.ArrayList;
import java.util.List;

/** Whether our pods keep to the restricted pod security standard, and are bounded. */
final class Hardening {
    private final List<String> complaints = new ArrayList<>();

    private Hardening() {}

    static List<String> complaints(Manifests manifests) {
        Hardening hardening = new Hardening();
        JsonNode namespace = manifests.the("Namespace");
        hardening.check(
                "restricted".equals(labels(namespace, "/metadata/labels").get("pod-security.kubernetes.io/enforce")),
                namespace,
                "does not enforce the restricted standard");
        hardening.check(
                text(manifests.the("ServiceAccount"), "/automountServiceAccountToken")
                        .equals("false"),
                manifests.the("ServiceAccount"),
                "hands out a token");
        for (JsonNode workload : manifests.workloads()) {
            hardening.pod(workload, workload.at("/spec/template/spec"));
            containers(workload).forEach(container -> hardening.container(workload, container));
        }
        return hardening.complaints;
    }

    private void check(boolean good, JsonNode object, String complaint) {
        if (!good) {
            complaints.add(title(object) + ": " + complaint);
        }
    }

    private void pod(JsonNode workload, JsonNode pod) {
        check(pod.at("/securityContext/runAsNonRoot").asBoolean(false), workload, "may run as root");
        check(pod.at("/securityContext/runAsUser").asInt(0) > 0, workload, "names no user");
        check(
                text(pod, "/securityContext/seccompProfile/type").equals("RuntimeDefault"),
                workload,
                "has no seccomp profile");
        check(!pod.at("/automountServiceAccountToken").asBoolean(true), workload, "is given a token");
        items(pod, "/volumes")
                .filter(volume -> volume.has("emptyDir"))
                .forEach(volume -> check(
                        volume.at("/emptyDir").has("sizeLimit"), workload, "may fill the node's disk by a volume"));
    }

    private void container(JsonNode workload, JsonNode container) {
        check(
                !container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true),
                workload,
                "may gain privileges");
        check(
                container.at("/securityContext/readOnlyRootFilesystem").asBoolean(false),
                workload,
                "may write to its image");
        check(
                texts(container, "/securityContext/capabilities/drop").equals(List.of("ALL")),
                workload,
                "keeps capabilities");
        check(
                items(container, "/volumeMounts")
                        .anyMatch(mount -> text(mount, "/mountPath").equals("/tmp")),
                workload,
                "has no /tmp to write to");
        String request = text(container, "/resources/requests/memory");
        check(
                !request.isEmpty() && request.equals(text(container, "/resources/limits/memory")),
                workload,
                "may use other memory than it asks for");
        String cpu = text(container, "/resources/requests/cpu");
        check(
                !cpu.isEmpty() && Quantity.getAmountInBytes(new Quantity(cpu)).signum() > 0,
                workload,
                "asks for no CPU, of which the autoscaler counts a share");
    }
}
