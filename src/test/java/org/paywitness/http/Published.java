package org.paywitness.http;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import org.paywitness.Tokens;

/**
 * The OpenAPI document as it is published now, to hold answers against. Stricter than it is for clients: a field that
 * it does not name is drift, though clients must bear with new ones.
 */
public final class Published {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ID = "https://paywitness.test/openapi";

    /** What HTTP itself or a browser sends or obeys and no contract names. */
    private static final Set<String> OF_HTTP = Set.of(
            "content-type",
            "content-length",
            "cache-control",
            "vary",
            "date",
            "transfer-encoding",
            "connection",
            "content-disposition",
            "content-security-policy",
            "x-content-type-options",
            "allow");

    /** One method of one path. */
    public record Operation(String method, String path, JsonNode node) {
        public String name() {
            return node.get("operationId").textValue();
        }

        public boolean takesBody() {
            return node.has("requestBody");
        }

        /** A form with a file, in place of JSON. */
        public boolean takesForm() {
            return node.at("/requestBody/content").has("multipart/form-data");
        }

        /** Needs no token. */
        public boolean isPublic() {
            return node.get("security").isEmpty();
        }

        /** Asked with a signature of the acquirer in place of a token. */
        public boolean isSigned() {
            return node.at("/security/0").has("signature");
        }

        public boolean reads() {
            return method.equals("get");
        }

        /** A token that may do all that this operation is for. */
        public String token() {
            return node.at("/security/0/bearer").toString().contains("\"feed\"") ? Tokens.feed() : Tokens.desk();
        }

        /** The path with this id in place of its parameter. */
        public String path(String id) {
            return path.replaceAll("\\{\\w+\\}", id);
        }

        /** The path of what has the inner id within what has the outer one; where there is no inner one, of that. */
        public String path(String id, String inner) {
            return path.replaceFirst("\\{\\w+}", Matcher.quoteReplacement(id)).replaceAll("\\{(?!it})\\w+}", inner);
        }

        /** A body that is read to its end, so that what comes after reading is seen. */
        public String body() {
            return switch (name()) {
                case "postInvoiceRequest" -> "{\"title\":\"x\"}";
                case "issueInvoice" -> "{\"number\":\"1\"}";
                case "refuseInvoice" -> "{\"reason\":\"x\"}";
                case "resolveException" -> "{\"action\":\"accept\",\"reason\":\"x\"}";
                case "postDispute" -> "{\"transaction_id\":\"txn_\",\"reason\":\"no_slip\"}";
                case "postDisputeMessage" -> "{\"text\":\"x\"}";
                case "postProposal" -> "{\"kind\":\"nothing\"}";
                case "decideDispute" -> "{\"outcome\":\"won_by_merchant\",\"text\":\"x\"}";
                case "postFollowUp" -> "{\"satisfied\":true}";
                default -> "{}";
            };
        }

        public boolean takesId() {
            return path.contains("{");
        }

        /** The media types of its body. */
        public Set<String> takes() {
            return names(node.at("/requestBody/content"));
        }

        /** The media types of its answers with this status. */
        public Set<String> answers(String status) {
            return names(node.get("responses").get(status).path("content"));
        }

        private static Set<String> names(JsonNode object) {
            Set<String> names = new TreeSet<>();
            object.fieldNames().forEachRemaining(names::add);
            return names;
        }

        public Set<String> statuses() {
            return names(node.get("responses"));
        }
    }

    private final JsonNode document;
    private final JsonSchemaFactory factory;
    private final Map<String, JsonSchema> schemas = new HashMap<>();

    private Published(JsonNode document) {
        this.document = document;
        ObjectNode strict = document.deepCopy();
        close(strict);
        strict.put("$id", ID);
        String text = strict.toString();
        factory = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(ID, text))));
    }

    public static Published read() {
        try {
            return new Published(JSON.readTree(given().get("/q/openapi?format=json")
                    .then()
                    .statusCode(200)
                    .extract()
                    .asByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public JsonNode document() {
        return document;
    }

    // Whatever lists its properties has no others.
    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && object.path("type").isValueNode()
                && !object.has("unevaluatedProperties")) {
            object.put("unevaluatedProperties", false);
        }
        node.forEach(Published::close);
    }

    public List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        document.get("paths").fields().forEachRemaining(path -> path.getValue()
                .fields()
                .forEachRemaining(
                        method -> operations.add(new Operation(method.getKey(), path.getKey(), method.getValue()))));
        return operations;
    }

    public Operation operation(String name) {
        return operations().stream()
                .filter(operation -> operation.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Fails unless the document says all that is in this answer, and the answer has all that the document says. */
    public void verify(Operation operation, Response answer) {
        String status = Integer.toString(answer.statusCode());
        String what = operation.name() + " " + status + " " + answer.asString();
        String at = "/paths/" + operation.path().replace("/", "~1") + "/" + operation.method() + "/responses/" + status;
        JsonNode response = document.at(at);
        assertTrue(response.isObject(), () -> "not in the document: " + what);
        if (response.has("$ref")) {
            at = response.get("$ref").textValue().substring(1);
            response = document.at(at);
        }
        verifyHeaders(response, answer, what);
        if (!response.has("content")) {
            assertEquals("", answer.asString(), what);
            return;
        }
        String type = mediaType(answer.contentType());
        assertTrue(response.get("content").has(type), () -> "media type of " + what);
        if (!type.endsWith("json")) {
            return;
        }
        verify(at + "/content/" + type.replace("/", "~1") + "/schema", answer.asString(), what);
    }

    /** A content type without its parameters. */
    static String mediaType(String contentType) {
        return contentType.replaceAll(";.*", "");
    }

    private void verifyHeaders(JsonNode response, Response answer, String what) {
        Set<String> documented = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        response.path("headers").fields().forEachRemaining(entry -> {
            documented.add(entry.getKey());
            String at = entry.getValue().get("$ref").textValue().substring(1);
            JsonNode header = document.at(at);
            String value = answer.header(entry.getKey());
            if (header.path("required").booleanValue()) {
                assertNotNull(value, () -> entry.getKey() + " of " + what);
            }
            if (value != null) {
                boolean number = "integer".equals(header.at("/schema/type").textValue());
                verify(
                        at + "/schema",
                        number ? value : JSON.valueToTree(value).toString(),
                        entry.getKey() + " " + what);
            }
        });
        answer.headers().forEach(header -> {
            String name = header.getName().toLowerCase(java.util.Locale.ROOT);
            assertTrue(
                    OF_HTTP.contains(name) || documented.contains(name),
                    () -> "header " + header + " is not in the document: " + what);
        });
    }

    /** Fails unless this JSON is what the schema at this JSON pointer into the document says. */
    public void verify(String pointer, String json, String what) {
        assertEquals(Set.of(), problems(pointer, json), what);
    }

    public Set<ValidationMessage> problems(String pointer, String json) {
        JsonSchema schema = schemas.computeIfAbsent(
                pointer,
                at -> factory.getSchema(
                        JSON.createObjectNode()
                                .put("$schema", "https://json-schema.org/draft/2020-12/schema")
                                .put("$ref", ID + "#" + at),
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build()));
        return schema.validate(json, InputFormat.JSON);
    }
}
