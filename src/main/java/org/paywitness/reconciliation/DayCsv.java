package org.paywitness.reconciliation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A merchant's day as CSV (RFC 4180): one table whose first column says what a row is. Every value is quoted, and none is
 * a formula to a spreadsheet: what begins like one gets an apostrophe before it, as spreadsheets mark text.
 */
final class DayCsv {
    static final String TYPE = "text/csv";

    private static final List<String> COLUMNS = List.of(
            "record",
            "source",
            "channel",
            "currency",
            "payments",
            "covers_day",
            "complete_through",
            "sales",
            "sales_amount",
            "returns",
            "returns_amount",
            "others",
            "exception_id",
            "kind",
            "status",
            "transaction_id",
            "reference",
            "amount_at_stake",
            "proposed_action",
            "opened_at",
            "closed_at",
            "closed_by",
            "resolution",
            "reason");

    private static final String NEW_LINE = "\r\n";

    private final StringBuilder out = new StringBuilder();

    /** Coverage, totals and exceptions; amounts in minor units. */
    static String of(DayAnswer day) {
        DayCsv csv = new DayCsv();
        csv.line(COLUMNS);
        for (DayAnswer.Coverage one : day.coverage()) {
            csv.row(
                    "coverage",
                    "source",
                    one.source(),
                    "payments",
                    one.payments(),
                    "covers_day",
                    one.coversDay(),
                    "complete_through",
                    one.completeThrough());
        }
        for (String terminal : day.terminalsWithoutJournal()) {
            csv.row("terminal_without_journal", "source", "terminal", "reference", terminal);
        }
        for (DayAnswer.Total one : day.totals()) {
            csv.row(
                    "total",
                    "source",
                    one.source(),
                    "channel",
                    one.channel(),
                    "currency",
                    one.currency(),
                    "sales",
                    one.sales(),
                    "sales_amount",
                    one.salesAmount(),
                    "returns",
                    one.returns(),
                    "returns_amount",
                    one.returnsAmount(),
                    "others",
                    one.others());
        }
        day.exceptions().forEach(csv::exception);
        return csv.out.toString();
    }

    private void exception(ExceptionAnswer one) {
        row(
                "exception",
                "currency",
                one.amountAtStake() == null ? null : one.amountAtStake().currency(),
                "exception_id",
                one.id(),
                "kind",
                one.kind(),
                "status",
                one.status(),
                "transaction_id",
                one.transactionId(),
                "reference",
                one.reference(),
                "amount_at_stake",
                one.amountAtStake() == null ? null : one.amountAtStake().amount(),
                "proposed_action",
                one.proposedAction(),
                "opened_at",
                one.openedAt(),
                "closed_at",
                one.closedAt(),
                "closed_by",
                one.closedBy(),
                "resolution",
                one.resolution(),
                "reason",
                one.reason());
    }

    private void row(String record, Object... named) {
        Map<String, String> values = new TreeMap<>();
        values.put("record", record);
        for (int i = 0; i < named.length; i += 2) {
            values.put((String) named[i], named[i + 1] == null ? "" : named[i + 1].toString());
        }
        line(COLUMNS.stream().map(column -> values.getOrDefault(column, "")).toList());
    }

    private void line(List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            out.append(i == 0 ? "" : ",").append(cell(values.get(i)));
        }
        out.append(NEW_LINE);
    }

    /** Quoted; what a spreadsheet would take for a formula, even behind blanks, is marked as text. */
    static String cell(String value) {
        if (value.isEmpty()) {
            return "";
        }
        String stripped = value.stripLeading();
        boolean formula = !stripped.isEmpty() && "=+-@|%\uFF1D\uFF0B\uFF0D\uFF20".indexOf(stripped.charAt(0)) >= 0
                || value.charAt(0) < ' ';
        return '"' + (formula ? "'" : "") + value.replace("\"", "\"\"") + '"';
    }
}
