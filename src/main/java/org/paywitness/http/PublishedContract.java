package org.paywitness.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.paywitness.id.TypeId;

/**
 * What every operation has in common, said once: errors, headers and parameters, by reference to the components of
 * {@code META-INF/openapi.yaml}. A resource says only what is its own.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class PublishedContract implements OASFilter {
    /** What an id in a path is of, by the collection that it is in. */
    private static final Map<String, String> IDS = Map.ofEntries(
            Map.entry("transactions", TypeId.TRANSACTION),
            Map.entry("statements", TypeId.STATEMENT),
            Map.entry("refunds", TypeId.REFUND),
            Map.entry("disputes", TypeId.DISPUTE),
            Map.entry("proposals", TypeId.PROPOSAL),
            Map.entry("evidence", TypeId.EVIDENCE),
            Map.entry("terminals", TypeId.TERMINAL),
            Map.entry("invoice-requests", TypeId.INVOICE_REQUEST),
            Map.entry("misconduct-reports", TypeId.MISCONDUCT_REPORT),
            Map.entry("fee-schedules", TypeId.FEE_SCHEDULE),
            Map.entry("webhook-endpoints", TypeId.WEBHOOK_ENDPOINT),
            Map.entry("deliveries", TypeId.WEBHOOK_DELIVERY));

    private static final Pattern ID = Pattern.compile("([a-z-]+)/\\{([a-z]+)}");

    private static final Map<String, String> PARAMETERS = Map.of(
            "Accept-Language", "AcceptLanguage",
            "Idempotency-Key", "IdempotencyKey",
            "If-None-Match", "IfNoneMatch",
            "Paywitness-Consistency", "Consistency",
            "Prefer", "Prefer");

    @Override
    public void filterOpenAPI(OpenAPI document) {
        document.getComponents().getSchemas().values().forEach(PublishedContract::lowerCase);
        document.getPaths().getPathItems().forEach((path, item) -> item.getOperations()
                .forEach((method, operation) -> {
                    ID.matcher(path).results().forEach(id -> describeId(operation, id.group(2), IDS.get(id.group(1))));
                    complete(method, operation);
                }));
    }

    // As JsonRules writes them.
    private static void lowerCase(Schema schema) {
        if (schema.getEnumeration() != null) {
            schema.setEnumeration(schema.getEnumeration().stream()
                    .map(value -> value instanceof String name ? name.toLowerCase(Locale.ROOT) : value)
                    .toList());
        }
    }

    /** @param type the prefix of its TypeIDs; null where it is no TypeID */
    private static void describeId(Operation operation, String name, String type) {
        parameters(operation)
                .filter(parameter -> type != null
                        && parameter.getIn() == Parameter.In.PATH
                        && parameter.getName().equals(name))
                .forEach(parameter -> {
                    parameter.getSchema().setPattern("^" + type + "_[0-7][0-9a-hjkmnp-tv-z]{25}$");
                    parameter.setDescription("A TypeID; a malformed one is simply not there.");
                    parameter.setExample(type + "_01kaf3v6n8e8q9w2s4d6f8g0h2");
                });
    }

    private static void complete(PathItem.HttpMethod method, Operation operation) {
        // What is never the same twice, as a counted copy, has no entity tag.
        boolean read = method == PathItem.HttpMethod.GET
                && parameters(operation).anyMatch(parameter -> "If-None-Match".equals(parameter.getName()));
        boolean held = parameters(operation).anyMatch(parameter -> "Prefer".equals(parameter.getName()));
        boolean told = parameters(operation).anyMatch(parameter -> "Accept-Language".equals(parameter.getName()));
        boolean retried = refer(operation);
        boolean signed = operation.getSecurity() != null
                && operation.getSecurity().stream().anyMatch(scheme -> scheme.hasScheme("signature"));
        // Nobody with a token, and so with a quota, asks.
        boolean open = signed
                || operation.getSecurity() != null && operation.getSecurity().isEmpty();
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if (status.startsWith("2") && response.getRef() == null) {
                headers(response, read, retried, status, open);
                if (!open && method != PathItem.HttpMethod.GET) {
                    response.addHeader("Paywitness-Consistency", header("Consistency"));
                }
                if (told && method == PathItem.HttpMethod.GET) {
                    response.addHeader("Content-Language", header("ContentLanguage"));
                }
                if (held) {
                    response.addHeader("Preference-Applied", header("PreferenceApplied"));
                }
            }
        });
        if (read) {
            answer(operation, "304", "NotModified");
        }
        answer(operation, "400", "BadRequest");
        if (signed) {
            answer(operation, "401", "InvalidSignature");
        }
        if (!open) {
            answer(operation, "401", "Unauthorized");
            answer(operation, "403", "Forbidden");
        }
        if (parameters(operation).anyMatch(parameter -> parameter.getIn() == Parameter.In.PATH)
                || operation.getResponses().hasAPIResponse("404")) {
            answer(operation, "404", "NotFound");
        }
        answer(operation, "406", "NotAcceptable");
        if (retried || operation.getResponses().hasAPIResponse("409")) {
            answer(operation, "409", "Conflict");
        }
        if (retried || operation.getResponses().hasAPIResponse("422")) {
            answer(operation, "422", "Unprocessable");
        }
        if (operation.getRequestBody() != null) {
            answer(operation, "413", "TooLarge");
            // A file may be of any type: its content tells what it is.
            if (!operation.getRequestBody().getContent().hasMediaType("application/octet-stream")) {
                answer(operation, "415", "UnsupportedMediaType");
            }
        }
        if (!open) {
            answer(operation, "429", "TooManyRequests");
        }
        answer(operation, "503", "Unavailable");
    }

    /** Header parameters become references to the common ones; tells whether the operation takes an Idempotency-Key. */
    private static boolean refer(Operation operation) {
        List<Parameter> all = new ArrayList<>();
        parameters(operation)
                .filter(parameter ->
                        parameter.getIn() != Parameter.In.HEADER || !PARAMETERS.containsKey(parameter.getName()))
                .forEach(all::add);
        Set<String> given = parameters(operation).map(Parameter::getName).collect(Collectors.toSet());
        boolean retried = given.contains("Idempotency-Key");
        all.add(parameter("AcceptLanguage"));
        for (String name : List.of("If-None-Match", "Idempotency-Key", "Prefer", "Paywitness-Consistency")) {
            if (given.contains(name)) {
                all.add(parameter(PARAMETERS.get(name)));
            }
        }
        all.add(parameter("RequestId"));
        all.add(parameter("TraceParent"));
        operation.setParameters(all);
        return retried;
    }

    private static Stream<Parameter> parameters(Operation operation) {
        return operation.getParameters() == null ? Stream.empty() : operation.getParameters().stream();
    }

    private static void headers(APIResponse response, boolean read, boolean retried, String status, boolean open) {
        response.addHeader("X-Request-Id", header("XRequestId"));
        if (!open) {
            response.addHeader("RateLimit", header("RateLimit"));
            response.addHeader("RateLimit-Policy", header("RateLimitPolicy"));
        }
        if (read) {
            response.addHeader("ETag", header("ETag"));
        }
        if (status.equals("201") || status.equals("202")) {
            response.addHeader("Location", header("Location"));
        }
        if (retried) {
            response.addHeader("Idempotency-Replayed", header("IdempotencyReplayed"));
        }
    }

    private static void answer(Operation operation, String status, String name) {
        operation
                .getResponses()
                .addAPIResponse(status, OASFactory.createAPIResponse().ref("#/components/responses/" + name));
    }

    private static Header header(String name) {
        return OASFactory.createHeader().ref("#/components/headers/" + name);
    }

    private static Parameter parameter(String name) {
        return OASFactory.createParameter().ref("#/components/parameters/" + name);
    }
}
