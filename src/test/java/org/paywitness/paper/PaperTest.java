package org.paywitness.paper;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.Test;

/** What we set, read by another hand: PDFBox, strictly. */
class PaperTest {
    private static final Imprint IMPRINT = new Imprint("争议卷宗", "zh-CN", Instant.parse("2026-11-21T04:00:00Z"));

    @FunctionalInterface
    private interface Content {
        void set(Paper paper) throws IOException;
    }

    private static byte[] set(Format format, Content content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Paper paper = Paper.on(out, format, IMPRINT)) {
            content.set(paper);
        }
        return out.toByteArray();
    }

    private static String text(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document);
        }
    }

    @Test
    void textOfEveryKindCanBeReadBack() throws IOException {
        String hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        byte[] pdf = set(Format.A4, paper -> {
            paper.title("争议卷宗");
            paper.heading("一、事实 Facts");
            paper.paragraph("终端没有收到应答，但银行已扣款：¥128.00（€16.40）。Größe, œuvre, Ελλάδα.");
            paper.facts(List.of(Fact.of("商户", "小明面馆"), Fact.hash("SHA-256", hash)));
            paper.hash(hash);
            paper.table(List.of(Column.of("时间", 1), Column.of("谁", 1)), List.of(List.of("12:01", "持卡人")));
            paper.note("附注");
        });
        String text = text(pdf);
        for (String said : List.of(
                "争议卷宗",
                "一、事实 Facts",
                "终端没有收到应答，但银行已扣款：¥128.00（€16.40）。Größe, œuvre, Ελλάδα.",
                "商户 小明面馆",
                hash,
                "时间 谁",
                "12:01 持卡人",
                "附注",
                "1 / 1")) {
            assertTrue(text.contains(said), () -> said + " in " + text);
        }
    }

    @Test
    void fontsAreEmbeddedAsSubsetsOfWhatIsUsed() throws IOException {
        byte[] pdf = set(Format.A4, paper -> paper.paragraph("消费 128.00"));
        assertTrue(pdf.length < 40_000, "two whole fonts would be millions of bytes, not " + pdf.length);
        try (PDDocument document = Loader.loadPDF(pdf)) {
            List<String> names = new ArrayList<>();
            for (COSName name : document.getPage(0).getResources().getFontNames()) {
                PDFont font = document.getPage(0).getResources().getFont(name);
                assertTrue(font.isEmbedded(), font.getName());
                assertTrue(font.getName().matches("[A-Z]{6}\\+.+"), font.getName());
                names.add(font.getName().substring(7));
            }
            assertEquals(
                    List.of("DroidSansFallback", "Roboto-Regular"),
                    names.stream().sorted().toList());
            assertEquals("争议卷宗", document.getDocumentInformation().getTitle());
        }
        try (PDDocument document = Loader.loadPDF(set(Format.ROLL_58, paper -> paper.note("128.00")))) {
            assertEquals(1, count(document.getPage(0).getResources().getFontNames()), "only the font that is used");
        }
    }

    private static int count(Iterable<?> all) {
        int count = 0;
        for (Object one : all) {
            count += one == null ? 0 : 1;
        }
        return count;
    }

    @Test
    void sameInputIsTheSameBytesAndOtherInputIsNot() throws IOException {
        Content content = paper -> paper.paragraph("同样的内容 same");
        assertArrayEquals(set(Format.A4, content), set(Format.A4, content));
        String one = id(set(Format.A4, content));
        assertEquals(one, id(set(Format.A4, content)));
        assertFalse(one.equals(id(set(Format.A4, paper -> paper.paragraph("其他内容 other")))));
    }

    private static String id(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return document.getDocument().getDocumentID().toString();
        }
    }

    @Test
    void characterWithoutATypeIsSeenAndNothingHidesOrTurnsText() throws IOException {
        String hostile = "a\uD83D\uDE00b\u202Ec\u0000d\u200Be\uD800f\uE000g\u0007h";
        byte[] pdf = set(Format.A4, paper -> paper.paragraph(hostile));
        assertTrue(text(pdf).contains("a〓b〓c〓d〓e〓f〓g〓h"), () -> "not " + hostile);
    }

    @Test
    void anythingCanBeSetAndDrawn() throws IOException {
        long seed = Long.getLong("paper.seed", System.nanoTime());
        System.out.println("paper.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            String any = random.ints(random.nextInt(400), 0, 0x11000)
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining());
            Format format = round % 2 == 0 ? Format.A4 : Format.ROLL_58;
            byte[] pdf = set(format, paper -> {
                paper.title(any);
                paper.heading(any);
                paper.facts(List.of(Fact.of(any, any), Fact.hash("x", any), Fact.of("", null)));
                paper.table(List.of(Column.of(any, 1), Column.hash("", 0.01f)), List.of(List.of(any, any), List.of()));
                paper.rule();
            });
            try (PDDocument document = Loader.loadPDF(pdf)) {
                assertTrue(document.getNumberOfPages() > 0);
                new PDFRenderer(document).renderImageWithDPI(0, 20);
            }
        }
    }

    @Test
    void longTableBreaksBetweenRowsAndRepeatsItsHead() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            rows.add(List.of("row" + i + "begin 第一行内容比较长，需要折行才能放得下这么多字 row" + i + "end", "x"));
        }
        byte[] pdf = set(Format.A4, paper -> paper.table(List.of(Column.of("表头", 1), Column.of("Other", 3)), rows));
        try (PDDocument document = Loader.loadPDF(pdf)) {
            int pages = document.getNumberOfPages();
            assertTrue(pages > 2, () -> pages + " pages");
            PDFTextStripper stripper = new PDFTextStripper();
            for (int page = 1; page <= pages; page++) {
                stripper.setStartPage(page);
                stripper.setEndPage(page);
                String text = stripper.getText(document);
                assertTrue(text.startsWith("表头 Other"), text);
                assertTrue(text.contains(page + " / " + pages), text);
                String begun = text.replaceAll("(?s)[^r]*?(row\\d+)begin|.", "$1 ");
                String ended = text.replaceAll("(?s)[^r]*?(row\\d+)end|.", "$1 ");
                assertEquals(begun.trim().split(" +").length, ended.trim().split(" +").length, "a row was cut");
            }
            assertTrue(text(pdf).contains("row199end"));
        }
    }

    @Test
    void cellLongerThanAPageGoesOnOverThePages() throws IOException {
        String text = "很长的内容".repeat(3_000) + "完";
        byte[] pdf = set(Format.A4, paper -> paper.table(List.of(Column.of("表头", 1)), List.of(List.of(text))));
        String read = text(pdf).replaceAll("表头|争议卷宗|\\d+ / \\d+|\\s", "");
        assertEquals(text, read);
    }

    @Test
    void rollIsAsLongAsItsTextAndNothingStandsBeyondAnEdge() throws IOException {
        byte[] pdf = set(Format.ROLL_58, paper -> {
            paper.title("签购单");
            paper.facts(List.of(Fact.of("商户名称", "名字很长".repeat(30)), Fact.of("订单号", "x".repeat(100))));
        });
        try (PDDocument document = Loader.loadPDF(pdf)) {
            assertEquals(1, document.getNumberOfPages());
            PDPage page = document.getPage(0);
            assertEquals(58, page.getMediaBox().getWidth() * 25.4 / 72, 0.01);
            assertTrue(
                    page.getMediaBox().getHeight() > 150 && page.getMediaBox().getHeight() < 400);
            PDFTextStripper edges = new PDFTextStripper() {
                @Override
                protected void processTextPosition(org.apache.pdfbox.text.TextPosition at) {
                    assertTrue(at.getX() >= 0
                            && at.getX() + at.getWidth() <= page.getMediaBox().getWidth());
                    assertTrue(at.getY() >= 0 && at.getY() <= page.getMediaBox().getHeight());
                }
            };
            edges.getText(document);
        }
    }

    @Test
    void linesNeverBeginWithClosingNorEndWithOpeningPunctuation() {
        String text = "持卡人（小明）说：“没有收到签购单”，商户说《已经打印》。请核对！".repeat(20);
        for (float width = 4; width < 30; width += 0.5f) {
            StringBuilder all = new StringBuilder();
            for (List<Glyph> line : Lines.of(text, width)) {
                String said = line.stream()
                        .map(glyph -> Character.toString(glyph.codePoint()))
                        .collect(Collectors.joining());
                assertFalse(said.matches("[，。：！）》”].*|.*[（《“]"), said);
                assertTrue(Lines.width(line) <= width, said);
                all.append(said);
            }
            assertEquals(text, all.toString());
        }
    }

    @Test
    void latinBreaksBetweenWordsAndAWordThatFitsNowhereAnywhere() {
        assertEquals(List.of("the terminal", "got no answer"), said(Lines.of("the terminal got no answer", 7)));
        String word = "x".repeat(100);
        assertEquals(word, String.join("", said(Lines.of(word, 5))));
        assertTrue(Lines.of(word, 5).size() > 5);
    }

    private static List<String> said(List<List<Glyph>> lines) {
        return lines.stream()
                .map(line -> line.stream()
                        .map(glyph -> Character.toString(glyph.codePoint()))
                        .collect(Collectors.joining()))
                .toList();
    }

    @Test
    void pagesGoOutBeforeTheDocumentEnds() throws IOException {
        long[] written = {0};
        OutputStream counting = new OutputStream() {
            @Override
            public void write(int b) {
                written[0]++;
            }
        };
        try (Paper paper = Paper.on(counting, Format.A4, IMPRINT)) {
            paper.paragraph("一页");
            long before = written[0];
            paper.newPage();
            assertTrue(written[0] > before, "the first page is out");
        }
    }
}
