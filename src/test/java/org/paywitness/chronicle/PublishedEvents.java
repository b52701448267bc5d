package org.paywitness.chronicle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What {@code src/docs/asyncapi.yaml} promises of events; stricter than it is for readers, who pass over new fields. */
public final class PublishedEvents {
    private static final Path DOCUMENT = Path.of("src/docs/asyncapi.yaml");
    private static final String ID = "https://paywitness.invalid/asyncapi";
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private final JsonNode document;
    private final JsonSchemaFactory factory;
    private final Map<String, JsonSchema> schemas = new HashMap<>();

    public PublishedEvents() {
        try {
            document = YAML.readTree(DOCUMENT.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertTrue(document.path("asyncapi").asText().startsWith("3."), "AsyncAPI 3");
        assertEquals("send", document.at("/operations/tell/action").asText());
        refsLeadSomewhere(document);
        Set<String> sent = new TreeSet<>();
        document.at("/channels/events/messages").fieldNames().forEachRemaining(sent::add);
        assertEquals(sent, types(), "each message is sent on the channel");
        // What the document does not name is not sent; readers must not count on that.
        document.at("/components/schemas").forEach(PublishedEvents::closed);
        ((ObjectNode) document.at("/components/schemas/CloudEvent")).remove("additionalProperties");
        document.at("/components/messages")
                .forEach(message -> ((ObjectNode) message.path("payload")).put("unevaluatedProperties", false));
        String text = document.toString();
        factory = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(ID, text))));
    }

    /** The types of events that it tells of. */
    public Set<String> types() {
        Set<String> types = new TreeSet<>();
        document.at("/components/messages").fieldNames().forEachRemaining(types::add);
        return types;
    }

    /** Fails unless this CloudEvent is one that it tells of, and as it says. */
    public void verify(String event) {
        String type;
        try {
            type = YAML.readTree(event).path("type").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertTrue(types().contains(type), () -> DOCUMENT + " does not tell of " + event);
        JsonSchema schema = schemas.computeIfAbsent(
                type,
                of -> factory.getSchema(
                        YAML.createObjectNode()
                                .put("$schema", "https://json-schema.org/draft/2020-12/schema")
                                .put("$ref", ID + "#/components/messages/" + of + "/payload"),
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build()));
        assertEquals(Set.of(), schema.validate(event, InputFormat.JSON), event);
    }

    private void refsLeadSomewhere(JsonNode node) {
        JsonNode ref = node.get("$ref");
        if (ref != null) {
            assertTrue(ref.asText().startsWith("#/"), ref.asText());
            assertTrue(!document.at(ref.asText().substring(1)).isMissingNode(), ref.asText());
        }
        node.forEach(this::refsLeadSomewhere);
    }

    private static void closed(JsonNode schema) {
        if (schema.isObject() && schema.has("properties") && !schema.has("additionalProperties")) {
            ((ObjectNode) schema).put("additionalProperties", false);
            schema.path("properties").forEach(PublishedEvents::closed);
        }
    }
}
