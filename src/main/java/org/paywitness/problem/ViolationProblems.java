package org.paywitness.problem;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;

/** Violated constraints on parameters and bodies as bad fields. */
final class ViolationProblems {
    private ViolationProblems() {}

    static Problem of(ConstraintViolationException failure) {
        Problem problem = Problem.badRequest("invalid_request", "The request is not valid.");
        for (ConstraintViolation<?> violation : failure.getConstraintViolations()) {
            if (isReturnValue(violation)) {
                return Problem.of(500, "internal_error", "Something went wrong on our side.");
            }
            problem.at(pointer(violation), violation.getMessage());
        }
        return problem;
    }

    private static boolean isReturnValue(ConstraintViolation<?> violation) {
        for (Path.Node node : violation.getPropertyPath()) {
            if (node.getKind() == ElementKind.RETURN_VALUE) {
                return true;
            }
        }
        return false;
    }

    // Method, parameter, then the way down into the body; nothing below the parameter means that it is of the query.
    private static String pointer(ConstraintViolation<?> violation) {
        String parameter = "";
        StringBuilder below = new StringBuilder();
        for (Path.Node node : violation.getPropertyPath()) {
            if (node.getKind() == ElementKind.PARAMETER) {
                parameter = snakeCase(node.getName());
            } else if (node.getKind() == ElementKind.PROPERTY || node.getKind() == ElementKind.CONTAINER_ELEMENT) {
                if (node.getIndex() != null) {
                    below.append('/').append(node.getIndex());
                }
                if (node.getKind() == ElementKind.PROPERTY) {
                    below.append('/').append(snakeCase(node.getName()));
                }
            }
        }
        return below.isEmpty() ? "?" + parameter : below.toString();
    }

    static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(java.util.Locale.ROOT);
    }
}
