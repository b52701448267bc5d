package org.paywitness.statement;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.paywitness.observation.Observation;
import org.paywitness.problem.Problem;
import org.paywitness.statement.StatementReader.Context;
import org.paywitness.statement.StatementReader.Sink;

/**
 * One read of a file of lines: a header that names the columns, in any order, then one row a line. A row never spans
 * lines (RFC 4180 would allow it): one stray quote must not swallow the rows after it. The last line may lack its end
 * (RFC 4180 allows that too), so a file cut off within its very last value reads as a whole one.
 */
abstract class Table {
    /** How many columns a table may have. */
    static final int MAX_COLUMNS = 256;
    /** How many lines may stand before the header. */
    static final int MAX_PREFACE_LINES = 100;

    final Context context;
    final SourceRefs refs = new SourceRefs();
    final Completion completion;
    private int width;

    Table(Context context) {
        this.context = context;
        this.completion = new Completion(context);
    }

    /** The columns without which the file cannot be read. */
    abstract List<String> required();

    /** @throws Refusal when the row does not say what it must */
    abstract List<Observation> observations(Row row);

    /** The file was read to its end. */
    abstract void complete(Sink sink);

    Charset charset(byte[] head) {
        return StandardCharsets.UTF_8;
    }

    /** Whether this line stands before the header. */
    boolean isPreface(String line) {
        return false;
    }

    /** Whether the rows end at this line. */
    boolean endsRows(String line) {
        return false;
    }

    /** Whether the format marks where its rows end, so that a file without the mark was cut off. */
    boolean marksEnd() {
        return false;
    }

    /** What stands behind the mark. */
    void afterRows(Lines lines, long rows, Sink sink) throws IOException {}

    /** The column that an observation's field was read from, so that a refusal can show its value. */
    String column(String field) {
        return switch (field) {
            case "observed_at" -> "occurred_at";
            case "first6", "last4" -> "card_" + field;
            default -> field;
        };
    }

    List<String> cells(String line) {
        return commaSeparated(line);
    }

    final void read(InputStream in, Sink sink) throws IOException {
        byte[] head = in.readNBytes(Format.HEAD_BYTES);
        Lines lines = new Lines(new SequenceInputStream(new ByteArrayInputStream(head), in), charset(head));
        Map<String, Integer> columns = header(lines);
        long rows = 0;
        boolean ended = false;
        while (!ended && lines.next()) {
            String line = null;
            Refusal refusal = null;
            try {
                line = lines.text();
            } catch (Refusal r) {
                refusal = r;
            }
            ended = line != null && endsRows(line);
            if (!ended && (line == null || !line.isBlank())) {
                rows++;
                deliver(lines, line, refusal, columns, sink);
            }
        }
        if (marksEnd() && !ended) {
            throw unreadable(lines.number(), "the file is cut off: its end is missing");
        }
        afterRows(lines, rows, sink);
        complete(sink);
    }

    private Map<String, Integer> header(Lines lines) throws IOException {
        for (int skipped = 0; skipped <= MAX_PREFACE_LINES && lines.next(); skipped++) {
            String line;
            try {
                line = lines.text();
            } catch (Refusal refusal) {
                throw unreadable(lines.number(), refusal.getMessage());
            }
            if (!line.isBlank() && !isPreface(line)) {
                return columns(line, lines.number());
            }
        }
        throw unreadable(lines.number(), "the file holds no header line");
    }

    private Map<String, Integer> columns(String header, long line) {
        String[] names = header.split(",", -1);
        if (names.length > MAX_COLUMNS) {
            throw unreadable(line, "the header names more than " + MAX_COLUMNS + " columns");
        }
        Map<String, Integer> columns = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            String name = Row.columnName(names[i]);
            if (columns.put(name, i) != null && required().contains(name)) {
                throw unreadable(line, "the header names the column " + name + " twice");
            }
        }
        for (String name : required()) {
            if (!columns.containsKey(name)) {
                throw unreadable(line, "the column " + name + " is missing");
            }
        }
        width = names.length;
        return columns;
    }

    private void deliver(Lines lines, String line, Refusal unread, Map<String, Integer> columns, Sink sink) {
        List<Observation> observations = null;
        Refusal refusal = unread;
        if (refusal == null) {
            try {
                observations = validated(row(line, columns, lines));
            } catch (Refusal r) {
                refusal = r;
            }
        }
        if (refusal == null) {
            sink.row(lines.number(), observations);
        } else {
            completion.refused(refusal.code);
            sink.refused(lines.number(), refusal.code, refusal.value, refusal.getMessage());
        }
    }

    private Row row(String line, Map<String, Integer> columns, Lines lines) {
        List<String> cells = cells(line);
        if (cells.size() < width && !lines.isEnded()) {
            throw unreadable(lines.number(), "the file is cut off within a row");
        }
        if (cells.size() != width) {
            String code = cells.size() < width ? "missing_column" : "bad_value";
            throw Refusal.of(code, line, "the row has " + cells.size() + " values for " + width + " columns");
        }
        return new Row(columns, cells, context.zone());
    }

    private List<Observation> validated(Row row) {
        List<Observation> observations = observations(row);
        try {
            observations.forEach(observation -> observation.validated(context.now()));
        } catch (Problem problem) {
            throw Refusal.of(problem, field -> row.text(column(field)));
        }
        return observations;
    }

    static Problem unreadable(long line, String detail) {
        return Problem.unprocessable("statement_unreadable", "Line " + line + ": " + detail + ".")
                .with("line", line);
    }

    /** RFC 4180 within one line: values may stand in double quotes, a quote within is doubled. */
    static List<String> commaSeparated(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                cell.append('"');
                i++;
            } else if (c == '"' && (quoted || cell.isEmpty())) {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        if (quoted) {
            throw Refusal.of("bad_value", line, "a quote is never closed");
        }
        cells.add(cell.toString());
        return cells;
    }
}
