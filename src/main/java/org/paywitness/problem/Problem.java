package org.paywitness.problem;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A refusal that the caller can act upon: RFC 9457 problem details with a stable {@code code}. Thrown anywhere,
 * turned into {@code application/problem+json} in one place. Carries no stack trace and no internals.
 */
public final class Problem extends RuntimeException {
    /** One bad field: an RFC 6901 pointer into the request (or {@code ?name} for a query parameter) and what is wrong. */
    public record FieldError(String pointer, String detail) {}

    private final int status;
    private final String code;
    private final List<FieldError> errors = new ArrayList<>();
    private final Map<String, Object> extensions = new LinkedHashMap<>();

    private Problem(int status, String code, String detail) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
    }

    public static Problem badRequest(String code, String detail) {
        return new Problem(400, code, detail);
    }

    /** 400 {@code invalid_request} about one field. */
    public static Problem invalid(String pointer, String detail) {
        return badRequest("invalid_request", "The request is not valid.").at(pointer, detail);
    }

    public static Problem unauthorized(String detail) {
        return new Problem(401, "unauthorized", detail);
    }

    public static Problem forbidden(String code, String detail) {
        return new Problem(403, code, detail);
    }

    /** Not there, or not yours: the two look the same on purpose. */
    public static Problem notFound() {
        return new Problem(404, "not_found", "There is no such thing here for you.");
    }

    public static Problem conflict(String code, String detail) {
        return new Problem(409, code, detail);
    }

    public static Problem tooLarge(String detail) {
        return new Problem(413, "body_too_large", detail);
    }

    public static Problem unprocessable(String code, String detail) {
        return new Problem(422, code, detail);
    }

    public static Problem unavailable(String code, String detail) {
        return new Problem(503, code, detail);
    }

    public static Problem of(int status, String code, String detail) {
        return new Problem(status, code, detail);
    }

    public Problem at(String pointer, String detail) {
        errors.add(new FieldError(pointer, detail));
        return this;
    }

    public Problem with(String name, Object value) {
        extensions.put(name, value);
        return this;
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    public List<FieldError> errors() {
        return List.copyOf(errors);
    }

    public Map<String, Object> extensions() {
        return Map.copyOf(extensions);
    }
}
