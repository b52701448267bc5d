package org.paywitness.observation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.paywitness.problem.JsonProblems;
import org.paywitness.problem.Problem;

/**
 * The body of {@code POST /v1/observations}: one object, an array, or NDJSON. What is not JSON is refused as a whole,
 * before anything is kept; what is JSON but no observation is refused alone.
 *
 * @param single whether the body was one object
 * @param items in the order sent
 */
record ObservationBody(boolean single, List<Item> items) {
    /** The most observations of one request. */
    static final int MAX_ITEMS = 10_000;

    /** Either an observation or why it is none. */
    record Item(Observation observation, Problem problem) {}

    static ObservationBody json(byte[] body, ObjectMapper json, Instant now) {
        JsonNode root = parse(body, 0, body.length, json);
        if (root.isObject()) {
            return new ObservationBody(true, List.of(item(root, now)));
        }
        if (!root.isArray()) {
            throw Problem.badRequest("malformed_json", "The body must be an observation or an array of them.");
        }
        if (root.size() > MAX_ITEMS) {
            throw tooMany();
        }
        List<Item> items = new ArrayList<>(root.size());
        root.forEach(node -> items.add(item(node, now)));
        return new ObservationBody(false, items);
    }

    /** One JSON text a line (NDJSON); empty lines are passed over. */
    static ObservationBody lines(byte[] body, ObjectMapper json, Instant now) {
        List<Item> items = new ArrayList<>();
        int line = 0;
        for (int start = 0; start < body.length; ) {
            line++;
            int end = start;
            while (end < body.length && body[end] != '\n') {
                end++;
            }
            if (!isBlank(body, start, end)) {
                if (items.size() == MAX_ITEMS) {
                    throw tooMany();
                }
                try {
                    items.add(item(parse(body, start, end - start, json), now));
                } catch (Problem malformed) {
                    throw Problem.badRequest(
                            "malformed_ndjson", "Line " + line + " is not a JSON text in UTF-8; nothing was kept.");
                }
            }
            start = end + 1;
        }
        if (items.isEmpty()) {
            throw Problem.badRequest("malformed_ndjson", "The body is empty.");
        }
        return new ObservationBody(false, items);
    }

    private static boolean isBlank(byte[] body, int start, int end) {
        for (int i = start; i < end; i++) {
            if (body[i] != ' ' && body[i] != '\t' && body[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    private static JsonNode parse(byte[] body, int offset, int length, ObjectMapper json) {
        try {
            JsonNode root = json.readTree(body, offset, length);
            if (root == null || root.isMissingNode()) {
                throw Problem.badRequest("malformed_json", "The body is empty.");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw JsonProblems.of(e);
        } catch (IOException e) {
            throw Problem.badRequest("malformed_json", "The body is not JSON in UTF-8.");
        }
    }

    private static Item item(JsonNode node, Instant now) {
        try {
            return new Item(ObservationJson.read(node).validated(now), null);
        } catch (Problem problem) {
            return new Item(null, problem);
        }
    }

    private static Problem tooMany() {
        return Problem.of(413, "too_many_items", "At most " + MAX_ITEMS + " observations fit in one request.");
    }
}
