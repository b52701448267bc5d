package org.paywitness.observation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.paywitness.money.Money;
import org.paywitness.problem.JsonProblems;
import org.paywitness.problem.Pointers;
import org.paywitness.problem.Problem;

/** Reads the fields of one JSON object strictly: every wrong or unknown field becomes an error with its pointer. */
public final class JsonFields {
    private static final int MAX_TEXT = 1024;

    private final JsonNode node;
    private final String pointer;
    private final Problem problem;
    private final Set<String> asked = new HashSet<>();

    /**
     * The fields of a whole body; what is wrong with them is told together by {@link #finish}.
     *
     * @param body null is as good as empty
     * @throws Problem 400 {@code malformed_json}
     */
    public static JsonFields of(byte[] body, ObjectMapper json) {
        return new JsonFields(tree(body == null ? new byte[0] : body, json), "", invalid());
    }

    private static Problem invalid() {
        return Problem.badRequest("invalid_request", "The request is not valid.");
    }

    private static JsonNode tree(byte[] body, ObjectMapper json) {
        try {
            return json.readTree(body);
        } catch (JsonProcessingException e) {
            throw JsonProblems.of(e);
        } catch (IOException e) {
            throw Problem.badRequest("malformed_json", "The body is not JSON in UTF-8.");
        }
    }

    public JsonFields(JsonNode node, String pointer, Problem problem) {
        this.node = node;
        this.pointer = pointer;
        this.problem = problem;
        if (node != null && !node.isObject()) {
            problem.at(pointer, "must be an object");
        }
    }

    /** The fields of an inner object, or null when it is absent, null or not an object. */
    JsonFields object(String name) {
        JsonNode child = field(name);
        return child == null ? null : new JsonFields(child, pointer + "/" + name, problem);
    }

    /** The fields of each object of a list of at most this many; empty when it is absent or wrong. */
    public List<JsonFields> objects(String name, int max) {
        JsonNode list = field(name);
        if (list == null) {
            return List.of();
        }
        if (!list.isArray() || list.isEmpty() || list.size() > max) {
            error(name, "must be a list of 1 to " + max);
            return List.of();
        }
        List<JsonFields> objects = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            objects.add(new JsonFields(list.get(i), pointer + "/" + name + "/" + i, problem));
        }
        return objects;
    }

    /** Whether the field is there and not null. */
    public boolean has(String name) {
        return node != null && node.hasNonNull(name);
    }

    public Boolean flag(String name) {
        JsonNode child = field(name);
        if (child == null) {
            return null;
        }
        return child.isBoolean() ? Boolean.valueOf(child.booleanValue()) : error(name, "must be true or false");
    }

    /** As if the field were wrong for this reason. */
    public void refuse(String name, String detail) {
        problem.at(pointer + "/" + name, detail);
    }

    public String text(String name) {
        return text(name, MAX_TEXT);
    }

    /** A text of at most this many characters. */
    public String text(String name, int max) {
        JsonNode child = field(name);
        if (child == null) {
            return null;
        }
        if (!child.isTextual()) {
            return error(name, "must be a string");
        }
        String text = child.textValue();
        if (text.isEmpty() || text.length() > max || text.indexOf('\0') >= 0) {
            return error(name, "must have 1 to " + max + " characters and no NUL");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            return error(name, "must not hold half a surrogate pair");
        }
        return text;
    }

    /** A list of texts, never null; empty when it is absent or wrong. */
    public List<String> texts(String name, int max) {
        JsonNode child = field(name);
        if (child == null) {
            return List.of();
        }
        if (!child.isArray() || child.size() > max) {
            problem.at(pointer + "/" + name, "must be a list of at most " + max);
            return List.of();
        }
        List<String> texts = new ArrayList<>(child.size());
        for (int i = 0; i < child.size(); i++) {
            String text = child.get(i).isTextual() ? child.get(i).textValue() : "";
            if (text.isEmpty() || text.length() > MAX_TEXT || text.indexOf('\0') >= 0) {
                problem.at(pointer + "/" + name + "/" + i, "must be a string of 1 to " + MAX_TEXT + " characters");
                return List.of();
            }
            texts.add(text);
        }
        return texts;
    }

    /** What base64 stands for (RFC 4648, section 4); null when absent or wrong. */
    public byte[] base64(String name, int maxBytes) {
        JsonNode child = field(name);
        if (child == null) {
            return null;
        }
        if (!child.isTextual()) {
            return error(name, "must be a string");
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(child.textValue());
            return bytes.length > 0 && bytes.length <= maxBytes
                    ? bytes
                    : error(name, "must hold 1 to " + maxBytes + " bytes");
        } catch (IllegalArgumentException e) {
            return error(name, "must be base64");
        }
    }

    public <E extends Enum<E>> E oneOf(String name, Class<E> type) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        for (E value : type.getEnumConstants()) {
            if (value.name().toLowerCase(Locale.ROOT).equals(text)) {
                return value;
            }
        }
        StringBuilder expected = new StringBuilder("must be one of");
        for (E value : type.getEnumConstants()) {
            expected.append(' ').append(value.name().toLowerCase(Locale.ROOT));
        }
        return error(name, expected.toString());
    }

    /** RFC 3339 with an offset; finer than a microsecond is cut off, as the database keeps no more. */
    public Instant time(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
        } catch (DateTimeException e) {
            return error(name, "must be a time as in RFC 3339 with an offset");
        }
    }

    public Money money(String name) {
        JsonFields fields = object(name);
        if (fields == null || !fields.node.isObject()) {
            return null;
        }
        JsonNode amount = fields.field("amount");
        String currency = fields.text("currency");
        fields.refuseOthers();
        if (amount == null || !amount.isIntegralNumber() || !amount.canConvertToLong()) {
            return error(name + "/amount", "must be an integer of minor units");
        }
        if (amount.longValue() < 0 || amount.longValue() > Money.MAX) {
            return error(name + "/amount", "must be at most " + Money.MAX + " and not negative");
        }
        if (!Money.isCurrency(currency)) {
            return error(name + "/currency", "must be an ISO 4217 code");
        }
        return Money.of(amount.longValue(), currency);
    }

    /** A field that is required; of one that is there and wrong the error was told already. */
    public void require(String name, Object value) {
        boolean told = problem.errors().stream()
                .anyMatch(error -> error.pointer().equals(pointer + "/" + name)
                        || error.pointer().startsWith(pointer + "/" + name + "/")
                        || error.pointer().equals(pointer));
        if (value == null && !told) {
            refuse(name, "is required");
        }
    }

    /** Whether anything was wrong so far. */
    public boolean isWrong() {
        return !problem.errors().isEmpty();
    }

    /** @throws Problem 400 naming each bad field, those that nobody asked for among them */
    public void finish() {
        refuseOthers();
        if (isWrong()) {
            throw problem;
        }
    }

    /** Every field that nobody asked for is an error with its name. */
    public void refuseOthers() {
        if (node != null && node.isObject()) {
            node.fieldNames().forEachRemaining(name -> {
                if (!asked.contains(name)) {
                    problem.at(pointer + Pointers.step(name), "is not a known field");
                }
            });
        }
    }

    private JsonNode field(String name) {
        asked.add(name);
        JsonNode child = node == null ? null : node.get(name);
        return child == null || child.isNull() ? null : child;
    }

    private <T> T error(String name, String detail) {
        problem.at(pointer + "/" + name, detail);
        return null;
    }
}
