package org.paywitness.reconciliation;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.paywitness.access.Caller;
import org.paywitness.access.Visibility;
import org.paywitness.problem.Problem;
import org.paywitness.transaction.Answers;
import org.paywitness.transaction.Completenesses;
import org.paywitness.transaction.QueryParameters;
import org.paywitness.transaction.Transaction;
import org.paywitness.verdict.Policy;

/** A merchant's day: what each source says of it, who covers it, and where they differ. */
@Path("/v1/reconciliations/{merchant}/{day}")
@Tag(name = "Reconciliation")
@SecurityRequirement(
        name = "bearer",
        scopes = {"merchant:read", "desk:read"})
public class DayResource {
    private final ExceptionLists lists;
    private final Completenesses completenesses;
    private final ReconciliationSettings settings;
    private final Policy policy;
    private final Clock clock;

    DayResource(
            ExceptionLists lists,
            Completenesses completenesses,
            ReconciliationSettings settings,
            Policy policy,
            Clock clock) {
        this.lists = lists;
        this.completenesses = completenesses;
        this.settings = settings;
        this.policy = policy;
        this.clock = clock;
    }

    @GET
    @Produces({MediaType.APPLICATION_JSON, DayCsv.TYPE})
    @Operation(
            operationId = "getReconciliation",
            summary = "A merchant's day, reconciled",
            description = "Counts and sums by source and channel, who covers the day and until when, and the newest 200"
                    + " of its exceptions. As CSV (RFC 4180) with Accept: text/csv: one table, with up to 10000"
                    + " exceptions, every value quoted and none of them a formula to a spreadsheet. Scopes:"
                    + " merchant:read (its own), desk:read (all).")
    @Parameter(name = "day", schema = @Schema(type = SchemaType.STRING, format = "date"))
    @APIResponse(
            responseCode = "200",
            description = "The day.",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = DayAnswer.class)),
                @Content(mediaType = DayCsv.TYPE, schema = @Schema(type = SchemaType.STRING))
            })
    @APIResponse(responseCode = "304", description = "Not changed since the answer with this entity tag.")
    @APIResponse(responseCode = "404", description = "Not a day, or not your merchant.")
    public Uni<Response> day(
            @PathParam("merchant") String merchant,
            @PathParam("day") String day,
            @HeaderParam("If-None-Match") String known,
            @Context HttpHeaders headers,
            @Context UriInfo uri,
            @Context SecurityIdentity identity) {
        Visibility visibility = ExceptionResource.reading(Caller.of(identity));
        QueryParameters.refuseAll(uri.getQueryParameters());
        boolean csv = wantsCsv(headers.getAcceptableMediaTypes());
        LocalDate date = ExceptionQuery.date(day);
        if (date == null || !visibility.shows(merchant, null)) {
            throw Problem.notFound();
        }
        int most = csv ? settings.maxListedCsv() : settings.maxListed();
        return answer(merchant, date, visibility, most)
                .map(answer -> varying(csv ? csv(answer, known) : json(answer, known)));
    }

    private static Response json(DayAnswer answer, String known) {
        Response response = Answers.ok(answer, answer.ageless(), known);
        return isGiven(response)
                ? Response.fromResponse(response)
                        .type(MediaType.APPLICATION_JSON_TYPE)
                        .build()
                : response;
    }

    private static Response csv(DayAnswer answer, String known) {
        Response response = Answers.ok(DayCsv.of(answer), DayCsv.TYPE + answer.ageless(), known);
        return isGiven(response)
                ? Response.fromResponse(response)
                        .type(DayCsv.TYPE + ";charset=UTF-8;header=present")
                        .header(
                                "Content-Disposition",
                                "attachment; filename=\"reconciliation-" + answer.day() + ".csv\"")
                        .build()
                : response;
    }

    private static boolean isGiven(Response response) {
        return response.getStatus() == Response.Status.OK.getStatusCode();
    }

    /** Whoever takes anything gets JSON. */
    private static boolean wantsCsv(List<MediaType> accepted) {
        MediaType csv = MediaType.valueOf(DayCsv.TYPE);
        for (MediaType wanted : accepted) {
            boolean refused = wanted.getParameters().getOrDefault("q", "1").matches("0(\\.0*)?");
            if (!refused && wanted.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
                return false;
            }
            if (!refused && wanted.isCompatible(csv)) {
                return true;
            }
        }
        throw new NotAcceptableException();
    }

    private static Response varying(Response response) {
        return Response.fromResponse(response).header("Vary", "Accept").build();
    }

    private Uni<DayAnswer> answer(String merchant, LocalDate day, Visibility visibility, int maxListed) {
        Instant now = clock.instant();
        DaySummary summary = new DaySummary();
        return read(merchant, day, null, summary)
                .chain(() -> completenesses.now(merchant))
                .chain(completeness -> lists.withoutJournal(summary.terminals(), day)
                        .chain(withoutJournal -> lists.counts(merchant, day).chain(counts -> lists.page(
                                        ExceptionQuery.day(visibility, merchant, day), null, maxListed)
                                .map(found -> DayAnswer.of(
                                        merchant,
                                        day,
                                        summary,
                                        completeness,
                                        withoutJournal,
                                        counts,
                                        answers(found, now),
                                        policy)))));
    }

    private List<ExceptionAnswer> answers(List<Shown> found, Instant now) {
        return found.stream().map(one -> ExceptionAnswer.of(one, policy, now)).toList();
    }

    // Page by page: a day of a large merchant does not fit into memory.
    private Uni<Void> read(String merchant, LocalDate day, Transaction after, DaySummary summary) {
        return lists.payments(merchant, day, after, settings.page()).chain(page -> {
            page.forEach(summary::add);
            return page.size() < settings.page()
                    ? Uni.createFrom().voidItem()
                    : read(merchant, day, page.get(page.size() - 1), summary);
        });
    }
}
