package org.paywitness.kubernetes;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What one overlay renders to: objects of Kubernetes, as they are written. */
record Manifests(List<JsonNode> objects) {
    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory()).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    static Manifests of(String yaml) throws IOException {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            return new Manifests(documents.readAll());
        }
    }

    /** A copy that a test may spoil. */
    Manifests copy() {
        return new Manifests(objects.stream().<JsonNode>map(JsonNode::deepCopy).toList());
    }

    Stream<JsonNode> all(String kind) {
        return objects.stream().filter(object -> kind.equals(text(object, "/kind")));
    }

    Optional<JsonNode> find(String kind, String name) {
        return all(kind).filter(object -> name.equals(name(object))).findFirst();
    }

    /** The only one of a kind. */
    JsonNode the(String kind) {
        List<JsonNode> found = all(kind).toList();
        if (found.size() != 1) {
            throw new AssertionError("There must be one " + kind + ", and there are " + found.size() + ".");
        }
        return found.get(0);
    }

    /** What runs our image: the Deployment and the Job. */
    List<JsonNode> workloads() {
        return Stream.concat(all("Deployment"), all("Job")).toList();
    }

    static String name(JsonNode object) {
        return text(object, "/metadata/name");
    }

    /** How an object is called in a complaint. */
    static String title(JsonNode object) {
        return text(object, "/kind") + " " + name(object);
    }

    static String text(JsonNode node, String pointer) {
        return node.at(pointer).asText("");
    }

    static Stream<JsonNode> items(JsonNode node, String pointer) {
        return StreamSupport.stream(node.at(pointer).spliterator(), false);
    }

    static List<String> texts(JsonNode node, String pointer) {
        return items(node, pointer).map(JsonNode::asText).toList();
    }

    static Map<String, String> labels(JsonNode node, String pointer) {
        Map<String, String> labels = new LinkedHashMap<>();
        node.at(pointer)
                .fields()
                .forEachRemaining(
                        label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }

    static Map<String, String> podLabels(JsonNode workload) {
        return labels(workload, "/spec/template/metadata/labels");
    }

    static List<JsonNode> containers(JsonNode workload) {
        return items(workload, "/spec/template/spec/containers").toList();
    }

    /** All strings and numbers below a node that stand under this key. */
    static List<JsonNode> under(JsonNode node, String key) {
        return new ArrayList<>(node.findValues(key));
    }
}
