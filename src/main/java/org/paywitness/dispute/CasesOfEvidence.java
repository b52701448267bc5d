package org.paywitness.dispute;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import org.paywitness.access.Caller;
import org.paywitness.access.Visibility;
import org.paywitness.evidence.Cases;
import org.paywitness.evidence.Evidence;
import org.paywitness.evidence.Party;
import org.paywitness.problem.Problem;

/** Lets evidence into disputes: who may add it, the entry that tells of it, and whose turn it is then. */
@ApplicationScoped
class CasesOfEvidence implements Cases {
    private final Disputes disputes;
    private final DisputeDesk desk;
    private final Circumstances circumstances;
    private final DisputeSettings settings;

    CasesOfEvidence(Disputes disputes, DisputeDesk desk, Circumstances circumstances, DisputeSettings settings) {
        this.disputes = disputes;
        this.desk = desk;
        this.circumstances = circumstances;
        this.settings = settings;
    }

    @Override
    public Uni<Party> admit(UUID dispute, Caller caller, Purpose purpose) {
        Visibility may = purpose == Purpose.ADD ? caller.requireParty() : caller.requireRead();
        return disputes.byId(dispute).map(whole -> {
            if (whole == null || !may.shows(whole.dispute().merchantId, whole.dispute().cardToken)) {
                throw Problem.notFound();
            }
            if (purpose == Purpose.ADD) {
                whole.dispute().requireRoom(settings);
            }
            return DisputeResource.party(may);
        });
    }

    @Override
    public Uni<Void> added(SqlConnection connection, Evidence evidence) {
        return desk.locked(connection, evidence.dispute()).chain(whole -> {
            Dispute dispute = whole.dispute();
            dispute.requireRoom(settings);
            dispute.requireInTime(desk.now());
            Entry entry = Entry.of(evidence.party(), evidence.sentBy(), evidence.addedBy(), "evidence_added")
                    .with("evidence_id", evidence.reference())
                    .with("type", evidence.type().code())
                    .with("file_name", evidence.fileName())
                    .with("media_type", evidence.format().mediaType())
                    .with("size", evidence.size())
                    .with("sha256", evidence.sha256())
                    .with("description", evidence.description());
            // An entry tells where the dispute is after it: first the evidence, then what follows from it.
            return disputes.save(connection, dispute, List.of(entry), desk.now())
                    .chain(() -> circumstances.checklist(connection, whole))
                    .chain(checklist -> dispute.answered(checklist, desk.now(), settings)
                            ? disputes.save(connection, dispute, List.of(Entry.byRules("answered")), desk.now())
                            : Uni.createFrom().voidItem());
        });
    }
}
