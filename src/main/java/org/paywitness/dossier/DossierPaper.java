package org.paywitness.dossier;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.paywitness.audit.AuditEntry;
import org.paywitness.dispute.CaseFile;
import org.paywitness.dispute.ChecklistAnswer;
import org.paywitness.dispute.DisputeAnswer;
import org.paywitness.dispute.DisputeWords;
import org.paywitness.evidence.Evidence;
import org.paywitness.explanation.Figures;
import org.paywitness.money.Money;
import org.paywitness.paper.Column;
import org.paywitness.paper.Fact;
import org.paywitness.paper.Format;
import org.paywitness.paper.Imprint;
import org.paywitness.paper.Paper;
import org.paywitness.transaction.Amount;
import org.paywitness.transaction.Transaction;

/** Sets a dispute on paper: the same case file makes the same bytes. For one thread, once. */
final class DossierPaper {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx");

    private final CaseFile file;
    private final DisputeAnswer dispute;
    private final ZoneId zone;
    private final DossierWords words;

    DossierPaper(CaseFile file, ZoneId zone) {
        this.file = file;
        this.dispute = file.dispute();
        this.zone = zone;
        this.words = new DossierWords(file.language());
    }

    void set(OutputStream out) throws IOException {
        String title = words.text("title") + " " + dispute.id();
        Imprint imprint = new Imprint(title, file.language().tag(), file.asOf());
        try (Paper paper = Paper.on(out, Format.A4, imprint)) {
            paper.title(words.text("title"));
            warning(paper);
            paper.facts(cover());
            if (dispute.text() != null) {
                paper.heading(words.text("heading.text"));
                paper.paragraph(dispute.text());
            }
            payments(paper);
            checklist(paper);
            agreement(paper);
            followUps(paper);
            evidence(paper);
            timeline(paper);
            paper.heading(words.text("heading.check"));
            paper.paragraph(words.text("check.files"));
            paper.paragraph(
                    words.text("check.timeline").replace("{uuid}", file.id().toString()));
            paper.paragraph(words.text("check.truncated"));
        }
    }

    // Before anything else: whoever reads on must know what they read.
    private void warning(Paper paper) throws IOException {
        if (!file.timeline().isWhole()) {
            paper.mark(words.text("broken"));
            paper.paragraph(words.text("broken.fault")
                    .replace("{fault}", file.timeline().fault()));
        }
    }

    private List<Fact> cover() {
        Facts facts = new Facts();
        facts.add("dispute", dispute.id());
        facts.add("as_of", time(file.asOf()) + " (" + zone.getId() + ")");
        facts.add("reason", dispute.reasonText() + " (" + dispute.reason().code() + ")");
        DisputeAnswer.SchemeCodes codes = dispute.schemeCodes();
        facts.add(
                "scheme_codes",
                words.text("scheme_codes")
                        .replace("{unionpay}", codes.unionpay())
                        .replace("{visa}", codes.visa())
                        .replace("{mastercard}", codes.mastercard()));
        facts.add("stage", DisputeWords.stage(dispute.stage(), file.language()));
        facts.add("status", dispute.statusText());
        facts.add("turn", dispute.turn() == null ? null : words.party(dispute.turn()));
        facts.add("due_at", time(dispute.dueAt()));
        facts.add("opened_by", words.party(dispute.openedBy()));
        facts.add("opened_at", time(dispute.openedAt()));
        facts.add("ended_at", time(dispute.endedAt()));
        facts.add("merchant", dispute.merchantId());
        facts.add("card", cards());
        facts.add("claimed", money(dispute.claimed()));
        facts.add("claimed_back", sum(DisputeAnswer.ClaimAnswer::claimedBack));
        facts.add("won", sum(DisputeAnswer.ClaimAnswer::won));
        facts.add("compensated", sum(DisputeAnswer.ClaimAnswer::compensated));
        facts.add("verified", words.text(file.timeline().isWhole() ? "verified.yes" : "verified.no"));
        return facts.all;
    }

    private String cards() {
        return file.payments().stream()
                .map(payment -> masked(payment.transaction().card()))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private String masked(Transaction.Card card) {
        return card.first6() == null && card.last4() == null
                ? words.text("unknown")
                : (card.first6() == null ? "******" : card.first6())
                        + "******"
                        + (card.last4() == null ? "****" : card.last4());
    }

    private String sum(Function<DisputeAnswer.ClaimAnswer, Amount> part) {
        long sum = dispute.transactions().stream()
                .mapToLong(claim -> part.apply(claim).amount())
                .sum();
        return money(new Amount(sum, dispute.claimed().currency()));
    }

    // --- sections ----------------------------------------------------------------------------------------------------

    private void payments(Paper paper) throws IOException {
        for (int i = 0; i < dispute.transactions().size(); i++) {
            DisputeAnswer.ClaimAnswer claim = dispute.transactions().get(i);
            CaseFile.Payment payment = file.payments().get(i);
            Transaction paid = payment.transaction();
            String number = dispute.transactions().size() == 1 ? "" : " " + (i + 1);
            paper.heading(words.text("heading.payment") + number);
            Facts facts = new Facts();
            facts.add("transaction", claim.transactionId());
            facts.add("merged_into", payment.verdict().mergedInto());
            facts.add("occurred_at", time(paid.occurredAt()));
            facts.add("amount", money(Amount.of(paid.amount())));
            facts.add("card", masked(paid.card()));
            facts.add("rrn", paid.reference().rrn());
            facts.add("terminal", paid.reference().terminalId());
            facts.add("batch", paid.reference().batch());
            facts.add("stan", paid.reference().stan());
            facts.add("auth_code", paid.summary().authCode());
            facts.add("order", paid.reference().merchantOrderNo());
            facts.add("wallet", paid.reference().walletTransactionNo());
            facts.add("claimed", money(claim.claimed()));
            facts.add("claimed_back", money(claim.claimedBack()));
            facts.add("won", money(claim.won()));
            facts.add("compensated", money(claim.compensated()));
            facts.add("verdict", payment.verdict().headline());
            facts.add("explanation", payment.verdict().explanation());
            paper.facts(facts.all);
        }
    }

    private void checklist(Paper paper) throws IOException {
        paper.heading(words.text("heading.checklist"));
        List<List<String>> rows = new ArrayList<>();
        for (ChecklistAnswer.ItemAnswer item : file.checklist().items()) {
            rows.add(List.of(
                    words.party(item.side()),
                    item.text(),
                    words.text("state." + item.state().code())));
        }
        paper.table(columns("side", 1, "required", 5, "state", 2), rows);
        for (ChecklistAnswer.WeaknessAnswer weakness : file.checklist().weaknesses()) {
            paper.paragraph(words.text("weakness")
                    .replace("{party}", words.party(weakness.side()))
                    .replace("{text}", weakness.text()));
        }
    }

    private void agreement(Paper paper) throws IOException {
        paper.heading(words.text("heading.agreement"));
        if (dispute.agreement() == null) {
            paper.paragraph(words.text("agreement.none"));
        } else {
            paper.facts(List.of(
                    Fact.of(words.text("label.agreed"), offer(dispute.agreement())),
                    Fact.of(
                            words.text("label.proposed_by"),
                            words.party(dispute.agreement().party())),
                    Fact.of(
                            words.text("label.agreed_at"),
                            time(dispute.agreement().answeredAt())),
                    Fact.of(words.text("label.proposal"), dispute.agreement().id())));
        }
        if (dispute.proposals().isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (DisputeAnswer.ProposalAnswer proposal : dispute.proposals()) {
            rows.add(List.of(
                    time(proposal.proposedAt()),
                    words.party(proposal.party()),
                    offer(proposal),
                    words.text("proposal." + proposal.status().code())));
        }
        paper.table(columns("proposed_at", 2, "side", 1, "offer", 4, "state", 1.2f), rows);
    }

    private String offer(DisputeAnswer.ProposalAnswer proposal) {
        String what = DisputeWords.proposal(proposal.kind(), file.language());
        return what
                + (proposal.amount() == null ? "" : " " + money(proposal.amount()))
                + (proposal.transactionId() == null ? "" : "\n" + proposal.transactionId())
                + (proposal.text() == null ? "" : "\n" + proposal.text());
    }

    private void followUps(Paper paper) throws IOException {
        if (dispute.followUps().isEmpty()) {
            return;
        }
        paper.heading(words.text("heading.follow_ups"));
        List<List<String>> rows = new ArrayList<>();
        for (DisputeAnswer.FollowUpAnswer promise : dispute.followUps()) {
            String what = DisputeWords.proposal(promise.kind(), file.language())
                    + (promise.amount() == null ? "" : " " + money(promise.amount()))
                    + (promise.refundId() == null ? "" : "\n" + promise.refundId())
                    + (promise.proof() == null ? "" : "\n" + words.text("label.proof") + " " + promise.proof());
            String state = words.text(
                            promise.overdue()
                                    ? "promise.overdue"
                                    : "promise." + promise.status().code())
                    + (promise.endedAt() == null ? "" : "\n" + time(promise.endedAt()));
            rows.add(List.of(words.party(promise.owedBy()), what, time(promise.dueAt()), state));
        }
        paper.table(columns("owed_by", 1, "promise", 4, "due_at", 2.4f, "state", 2.4f), rows);
    }

    private void evidence(Paper paper) throws IOException {
        paper.heading(words.text("heading.evidence"));
        if (file.evidence().isEmpty()) {
            paper.paragraph(words.text("evidence.none"));
            return;
        }
        paper.table(columns("number", 0.4f, "evidence", 6), () -> IntStream.range(
                        0, file.evidence().size())
                .mapToObj(i -> List.of(
                        Integer.toString(i + 1), evidence(file.evidence().get(i))))
                .iterator());
    }

    private String evidence(Evidence e) {
        return DisputeWords.evidence(e.type(), file.language()) + " · " + words.party(e.party()) + " · "
                + time(e.addedAt()) + "\n" + e.fileName()
                + (e.description() == null ? "" : "\n" + e.description())
                + "\n" + e.reference() + " · " + e.format().mediaType() + " · "
                + words.text("bytes").replace("{bytes}", Long.toString(e.size()))
                + "\nSHA-256 " + e.sha256();
    }

    private void timeline(Paper paper) throws IOException {
        paper.heading(words.text("heading.timeline"));
        if (file.timeline().isWhole()) {
            paper.paragraph(words.text("whole"));
        } else {
            warning(paper);
        }
        TimelineWords steps = new TimelineWords(file, words, zone);
        paper.table(columns("number", 0.4f, "time", 1.85f, "step", 5), () -> file.timeline().entries().stream()
                .map(entry -> List.of(
                        Integer.toString(entry.number()), time(entry.at()), steps.of(entry) + "\n" + hash(entry)))
                .iterator());
    }

    private static String hash(AuditEntry entry) {
        return HexFormat.of().formatHex(entry.hash());
    }

    // --- words -------------------------------------------------------------------------------------------------------

    private final class Facts {
        private final List<Fact> all = new ArrayList<>();

        void add(String label, String value) {
            if (value != null) {
                all.add(Fact.of(words.text("label." + label), value));
            }
        }
    }

    private List<Column> columns(Object... titlesAndShares) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < titlesAndShares.length; i += 2) {
            String title = words.text("label." + titlesAndShares[i]);
            columns.add(Column.of(title, ((Number) titlesAndShares[i + 1]).floatValue()));
        }
        return columns;
    }

    private String time(Instant at) {
        return TIME.format(at.atZone(zone));
    }

    // As the API tells it, in the same zone.
    private static String time(String at) {
        return at == null ? null : TIME.format(OffsetDateTime.parse(at));
    }

    private static String money(Amount amount) {
        return amount == null ? null : Figures.money(Money.of(amount.amount(), amount.currency()));
    }
}
