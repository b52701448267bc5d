package org.paywitness.evidence;

import io.quarkus.arc.DefaultBean;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.paywitness.access.Caller;
import org.paywitness.access.Scope;
import org.paywitness.access.Visibility;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;

/**
 * Disputes without a table, where there is no room of disputes: as a default bean it gives way to any other
 * {@link Cases}. Then {@link #open} and {@link #close} must do over HTTP what they say, and the rest goes.
 */
@DefaultBean
@ApplicationScoped
public class TestCases implements Cases {
    private record Dispute(String merchant, String card, boolean closed) {}

    private static final Map<UUID, Dispute> DISPUTES = new ConcurrentHashMap<>();

    /** Opens a dispute between this merchant and the holder of this card; returns its id, {@code dsp_…}. */
    public static String open(String merchant, String card) {
        UUID id = TypeId.next();
        DISPUTES.put(id, new Dispute(merchant, card, false));
        return TypeId.format(TypeId.DISPUTE, id);
    }

    /** Brings it to an end. */
    public static void close(String dispute) {
        DISPUTES.computeIfPresent(
                TypeId.parse(TypeId.DISPUTE, dispute).orElseThrow(), (id, d) -> new Dispute(d.merchant, d.card, true));
    }

    @Override
    public Uni<Party> admit(UUID id, Caller caller, Purpose purpose) {
        return Uni.createFrom().item(() -> party(id, caller, purpose));
    }

    private static Party party(UUID id, Caller caller, Purpose purpose) {
        Visibility visibility =
                purpose == Purpose.READ || caller.has(Scope.CARDHOLDER) ? caller.requireRead() : caller.requireWrite();
        Dispute dispute = DISPUTES.get(id);
        if (dispute == null || !visibility.shows(dispute.merchant, dispute.card)) {
            throw Problem.notFound();
        }
        if (purpose == Purpose.ADD) {
            requireOpen(id);
        }
        if (visibility instanceof Visibility.OfCards) {
            return Party.CARDHOLDER;
        }
        return visibility instanceof Visibility.OfMerchant ? Party.MERCHANT : Party.DESK;
    }

    private static void requireOpen(UUID id) {
        if (DISPUTES.get(id).closed) {
            throw Problem.conflict("dispute_closed", "The dispute has ended.");
        }
    }

    @Override
    public Uni<Void> added(SqlConnection connection, Evidence evidence) {
        return Uni.createFrom().voidItem().invoke(() -> requireOpen(evidence.dispute()));
    }
}
