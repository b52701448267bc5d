package org.paywitness.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What is wrong with a JSON body, in words for who sent it. Never echoes a value: it may be a card number.
 */
public final class JsonProblems {
    private JsonProblems() {}

    public static Problem of(JsonProcessingException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem;
            }
            if (cause instanceof StreamConstraintsException) {
                return Problem.badRequest("malformed_json", "The JSON is nested too deeply, or a part is too long.");
            }
        }
        if (failure instanceof InvalidDefinitionException) {
            // Our own class cannot be read: nothing that the caller could mend.
            return Problem.of(500, "internal_error", "Something went wrong on our side.");
        }
        if (failure instanceof InputCoercionException) {
            return Problem.invalid("", "a number is out of range");
        }
        if (failure instanceof JsonMappingException mapping) {
            return ofMapping(mapping);
        }
        return malformed(failure);
    }

    private static Problem ofMapping(JsonMappingException failure) {
        String pointer = pointer(failure);
        if (failure instanceof UnrecognizedPropertyException) {
            return Problem.badRequest("unknown_field", "The request has a field that we do not know.")
                    .at(pointer, "is not a field here");
        }
        if (failure.getCause() instanceof InputCoercionException) {
            return Problem.invalid(pointer, "is out of range");
        }
        if (failure.getCause() instanceof JsonProcessingException syntax && !(syntax instanceof JsonMappingException)) {
            return malformed(syntax);
        }
        if (failure instanceof MismatchedInputException && failure.getPath().isEmpty()) {
            String message = failure.getOriginalMessage();
            if (message.startsWith("No content")) {
                return Problem.badRequest("malformed_json", "The body is empty.");
            }
            if (message.startsWith("Trailing token")) {
                return Problem.badRequest("malformed_json", "There is something after the end of the JSON.");
            }
        }
        return Problem.invalid(pointer, expected(failure));
    }

    private static Problem malformed(JsonProcessingException failure) {
        var at = failure.getLocation();
        String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        return Problem.badRequest("malformed_json", "The body is not JSON in UTF-8" + where + ".");
    }

    /** RFC 6901. */
    static String pointer(JsonMappingException failure) {
        return failure.getPath().stream()
                .map(step -> step.getFieldName() == null ? "/" + step.getIndex() : Pointers.step(step.getFieldName()))
                .collect(Collectors.joining());
    }

    private static String expected(JsonMappingException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof IllegalArgumentException
                && cause.getStackTrace().length > 0
                && cause.getStackTrace()[0].getClassName().startsWith("org.paywitness.")) {
            // Our own constructors say what they want, in words that are fit to be read.
            return cause.getMessage();
        }
        Class<?> type = failure instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
        if (type == null) {
            return "is not of the right type";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", ", "must be one of ", ""));
        }
        if (type == String.class) {
            return "must be a string without NUL";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "must be true or false";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "must be a number";
        }
        if (Temporal.class.isAssignableFrom(type)) {
            return "must be a time with its offset, as in RFC 3339";
        }
        return Collection.class.isAssignableFrom(type) || type.isArray() ? "must be an array" : "must be an object";
    }
}
