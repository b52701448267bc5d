package org.paywitness.statement;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Scope;
import org.paywitness.access.Visibility;
import org.paywitness.card.CardNumbers;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.transaction.VerdictAnswer;
import org.paywitness.verdict.Policy;

/** Files in: received whole, then worked in behind the scenes. */
@Path("/v1/statements")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Sources")
public class StatementResource {
    private static final int CHUNK_BYTES = 1024 * 1024;
    private static final Set<String> PARAMETERS = Set.of("merchant_id", "format", "file_name");

    /** The most refused rows that an answer lists. */
    @ConfigProperty(name = "paywitness.statements.max-refusals-listed", defaultValue = "1000")
    int maxRefusalsListed;

    private final Semaphore uploads;
    private final Statements statements;
    private final StatementWorker worker;
    private final Idempotency idempotency;
    private final ObjectMapper json;
    private final Policy policy;
    private final Clock clock;

    StatementResource(
            Statements statements,
            StatementWorker worker,
            Idempotency idempotency,
            ObjectMapper json,
            Policy policy,
            Clock clock,
            @ConfigProperty(name = "paywitness.statements.max-uploads") int maxUploads) {
        this.uploads = new Semaphore(maxUploads);
        this.statements = statements;
        this.worker = worker;
        this.idempotency = idempotency;
        this.json = json;
        this.policy = policy;
        this.clock = clock;
    }

    /** A statement on the wire. */
    @Schema(name = "Statement")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Answer(
            @Schema(required = true, examples = "stm_01kaf3v6n8e8q9w2s4d6f8g0h2") String id,
            @Schema(
                            enumeration = {
                                "camt",
                                "wechat_trade_bill",
                                "alipay_trade_bill",
                                "pos_journal",
                                "acquirer_settlement"
                            })
                    String format,
            @Schema(
                            required = true,
                            enumeration = {"received", "running", "done", "failed"})
                    String status,
            String merchantId,
            String fileName,
            @Schema(required = true) Rows rows,
            @Schema(required = true, description = "The first 1,000.") List<Refusal> refusals,
            @Schema(format = "date-time", description = "How far the file makes its source complete.")
                    String completeThrough,
            Failure failure) {}

    /** How many rows went which way. */
    @Schema(name = "StatementRows")
    public record Rows(
            @Schema(required = true) long read,
            @Schema(required = true) long accepted,
            @Schema(required = true) long duplicate,
            @Schema(required = true) long refused) {}

    /** A refused row. */
    @Schema(name = "StatementRefusal")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Refusal(
            @Schema(required = true, description = "Its line in the file, from 1.") long line,
            @Schema(required = true, examples = "bad_amount") String code,
            @Schema(description = "What stood there, without card numbers.") String value,
            @Schema(required = true) String detail) {}

    /** Why a file could not be read to its end; the rows before stand. */
    @Schema(name = "StatementFailure")
    public record Failure(
            @Schema(required = true, examples = "statement_unreadable") String code,
            @Schema(required = true) String detail) {}

    @POST
    @Blocking
    @Consumes(MediaType.WILDCARD)
    @SecurityRequirement(name = "bearer", scopes = "feed")
    @Operation(
            operationId = "postStatement",
            summary = "A file of a source",
            description = "The raw file as the body, up to 512 MiB. Its format is recognised by its content unless"
                    + " given. The same file again changes nothing. Scope: feed.")
    @Parameter(
            name = "merchant_id",
            in = ParameterIn.QUERY,
            schema = @Schema(type = SchemaType.STRING),
            description = "Whose file it is, where its rows do not say.")
    @Parameter(
            name = "format",
            in = ParameterIn.QUERY,
            schema =
                    @Schema(
                            type = SchemaType.STRING,
                            enumeration = {
                                "camt",
                                "wechat_trade_bill",
                                "alipay_trade_bill",
                                "pos_journal",
                                "acquirer_settlement"
                            }))
    @Parameter(name = "file_name", in = ParameterIn.QUERY, schema = @Schema(type = SchemaType.STRING))
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = "application/octet-stream",
                        schema = @Schema(type = SchemaType.STRING, format = "binary")),
                @Content(mediaType = "text/csv", schema = @Schema(type = SchemaType.STRING)),
                @Content(mediaType = "application/xml", schema = @Schema(type = SchemaType.STRING))
            })
    @APIResponse(
            responseCode = "202",
            description = "Received whole; Location tells where its progress is.",
            content = @Content(schema = @Schema(implementation = Answer.class)))
    @APIResponse(responseCode = "422", description = "statement_format_unknown")
    public Response post(
            InputStream body,
            @HeaderParam("Idempotency-Key") String key,
            @Context UriInfo uri,
            @Context SecurityIdentity identity)
            throws IOException {
        Caller caller = Caller.of(identity);
        caller.requireFeed();
        QueryParameters parameters = new QueryParameters(uri.getQueryParameters(), PARAMETERS);
        String merchant = parameters.text("merchant_id");
        if (merchant != null && !merchant.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw Problem.invalid("?merchant_id", "must be 1 to 64 of A-Z a-z 0-9 . _ -");
        }
        Format format = format(parameters.text("format"));
        String fileName = CardNumbers.mask(parameters.text("file_name"));
        Statement statement = Statement.receiving(
                TypeId.next(),
                caller.clientId(),
                merchant,
                fileName,
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        if (!uploads.tryAcquire()) {
            throw Problem.unavailable("overloaded", "Too many files are being received just now.");
        }
        boolean received = false;
        try {
            Response response = receive(
                    body, statement, format, caller, key, uri.getRequestUri().toString());
            received = !response.getHeaders().containsKey("Idempotency-Replayed");
            return response;
        } finally {
            uploads.release();
            if (!received) {
                statements.drop(statement.id());
            }
        }
    }

    private Response receive(InputStream body, Statement statement, Format given, Caller caller, String key, String uri)
            throws IOException {
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK_BYTES];
        int length = read(body, chunk);
        Format format =
                given != null ? given : Format.recognise(Arrays.copyOf(chunk, Math.min(length, Format.HEAD_BYTES)));
        if (format == null || length == 0) {
            throw Problem.unprocessable(
                    "statement_format_unknown",
                    length == 0
                            ? "The body is empty."
                            : "The file is none of: camt, wechat_trade_bill, alipay_trade_bill, pos_journal,"
                                    + " acquirer_settlement.");
        }
        statements.begin(statement);
        int chunks = 0;
        long bytes = 0;
        while (length > 0) {
            digest.update(chunk, 0, length);
            statements.store(statement.id(), chunks++, chunk, length);
            bytes += length;
            length = read(body, chunk);
        }
        int count = chunks;
        long size = bytes;
        Response response = Statements.run(idempotency.once(
                caller.clientId(), key, Idempotency.request("POST " + uri, digest.digest()), () -> statements
                        .received(statement.id(), format, size, count, clock.instant())
                        .map(done -> accepted(statement.received(format)))));
        worker.wake();
        return response;
    }

    private static int read(InputStream body, byte[] into) throws IOException {
        try {
            return body.readNBytes(into, 0, into.length);
        } catch (IOException e) {
            if (e.getMessage() != null) {
                throw e;
            }
            // Without a word the client has hung up: its doing, and no failure of ours.
            throw Problem.badRequest("invalid_request", "The body was cut off.");
        }
    }

    private Idempotency.Answer accepted(Statement statement) {
        String location = "/v1/statements/" + TypeId.format(TypeId.STATEMENT, statement.id());
        try {
            return new Idempotency.Answer(202, location, json.writeValueAsString(answer(statement, List.of())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @GET
    @Path("/{id}")
    @SecurityRequirement(
            name = "bearer",
            scopes = {"feed", "merchant:read", "desk:read"})
    @Operation(
            operationId = "getStatement",
            summary = "How far a file was worked in",
            description = "For the feed that sent it, its merchant and the desk.")
    @APIResponse(
            responseCode = "200",
            description = "The statement.",
            content = @Content(schema = @Schema(implementation = Answer.class)))
    @APIResponse(responseCode = "404", description = "Not there, or not yours.")
    public Uni<Response> get(
            @PathParam("id") String id,
            @HeaderParam("If-None-Match") String known,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Caller caller = Caller.of(identity);
        caller.require(Scope.FEED, Scope.MERCHANT_READ, Scope.DESK_READ);
        QueryParameters.refuseAll(uri.getQueryParameters());
        UUID statement = TypeId.parse(TypeId.STATEMENT, id).orElseThrow(Problem::notFound);
        return statements.byId(statement).chain(found -> {
            if (found == null || !isVisible(found, caller)) {
                throw Problem.notFound();
            }
            return statements
                    .refusals(statement, maxRefusalsListed)
                    .map(refusals -> answer(
                            found,
                            refusals.stream()
                                    .map(r -> new Refusal(r.line(), r.code(), r.value(), r.detail()))
                                    .toList()))
                    .map(answer -> Answers.ok(answer, answer.toString(), known));
        });
    }

    private static boolean isVisible(Statement statement, Caller caller) {
        boolean sent = caller.has(Scope.FEED) && statement.client().equals(caller.clientId());
        boolean shown = caller.mayRead()
                && !(caller.requireRead() instanceof Visibility.OfCards)
                && caller.requireRead().shows(statement.merchantId(), null);
        return statement.status() != Statement.Status.receiving && (sent || shown);
    }

    private Answer answer(Statement s, List<Refusal> refusals) {
        Statements.Progress rows = s.rows();
        return new Answer(
                TypeId.format(TypeId.STATEMENT, s.id()),
                s.format(),
                s.status().name(),
                s.merchantId(),
                s.fileName(),
                new Rows(rows.read(), rows.accepted(), rows.duplicate(), rows.refused()),
                refusals,
                VerdictAnswer.time(s.completeThrough(), policy.zone()),
                s.failureCode() == null ? null : new Failure(s.failureCode(), s.failureDetail()));
    }

    private static Format format(String code) {
        if (code == null) {
            return null;
        }
        Format format = Format.of(code);
        if (format == null) {
            throw Problem.invalid(
                    "?format",
                    "must be one of camt, wechat_trade_bill, alipay_trade_bill, pos_journal, acquirer_settlement");
        }
        return format;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }
}
