package org.paywitness.risk;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.paywitness.id.TypeId;
import org.paywitness.problem.Problem;

/** What somebody reports of a merchant, from the report to its outcome. */
final class MisconductReport {
    /** What the merchant is said to have done. */
    enum Kind {
        REFUSED_REFUND,
        OVERCHARGED,
        FAKE_TERMINAL,
        SURCHARGE,
        NO_RECEIPT,
        THREATENED_CUSTOMER,
        OTHER;

        private final String code = name().toLowerCase(Locale.ROOT);

        String code() {
            return code;
        }
    }

    /** What was found. */
    enum Outcome {
        UPHELD,
        NOT_UPHELD,
        /** Another report says the same. */
        DUPLICATE;

        private final String code = name().toLowerCase(Locale.ROOT);

        String code() {
            return code;
        }
    }

    /**
     * The cardholder whose report it is.
     *
     * @param client the app
     * @param subject the person in it
     */
    record Cardholder(String client, String subject) {}

    final UUID id;
    final String merchantId;
    /** Null where the desk reports the merchant as such. */
    final UUID transactionId;

    final Kind kind;
    final String text;
    final List<UUID> evidence;
    final String reportedBy;
    final Instant reportedAt;
    /** Null where the desk reports. */
    final Cardholder cardholder;

    ReportState state = ReportState.OPEN;
    String owner;
    Outcome outcome;
    String closedBy;
    Instant closedAt;
    String note;
    int auditNumber;
    byte[] auditHash;

    MisconductReport(
            UUID id,
            String merchantId,
            UUID transactionId,
            Kind kind,
            String text,
            List<UUID> evidence,
            String reportedBy,
            Instant reportedAt,
            Cardholder cardholder) {
        this.id = id;
        this.merchantId = merchantId;
        this.transactionId = transactionId;
        this.kind = kind;
        this.text = text;
        this.evidence = evidence;
        this.reportedBy = reportedBy;
        this.reportedAt = reportedAt;
        this.cardholder = cardholder;
    }

    String reference() {
        return TypeId.format(TypeId.MISCONDUCT_REPORT, id);
    }

    /** @throws Problem 409 {@code report_closed} */
    void assign(String owner) {
        to(ReportState.IN_REVIEW);
        this.owner = owner;
    }

    /** @throws Problem 409 {@code report_not_in_review} before it has an owner, {@code report_closed} */
    void close(Outcome outcome, String note, String person, Instant now) {
        to(ReportState.CLOSED);
        this.outcome = outcome;
        this.note = note;
        this.closedBy = person;
        this.closedAt = now;
    }

    private void to(ReportState next) {
        if (state == ReportState.CLOSED) {
            throw Problem.conflict("report_closed", "The report is closed; its outcome stands.")
                    .with("report_state", state.code());
        }
        if (!state.mayBecome(next)) {
            throw Problem.conflict("report_not_in_review", "Nobody looks into this report yet: assign it first.")
                    .with("report_state", state.code());
        }
        state = next;
    }
}
