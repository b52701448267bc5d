package org.paywitness.acquirer;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.problem.JsonProblems;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.QueryParameters;

/**
 * The acquirer's hint that something happened to an order of ours. It is believed only as far as that we ask: one sent
 * twice, late, out of order or by a thief of an old one does no harm.
 */
@Path("/acquirer/notifications")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Acquirer")
public class NotificationResource {
    private static final int MAX_REFERENCE = 128;

    private final List<Signing> keys;
    private final Duration tolerance;
    private final List<Notified> notified;
    private final ObjectMapper json;
    private final Clock clock;

    NotificationResource(AcquirerSettings settings, @All List<Notified> notified, ObjectMapper json, Clock clock) {
        this.keys = Connection.notifications(settings);
        this.tolerance = settings.notificationTolerance();
        this.notified = notified;
        this.json = json;
        this.clock = clock;
    }

    /** All that is read of it: what it says beyond is asked for, not believed. */
    @Schema(name = "AcquirerNotification")
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Notification(
            @Schema(
                            required = true,
                            minLength = 1,
                            maxLength = MAX_REFERENCE,
                            description = "Ours, of the order; an unknown one is taken and forgotten.",
                            examples = "rfd_01kaf3v6n8e8q9w2s4d6f8g0h2")
                    String reference) {}

    @POST
    @Operation(
            operationId = "postAcquirerNotification",
            summary = "News of an order",
            description = "For the acquirer, signed with the shared key. A hint only: whatever it says, we ask.")
    @SecurityRequirement(name = "signature")
    @Parameter(
            name = Signing.KEY_ID,
            in = ParameterIn.HEADER,
            required = true,
            description = "The name of the shared key.",
            schema = @Schema(type = org.eclipse.microprofile.openapi.annotations.enums.SchemaType.STRING))
    @Parameter(
            name = Signing.TIMESTAMP,
            in = ParameterIn.HEADER,
            required = true,
            description = "Seconds since 1970, within five minutes of ours.",
            schema =
                    @Schema(
                            type = org.eclipse.microprofile.openapi.annotations.enums.SchemaType.STRING,
                            pattern = "^\\d{1,11}$"))
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Notification.class)))
    @APIResponse(responseCode = "204", description = "Heard.")
    public Uni<Response> post(byte[] body, @Context HttpServerRequest request, @Context UriInfo uri) {
        verify(request, body);
        QueryParameters.refuseAll(uri.getQueryParameters());
        String reference = read(body).reference();
        if (reference == null || reference.isBlank() || reference.length() > MAX_REFERENCE) {
            throw Problem.invalid("/reference", "must have 1 to " + MAX_REFERENCE + " characters");
        }
        Uni<Void> told = Uni.createFrom().voidItem();
        for (Notified one : notified) {
            told = told.chain(() -> one.news(reference));
        }
        return told.replaceWith(() -> Response.noContent().build());
    }

    private void verify(HttpServerRequest request, byte[] body) {
        Signing.Headers headers = new Signing.Headers(
                request.getHeader(Signing.KEY_ID),
                request.getHeader(Signing.TIMESTAMP),
                request.getHeader(Signing.SIGNATURE));
        // The target as it was sent: what a proxy or we make of it is not what was signed.
        if (keys.stream()
                .noneMatch(key -> key.verify(
                        headers, request.method().name(), request.uri(), body, clock.instant(), tolerance))) {
            throw Problem.of(401, "invalid_signature", "The signature is missing, wrong or out of date.");
        }
    }

    private Notification read(byte[] body) {
        try {
            Notification notification = json.readValue(body, Notification.class);
            if (notification == null) {
                throw Problem.invalid("", "must be an object");
            }
            return notification;
        } catch (JsonProcessingException e) {
            throw JsonProblems.of(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
