package org.paywitness.paper;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A PDF (1.7) that is set from top to bottom: each page goes out as soon as it is full, so that memory holds one page,
 * however long the document is. Text is embedded with subsets of our fonts and can be searched and copied. The same
 * calls make the same bytes. A character without a type is set as 〓, never refused.
 *
 * <p>For one thread, and not for an event loop: see {@link Press}. Whoever does not {@link #close} it leaves half a
 * document behind; the stream itself stays open.
 */
public final class Paper implements Closeable {
    private static final float LEADING = 1.5f;
    private static final float TITLE = 1.7f;
    private static final float HEADING = 1.25f;
    private static final float SMALL = 0.85f;

    /** Between the characters of a hash, in ems: they are compared one by one. */
    private static final float SPACING = 0.06f;

    /** Of the width: what the labels of facts take on a page; and between columns, in ems. */
    private static final float LABELS = 0.24f;

    private static final float GUTTER = 0.8f;
    private static final String BLACK = "0 g 0 G\n";
    private static final String GREY = "0.4 g 0.4 G\n";
    private static final String RULE = "0.75 G 0.5 w ";

    private final Format format;
    private final Imprint imprint;
    private final PdfFile file;
    private final Map<Typeface, Subset> fonts = new EnumMap<>(Typeface.class);
    private final Map<Typeface, Integer> fontNumbers = new EnumMap<>(Typeface.class);
    private final List<Integer> pages = new ArrayList<>();
    private final int tree;
    private final int resources;
    private final int total;
    private StringBuilder page = new StringBuilder();
    private float top;

    private Paper(OutputStream out, Format format, Imprint imprint) throws IOException {
        this.format = format;
        this.imprint = imprint;
        this.file = new PdfFile(out);
        this.tree = file.reserve();
        this.resources = file.reserve();
        this.total = file.reserve();
        for (Typeface face : Typeface.values()) {
            fonts.put(face, new Subset(face));
            fontNumbers.put(face, file.reserve());
        }
        this.top = format.edge();
    }

    /** Begins a document. */
    public static Paper on(OutputStream out, Format format, Imprint imprint) throws IOException {
        return new Paper(out, format, imprint);
    }

    /** Large and bold; in the middle of a roll. */
    public void title(String text) throws IOException {
        block(text, TITLE, true, BLACK, format.roll());
        gap(1);
    }

    /** Bold, with room above, and never the last line of a page. */
    public void heading(String text) throws IOException {
        float height = size(HEADING) * LEADING;
        if (!isAtTop()) {
            gap(3);
            room(height + 2 * line());
        }
        block(text, HEADING, true, BLACK, false);
        gap(1);
    }

    /** Running text; each line feed begins a new line. */
    public void paragraph(String text) throws IOException {
        block(text, 1, false, BLACK, false);
        gap(1.5f);
    }

    /** Small and grey: what a reader may skip; in the middle of a roll. */
    public void note(String text) throws IOException {
        block(text, SMALL, false, GREY, format.roll());
    }

    /** What nobody should overlook: bold; in the middle of a roll. */
    public void mark(String text) throws IOException {
        block(text, HEADING, true, BLACK, format.roll());
    }

    /** Spaced, broken anywhere. */
    public void hash(String text) throws IOException {
        float size = size(SMALL);
        for (List<Glyph> line : cell(text, true, format.textWidth() / size)) {
            room(size * LEADING);
            cell(line, true, format.edge(), size);
            top += size * LEADING;
        }
        gap(1);
    }

    /** Labels beside their values; on a roll the values stand at the right edge. */
    public void facts(List<Fact> facts) throws IOException {
        for (Fact fact : facts) {
            fact(fact);
        }
        gap(1);
    }

    private void fact(Fact fact) throws IOException {
        float size = size(1);
        float gutter = GUTTER * size;
        float labels = format.roll() ? Lines.width(line(fact.label())) * size : format.textWidth() * LABELS;
        // A label that leaves its value no room stands above it.
        boolean above = format.roll() && labels > format.textWidth() * 0.5f;
        float left = above ? 0 : labels + gutter;
        float room = format.textWidth() - left;
        List<List<Glyph>> values = cell(fact.value(), fact.isHash(), room / size);
        List<List<Glyph>> names = Lines.of(fact.label(), (above ? format.textWidth() : labels + 0.01f) / size);
        int below = above ? names.size() : 0;
        for (int i = 0; i < Math.max(names.size(), values.size() + below); i++) {
            room(line());
            if (i < names.size()) {
                page.append(GREY);
                show(names.get(i), format.edge(), baseline(size), size);
                page.append(BLACK);
            }
            if (i >= below && i - below < values.size()) {
                List<Glyph> value = values.get(i - below);
                float rest = format.roll() ? Math.max(0, room - Lines.width(value) * size) : 0;
                cell(value, fact.isHash(), format.edge() + left + rest, size);
            }
            top += line();
        }
    }

    /** A table whose head is repeated on each page; a row stays on one page where it fits on one. */
    public void table(List<Column> columns, Iterable<List<String>> rows) throws IOException {
        float[] lefts = lefts(columns);
        List<String> titles = columns.stream().map(Column::title).toList();
        Row head = new Row(plain(columns), lefts, titles, true);
        room(head.height() + line());
        row(head, null);
        Iterator<List<String>> each = rows.iterator();
        while (each.hasNext()) {
            row(new Row(columns, lefts, each.next(), false), head);
        }
        gap(2);
    }

    private static List<Column> plain(List<Column> columns) {
        return columns.stream()
                .map(column -> Column.of(column.title(), column.share()))
                .toList();
    }

    private float[] lefts(List<Column> columns) {
        float shares = 0;
        for (Column column : columns) {
            shares += column.share();
        }
        float[] lefts = new float[columns.size() + 1];
        for (int i = 0; i < columns.size(); i++) {
            lefts[i + 1] = lefts[i] + format.textWidth() * columns.get(i).share() / shares;
        }
        return lefts;
    }

    /** A row of a table with its cells broken into lines. */
    private final class Row {
        private final List<Column> columns;
        private final float[] lefts;
        private final boolean head;
        private final List<List<List<Glyph>>> cells = new ArrayList<>();
        private final float size = size(SMALL);
        private int lines = 1;

        Row(List<Column> columns, float[] lefts, List<String> texts, boolean head) {
            this.columns = columns;
            this.lefts = lefts;
            this.head = head;
            for (int i = 0; i < columns.size(); i++) {
                String text = i < texts.size() ? texts.get(i) : null;
                float room = lefts[i + 1] - lefts[i] - GUTTER * size;
                cells.add(cell(text, columns.get(i).isHash(), room / size));
                lines = Math.max(lines, cells.get(i).size());
            }
        }

        float height() {
            return lines * size * LEADING + Format.points(1);
        }

        void show(int line) {
            page.append(head ? GREY : BLACK);
            for (int i = 0; i < cells.size(); i++) {
                if (line < cells.get(i).size()) {
                    float left = format.edge() + lefts[i];
                    cell(cells.get(i).get(line), columns.get(i).isHash(), left, size);
                }
            }
            page.append(BLACK);
        }
    }

    private void row(Row row, Row head) throws IOException {
        float bodyHeight = bottom() - format.edge() - (head == null ? 0 : head.height());
        if (row.height() <= bodyHeight && top + row.height() > bottom()) {
            turn(head);
        }
        for (int i = 0; i < row.lines; i++) {
            if (top + row.size * LEADING > bottom() && !isAtTop()) {
                turn(head);
            }
            row.show(i);
            top += row.size * LEADING;
        }
        top += Format.points(1);
        page.append(RULE).append(number(format.edge())).append(' ').append(number(-top + Format.points(0.5f)));
        page.append(" m ").append(number(format.edge() + format.textWidth())).append(' ');
        page.append(number(-top + Format.points(0.5f))).append(" l S\n");
    }

    private void turn(Row head) throws IOException {
        endPage();
        if (head != null) {
            row(head, null);
        }
    }

    /** A line across. */
    public void rule() throws IOException {
        room(Format.points(2));
        top += Format.points(1);
        page.append(format.roll() ? "[2 2] 0 d " : "").append(RULE);
        page.append(number(format.edge())).append(' ').append(number(-top)).append(" m ");
        page.append(number(format.edge() + format.textWidth())).append(' ').append(number(-top));
        page.append(" l S").append(format.roll() ? " [] 0 d\n" : "\n");
        top += Format.points(1);
    }

    /** Room of this many millimetres; none at the top of a page. */
    public void gap(float millimetres) {
        if (!isAtTop()) {
            top += Format.points(millimetres);
        }
    }

    /** What follows begins a new page. */
    public void newPage() throws IOException {
        if (!isAtTop()) {
            endPage();
        }
    }

    // --- setting -----------------------------------------------------------------------------------------------------

    private void block(String text, float scale, boolean bold, String colour, boolean centred) throws IOException {
        float size = size(scale);
        for (List<Glyph> line : Lines.of(text, format.textWidth() / size)) {
            room(size * LEADING);
            page.append(colour);
            if (bold) {
                page.append("2 Tr ").append(number(size * 0.03f)).append(" w\n");
            }
            float rest = format.textWidth() - Lines.width(line) * size;
            float indent = centred ? rest / 2 : 0;
            show(line, format.edge() + Math.max(0, indent), baseline(size), size);
            page.append(bold ? "0 Tr\n" : "").append(BLACK);
            top += size * LEADING;
        }
    }

    private static List<List<Glyph>> cell(String text, boolean hash, float ems) {
        return hash ? Lines.anywhere(text, SPACING, ems) : Lines.of(text, ems);
    }

    private void cell(List<Glyph> line, boolean hash, float left, float size) {
        page.append(hash ? number(SPACING * size) + " Tc " : "");
        show(line, left, baseline(size), size);
        page.append(hash ? "0 Tc\n" : "");
    }

    private static List<Glyph> line(String text) {
        return Lines.of(text, Float.MAX_VALUE).get(0);
    }

    private void show(List<Glyph> line, float left, float below, float size) {
        if (line.isEmpty()) {
            return;
        }
        page.append("BT 1 0 0 1 ")
                .append(number(left))
                .append(' ')
                .append(number(-below))
                .append(" Tm ");
        for (int i = 0; i < line.size(); ) {
            Typeface face = line.get(i).face();
            font(face, size).append('<');
            for (; i < line.size() && line.get(i).face() == face; i++) {
                page.append(fonts.get(face).code(line.get(i)));
            }
            page.append("> Tj ");
        }
        page.append("ET\n");
    }

    private StringBuilder font(Typeface face, float size) {
        return page.append('/')
                .append(face.name())
                .append(' ')
                .append(number(size))
                .append(" Tf ");
    }

    private float size(float scale) {
        return format.textSize() * scale;
    }

    private float line() {
        return size(1) * LEADING;
    }

    // From the top of a line of this size to where its letters stand.
    private float baseline(float size) {
        return top + size * 1.1f;
    }

    // Whole numbers by hand: the general formatters depend on the locale.
    private static String number(float points) {
        long hundredths = Math.round(points * 100.0);
        long rest = Math.abs(hundredths % 100);
        return (hundredths < 0 ? "-" : "") + Math.abs(hundredths) / 100 + (rest < 10 ? ".0" : ".") + rest;
    }

    // --- pages -------------------------------------------------------------------------------------------------------

    private boolean isAtTop() {
        return page.isEmpty();
    }

    private float bottom() {
        return format.pageHeight() - format.edge();
    }

    private void room(float height) throws IOException {
        if (top + height > bottom() && !isAtTop()) {
            endPage();
        }
    }

    private void endPage() throws IOException {
        float height = format.roll() ? top + format.edge() : format.pageHeight();
        if (!format.roll()) {
            footer();
        }
        int content = file.reserve();
        int number = file.reserve();
        // Set from the top down; PDF counts from the bottom up.
        String all = "1 0 0 1 0 " + number(height) + " cm\n" + page;
        file.stream(content, "", all.getBytes(StandardCharsets.US_ASCII));
        file.object(
                number,
                "<</Type/Page/Parent " + tree + " 0 R/MediaBox[0 0 " + number(format.pageWidth()) + ' ' + number(height)
                        + "]/Resources " + resources + " 0 R/Contents " + content + " 0 R>>");
        pages.add(number);
        page = new StringBuilder();
        top = format.edge();
    }

    // "2 / 5": how many there are is known last, and drawn on each page by reference.
    private void footer() {
        float size = size(SMALL);
        float below = format.pageHeight() - format.edge() * 0.5f;
        float total = format.edge() + format.textWidth() - 2.5f * size;
        List<Glyph> title = Lines.of(imprint.title(), (format.textWidth() - 8 * size) / size)
                .get(0);
        List<Glyph> number = line(Integer.toString(pages.size() + 1));
        page.append(GREY);
        show(title, format.edge(), below, size);
        show(number, total - Lines.width(number) * size, below, size);
        page.append("q 1 0 0 1 ")
                .append(number(total))
                .append(' ')
                .append(number(-below))
                .append(" cm /Total Do Q\n");
    }

    /** Ends the document: the last page, fonts and table of contents of the file. */
    @Override
    public void close() throws IOException {
        if (!isAtTop() || pages.isEmpty()) {
            endPage();
        }
        float size = size(SMALL);
        show(line("/ " + pages.size()), 0.4f * size, 0, size);
        String box = "/Type/XObject/Subtype/Form/BBox[0 " + number(-size) + ' ' + number(6 * size) + ' ' + number(size)
                + "]/Resources " + resources + " 0 R";
        file.stream(total, box, ("0.4 g " + page).getBytes(StandardCharsets.US_ASCII));
        StringBuilder used = new StringBuilder();
        for (Typeface face : Typeface.values()) {
            if (fonts.get(face).isEmpty()) {
                file.object(fontNumbers.get(face), "null");
            } else {
                fonts.get(face).write(file, fontNumbers.get(face));
                used.append('/')
                        .append(face.name())
                        .append(' ')
                        .append(fontNumbers.get(face))
                        .append(" 0 R");
            }
        }
        file.object(resources, "<</Font<<" + used + ">>/XObject<</Total " + total + " 0 R>>>>");
        String kids = pages.stream().map(one -> one + " 0 R").collect(Collectors.joining(" "));
        file.object(tree, "<</Type/Pages/Count " + pages.size() + "/Kids[" + kids + "]>>");
        int catalog = file.reserve();
        file.object(
                catalog,
                "<</Type/Catalog/Pages " + tree + " 0 R/Lang" + PdfFile.text(imprint.language())
                        + "/ViewerPreferences<</DisplayDocTitle true>>>>");
        int info = file.reserve();
        String created = DateTimeFormatter.ofPattern("uuuuMMddHHmmss")
                .format(imprint.created().atOffset(ZoneOffset.UTC));
        file.object(
                info,
                "<</Title" + PdfFile.text(imprint.title()) + "/Producer(Paywitness)/CreationDate(D:" + created
                        + "Z)>>");
        file.end(catalog, info);
    }
}
