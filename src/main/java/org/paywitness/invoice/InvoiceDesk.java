package org.paywitness.invoice;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.paywitness.access.Visibility;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;
import org.paywitness.idempotency.Idempotency;
import org.paywitness.money.Money;
import org.paywitness.problem.Problem;
import org.paywitness.receipt.Sale;
import org.paywitness.receipt.Sales;
import org.paywitness.verdict.Policy;

/** Takes in what people ask for and decide about invoices: each once, whole or not at all. */
@ApplicationScoped
class InvoiceDesk {
    /**
     * Whoever asks.
     *
     * @param person who answers for it
     * @param may what this caller may act on
     * @param key null where none was given
     */
    record Asker(String person, Visibility may, Idempotency.Key key, Language language) {}

    private final InvoiceRequests requests;
    private final Sales sales;
    private final Idempotency idempotency;
    private final Policy policy;
    private final Clock clock;
    private final ObjectMapper json;

    InvoiceDesk(
            InvoiceRequests requests,
            Sales sales,
            Idempotency idempotency,
            Policy policy,
            Clock clock,
            ObjectMapper json) {
        this.requests = requests;
        this.sales = sales;
        this.idempotency = idempotency;
        this.policy = policy;
        this.clock = clock;
        this.json = json;
    }

    /** A new request, answered with 201. */
    Uni<Response> request(UUID transaction, InvoiceBody.Asked asked, Asker asker) {
        // The lock on the sale makes those who ask at the same moment follow each other.
        return idempotency.with(asker.key(), connection -> sales.locked(connection, transaction, asker.may())
                .chain(sale -> requests.open(connection, sale.transaction().id())
                        .chain(open -> insert(connection, sale, open, asked, asker))));
    }

    private Uni<Idempotency.Answer> insert(
            SqlConnection connection, Sale sale, InvoiceRequest open, InvoiceBody.Asked asked, Asker asker) {
        Money paid = sale.paid();
        if (paid == null) {
            throw sale.notCharged("There is no invoice of a payment that keeps no money.", asker.language());
        }
        if (open != null) {
            throw Problem.conflict("invoice_already_requested", "An invoice was asked for, and is not decided on.")
                    .with("invoice_request_id", open.reference());
        }
        InvoiceRequest request = new InvoiceRequest(
                TypeId.next(),
                sale.transaction().id(),
                sale.transaction().reference().merchantId(),
                paid,
                asked.title(),
                asked.taxId(),
                asked.note(),
                asker.person(),
                now(),
                InvoiceStatus.REQUESTED,
                null,
                null,
                InvoiceRequest.Trail.NONE);
        String location = InvoiceRequestAnswer.path(sale.transaction().typeId(), request);
        return requests.insert(connection, request)
                .map(done -> new Idempotency.Answer(201, location, body(request, asker)));
    }

    Uni<Response> issue(UUID transaction, UUID id, InvoiceBody.Issued issued, Asker asker) {
        return decide(
                transaction, id, asker, open -> open.issue(issued.number(), issued.file(), asker.person(), now()));
    }

    Uni<Response> refuse(UUID transaction, UUID id, InvoiceBody.Refused refused, Asker asker) {
        return decide(transaction, id, asker, open -> open.refuse(refused.reason(), asker.person(), now()));
    }

    private Uni<Response> decide(UUID transaction, UUID id, Asker asker, UnaryOperator<InvoiceRequest> decision) {
        return idempotency.with(asker.key(), connection -> sales.locked(connection, transaction, asker.may())
                .chain(sale -> requests.lock(connection, sale.transaction().id(), id))
                .chain(found -> {
                    if (found == null) {
                        throw Problem.notFound();
                    }
                    InvoiceRequest decided = decision.apply(found);
                    return requests.decide(connection, decided)
                            .map(done -> new Idempotency.Answer(200, null, body(decided, asker)));
                }));
    }

    private String body(InvoiceRequest request, Asker asker) {
        try {
            return json.writeValueAsString(InvoiceRequestAnswer.of(request, asker.may(), policy.zone()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
