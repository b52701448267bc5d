package org.paywitness.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Whether an object has fields that its kind knows, and nothing else: Kubernetes drops what it does not know without a
 * word. A kind that is not listed here is refused.
 */
final class Shapes {
    private static final Map<String, Class<?>> KINDS = Map.ofEntries(
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("batch/v1/Job", Job.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("networking.k8s.io/v1/Ingress", Ingress.class),
            Map.entry("gateway.networking.k8s.io/v1/HTTPRoute", HTTPRoute.class),
            Map.entry("monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class),
            Map.entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class),
            Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class));
    private static final List<String> OPERATORS = List.of("postgresql.cnpg.io/v1", "barmancloud.cnpg.io/v1");

    private static final ObjectMapper STRICT = new ObjectMapper()
            .setAnnotationIntrospector(new NoCatchAll())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private Shapes() {}

    static List<String> complaints(Manifests manifests) {
        List<String> complaints = new ArrayList<>();
        for (JsonNode object : manifests.objects()) {
            String title = Manifests.title(object);
            String version = Manifests.text(object, "/apiVersion");
            String kind = version + "/" + Manifests.text(object, "/kind");
            if (OPERATORS.contains(version)) {
                complaints.addAll(bySchema(title, object));
            } else if (KINDS.containsKey(kind)) {
                complaints.addAll(byClass(title, object, KINDS.get(kind)));
            } else {
                complaints.add(title + ": " + kind + " is no kind that is known here");
            }
        }
        return complaints;
    }

    private static List<String> byClass(String title, JsonNode node, Class<?> kind) {
        try {
            STRICT.treeToValue(node, kind);
            return List.of();
        } catch (JsonProcessingException e) {
            return List.of(title + ": " + e.getOriginalMessage());
        }
    }

    /** Kinds of the operator's own; the pod inside of a Pooler is Kubernetes' again. */
    private static List<String> bySchema(String title, JsonNode object) {
        JsonSchema schema = schema(Manifests.text(object, "/kind"));
        List<String> complaints = new ArrayList<>(schema.validate(object).stream()
                .map(ValidationMessage::getMessage)
                .map(message -> title + ": " + message)
                .toList());
        if (object.at("/spec/template").isObject()) {
            complaints.addAll(byClass(title, object.at("/spec/template"), PodTemplateSpec.class));
        }
        return complaints;
    }

    private static JsonSchema schema(String kind) {
        try (InputStream file = Shapes.class.getResourceAsStream("/k8s/cloudnative-pg.schema.json")) {
            JsonNode all = STRICT.readTree(Objects.requireNonNull(file));
            JsonNode chosen =
                    STRICT.createObjectNode().put("$ref", "#/$defs/" + kind).set("$defs", all.at("/$defs"));
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(chosen);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The model's classes keep what they do not know in a map; without that it is an error. */
    private static final class NoCatchAll extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnySetter(Annotated annotated) {
            return false;
        }
    }
}
