package org.paywitness.statement;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.paywitness.money.Money;
import org.paywitness.observation.Observation;
import org.paywitness.observation.Observation.Card;
import org.paywitness.observation.Observation.Subject;
import org.paywitness.problem.Problem;
import org.paywitness.statement.StatementReader.Context;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Source;

/**
 * One entry (Ntry) of a camt message while it is read. Each of its transactions (TxDtls) becomes one observation; an
 * entry without any becomes one itself. Only the transaction being read is held, and one before it: whether that one is
 * the only one, and so may take the entry's amount, is known when the next begins or the entry ends.
 */
final class CamtEntry {
    /** Told one transaction at a time; the supplier throws {@link Refusal}. */
    interface Receiver {
        void receive(long line, Supplier<Observation> told);
    }

    private static final String DETAIL = "NtryDtls/TxDtls/";
    private static final Set<String> ENTRY_FIELDS = Set.of(
            "Amt",
            "CdtDbtInd",
            "RvslInd",
            "Sts",
            "Sts/Cd",
            "BookgDt/Dt",
            "BookgDt/DtTm",
            "AcctSvcrRef",
            "CardTx/Card/PlainCardData/PAN",
            "CardTx/POI/Id/Id");
    private static final Set<String> DETAIL_FIELDS = Set.of(
            "Amt",
            "AmtDtls/TxAmt/Amt",
            "CdtDbtInd",
            "Refs/EndToEndId",
            "Refs/AcctSvcrRef",
            "Refs/TxId",
            "Refs/InstrId",
            "CardTx/Card/PlainCardData/PAN",
            "CardTx/POI/Id/Id",
            "CardTx/Tx/Indv/TxId/TxDtTm",
            "CardTx/Tx/Indv/TxId/TxRef");
    private static final String CURRENCY = "@Ccy";

    /** ISO 8583 DE 37: twelve letters or digits. */
    private static final Pattern RRN = Pattern.compile("[A-Za-z0-9]{1,12}");

    private static final String NO_RRN = "NOTPROVIDED";
    private static final Pattern MASKED_CARD = Pattern.compile("(\\d{6})[*xX]{1,9}(\\d{4})");

    private final Map<String, String> header;
    private final Context context;
    private final SourceRefs refs;
    private final Part entry;
    private Part detail;
    private int details;

    /** The fields of an entry or of one of its transactions. */
    private static final class Part {
        private final long line;
        private final Map<String, String> fields = new HashMap<>();
        private String tooLong;

        Part(long line) {
            this.line = line;
        }

        String get(String name) {
            String value = fields.get(name);
            return value == null || value.isEmpty() ? null : value;
        }
    }

    CamtEntry(long line, Map<String, String> header, Context context, SourceRefs refs) {
        this.header = header;
        this.context = context;
        this.refs = refs;
        this.entry = new Part(line);
    }

    /** The account that the statement is about, with a card number masked: some banks name a card account by it. */
    static String account(Map<String, String> header) {
        String account = header.getOrDefault("Acct/Id/IBAN", header.getOrDefault("Acct/Id/Othr/Id", "-"));
        return Refusal.withoutCardNumbers(account);
    }

    void startDetail(long line, Receiver receiver) {
        if (detail != null) {
            tell(detail, false, receiver);
        }
        detail = new Part(line);
        details++;
    }

    /** One element's end; what is not known here is ignored. */
    void field(String path, String value, String currency, boolean tooLong) {
        boolean ofDetail = path.startsWith(DETAIL);
        String name = ofDetail ? path.substring(DETAIL.length()) : path;
        if (!(ofDetail ? DETAIL_FIELDS : ENTRY_FIELDS).contains(name)) {
            return;
        }
        Part part = ofDetail ? detail : entry;
        part.fields.putIfAbsent(name, value);
        if (currency != null) {
            part.fields.putIfAbsent(name + CURRENCY, currency);
        }
        if (tooLong) {
            part.tooLong = name;
        }
    }

    void end(Receiver receiver) {
        tell(detail == null ? new Part(entry.line) : detail, details <= 1, receiver);
    }

    private void tell(Part part, boolean only, Receiver receiver) {
        int index = details;
        receiver.receive(part.line, () -> observation(part, only, index));
    }

    private Observation observation(Part part, boolean only, int index) {
        String tooLong = entry.tooLong == null ? part.tooLong : entry.tooLong;
        if (tooLong != null) {
            throw Refusal.of("bad_value", null, tooLong + " is longer than " + CamtStatement.MAX_TEXT + " characters");
        }
        Outcome outcome = outcome(part);
        Money amount = amount(part, only);
        String occurred = part.get("CardTx/Tx/Indv/TxId/TxDtTm");
        Instant occurredAt = occurred == null ? null : Row.instant(occurred, context.zone(), "TxDtTm");
        Instant observedAt = observedAt(occurredAt);
        boolean credited = outcome == Outcome.CREDITED;
        Subject subject = new Subject(
                null,
                null,
                occurredAt,
                credited ? null : amount,
                context.merchantId(),
                either(part, "CardTx/POI/Id/Id"),
                null,
                part.get("CardTx/Tx/Indv/TxId/TxRef"),
                rrn(part.get("Refs/EndToEndId")),
                null,
                null,
                null,
                card(either(part, "CardTx/Card/PlainCardData/PAN")),
                null,
                null,
                null);
        Observation observation = new Observation(
                Source.BANK,
                reference(part, index, outcome, amount),
                outcome,
                null,
                observedAt,
                subject,
                credited ? amount : null,
                null,
                null,
                null,
                context.statementId());
        try {
            return observation.validated(context.now());
        } catch (Problem problem) {
            throw Refusal.of(problem, field -> valueAt(part, field));
        }
    }

    private Outcome outcome(Part part) {
        String status = entry.get("Sts/Cd") == null ? entry.get("Sts") : entry.get("Sts/Cd");
        String indicator = either(part, "CdtDbtInd");
        boolean reversal = "true".equals(entry.get("RvslInd")) || "1".equals(entry.get("RvslInd"));
        if (!"BOOK".equals(status) && !"PDNG".equals(status)) {
            boolean known = "INFO".equals(status) || "FUTR".equals(status);
            throw Refusal.of(
                    known ? "not_booked" : "unknown_outcome", status, "the entry's status must be BOOK or PDNG");
        }
        if (!"DBIT".equals(indicator) && !"CRDT".equals(indicator)) {
            throw Refusal.of("unknown_outcome", indicator, "CdtDbtInd must be DBIT or CRDT");
        }
        boolean debit = indicator.equals("DBIT");
        if (debit && reversal) {
            throw Refusal.of("reversal_of_credit", indicator, "the entry takes a credit back");
        }
        if (status.equals("PDNG") && !debit) {
            throw Refusal.of("not_booked", status, "a pending credit has not arrived");
        }
        return status.equals("PDNG") ? Outcome.HELD : debit ? Outcome.DEBITED : Outcome.CREDITED;
    }

    /** The transaction's own amount; the entry's where it is the only one and gives none, or zero as some banks do. */
    private Money amount(Part part, boolean only) {
        for (String name : List.of("Amt", "AmtDtls/TxAmt/Amt")) {
            if (part.get(name) != null) {
                Money amount = Row.money(part.get(name), part.get(name + CURRENCY), "TxDtls/" + name);
                if (!only || !amount.isZero()) {
                    return amount;
                }
            }
        }
        if (!only || entry.get("Amt") == null) {
            throw Refusal.of("bad_amount", null, "the transaction gives no amount of its own");
        }
        return Row.money(entry.get("Amt"), entry.get("Amt" + CURRENCY), "Amt");
    }

    /** When the bank booked it; where it has not yet, when it happened, or else when the statement was made. */
    private Instant observedAt(Instant occurredAt) {
        if (entry.get("BookgDt/DtTm") != null) {
            return Row.instant(entry.get("BookgDt/DtTm"), context.zone(), "BookgDt");
        }
        if (entry.get("BookgDt/Dt") != null) {
            return Row.startOfDay(entry.get("BookgDt/Dt"), context.zone(), "BookgDt");
        }
        if (occurredAt == null && header.get("CreDtTm") == null) {
            throw Refusal.of("bad_time", null, "BookgDt is required");
        }
        return occurredAt != null ? occurredAt : Row.instant(header.get("CreDtTm"), context.zone(), "CreDtTm");
    }

    private static String rrn(String endToEndId) {
        return endToEndId == null
                        || endToEndId.equals(NO_RRN)
                        || !RRN.matcher(endToEndId).matches()
                ? null
                : endToEndId;
    }

    private static Card card(String pan) {
        if (pan == null) {
            return null;
        }
        if (Refusal.isFullCardNumber(pan)) {
            throw Refusal.fullCardNumber(pan);
        }
        Matcher masked = MASKED_CARD.matcher(pan);
        return masked.matches() ? new Card(null, masked.group(1), masked.group(2), null, null) : null;
    }

    private String reference(Part part, int index, Outcome outcome, Money amount) {
        String servicer = entry.get("AcctSvcrRef");
        if (servicer != null) {
            return SourceRefs.natural(account(header), servicer, Integer.toString(index), outcome.code());
        }
        List<String> content = new ArrayList<>();
        content.add(account(header));
        content.add(outcome.code());
        content.add(amount.toString());
        new TreeMap<>(entry.fields).forEach((name, value) -> content.add(name + "=" + value));
        new TreeMap<>(part.fields).forEach((name, value) -> content.add(name + "=" + value));
        return refs.numbered(content);
    }

    private String either(Part part, String name) {
        return part.get(name) == null ? entry.get(name) : part.get(name);
    }

    private String valueAt(Part part, String field) {
        return switch (field) {
            case "amount" -> either(part, "Amt");
            case "occurred_at" -> part.get("CardTx/Tx/Indv/TxId/TxDtTm");
            case "observed_at" -> either(part, "BookgDt/Dt");
            case "terminal_id" -> either(part, "CardTx/POI/Id/Id");
            case "stan" -> part.get("CardTx/Tx/Indv/TxId/TxRef");
            default -> null;
        };
    }
}
