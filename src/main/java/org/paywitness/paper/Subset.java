package org.paywitness.paper;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.fontbox.ttf.HeaderTable;
import org.apache.fontbox.ttf.TTFSubsetter;

/**
 * The part of a font that one document uses, embedded as a CIDFontType2 (ISO 32000-1, section 9.7). Characters are
 * numbered as they come, so that pages can be written before the font is; each keeps its own code point for whoever
 * copies or searches text.
 */
final class Subset {
    /** Tables that a renderer needs; the rest is for applications. */
    private static final List<String> TABLES =
            List.of("head", "hhea", "loca", "maxp", "cvt ", "prep", "glyf", "hmtx", "fpgm", "gasp");

    /** The most entries of one block of a CMap (Adobe Technical Note 5411). */
    private static final int MAX_BLOCK = 100;

    private static final int TAG_LENGTH = 6;

    private final Typeface face;
    private final Map<Integer, Integer> numbers = new LinkedHashMap<>();
    private final Map<Integer, Float> widths = new HashMap<>();

    Subset(Typeface face) {
        this.face = face;
    }

    boolean isEmpty() {
        return numbers.isEmpty();
    }

    /** The two bytes of this character in a content stream, as hexadecimal digits. */
    String code(Glyph glyph) {
        Integer number = numbers.computeIfAbsent(glyph.codePoint(), unused -> numbers.size() + 1);
        widths.putIfAbsent(glyph.codePoint(), glyph.width());
        return HexFormat.of().toHexDigits(number.shortValue());
    }

    /** Writes the font under this number. */
    void write(PdfFile file, int number) throws IOException {
        TTFSubsetter subsetter = new TTFSubsetter(face.font(), TABLES);
        numbers.keySet().forEach(subsetter::add);
        Map<Integer, Integer> renumbered = new HashMap<>();
        subsetter.getGIDMap().forEach((now, before) -> renumbered.put(before, now));
        ByteArrayOutputStream program = new ByteArrayOutputStream();
        subsetter.writeToStream(program);

        int descendant = file.reserve();
        int descriptor = file.reserve();
        int embedded = file.reserve();
        int toGlyphs = file.reserve();
        int toUnicode = file.reserve();
        String name = tag() + '+' + face.font().getName();
        file.object(
                number,
                "<</Type/Font/Subtype/Type0/BaseFont/" + name + "/Encoding/Identity-H/DescendantFonts[" + descendant
                        + " 0 R]/ToUnicode " + toUnicode + " 0 R>>");
        file.object(
                descendant,
                "<</Type/Font/Subtype/CIDFontType2/BaseFont/" + name
                        + "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor "
                        + descriptor + " 0 R/CIDToGIDMap " + toGlyphs + " 0 R/DW 1000/W[1[" + widths() + "]]>>");
        file.object(descriptor, descriptor(name, embedded));
        file.stream(embedded, "/Length1 " + program.size(), program.toByteArray());
        file.stream(toGlyphs, "", glyphs(renumbered));
        file.stream(toUnicode, "", toUnicode().getBytes(StandardCharsets.US_ASCII));
    }

    private String widths() {
        StringBuilder all = new StringBuilder();
        for (int codePoint : numbers.keySet()) {
            all.append(Math.round(widths.get(codePoint) * 1000)).append(' ');
        }
        return all.toString();
    }

    private String descriptor(String name, int embedded) throws IOException {
        HeaderTable head = face.font().getHeader();
        int ascent = face.thousandths(face.font().getHorizontalHeader().getAscender());
        int descent = face.thousandths(face.font().getHorizontalHeader().getDescender());
        return "<</Type/FontDescriptor/FontName/" + name + "/Flags 4/FontBBox[" + face.thousandths(head.getXMin())
                + ' ' + face.thousandths(head.getYMin()) + ' ' + face.thousandths(head.getXMax()) + ' '
                + face.thousandths(head.getYMax()) + "]/ItalicAngle 0/Ascent " + ascent + "/Descent " + descent
                + "/CapHeight " + ascent + "/StemV 80/FontFile2 " + embedded + " 0 R>>";
    }

    private byte[] glyphs(Map<Integer, Integer> renumbered) throws IOException {
        byte[] map = new byte[2 * (numbers.size() + 1)];
        for (Map.Entry<Integer, Integer> one : numbers.entrySet()) {
            int glyph = renumbered.get(face.font().getUnicodeCmapLookup().getGlyphId(one.getKey()));
            map[2 * one.getValue()] = (byte) (glyph >> 8);
            map[2 * one.getValue() + 1] = (byte) glyph;
        }
        return map;
    }

    private String toUnicode() {
        StringBuilder map = new StringBuilder("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                + "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n"
                + "/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n");
        List<Map.Entry<Integer, Integer>> all = new ArrayList<>(numbers.entrySet());
        for (int at = 0; at < all.size(); at += MAX_BLOCK) {
            List<Map.Entry<Integer, Integer>> block = all.subList(at, Math.min(all.size(), at + MAX_BLOCK));
            map.append(block.size()).append(" beginbfchar\n");
            for (Map.Entry<Integer, Integer> one : block) {
                byte[] text = Character.toString(one.getKey()).getBytes(StandardCharsets.UTF_16BE);
                map.append('<').append(HexFormat.of().toHexDigits(one.getValue().shortValue()));
                map.append("><").append(HexFormat.of().formatHex(text)).append(">\n");
            }
            map.append("endbfchar\n");
        }
        return map.append("endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n")
                .toString();
    }

    // Section 9.6.4: six letters that tell the subsets of one font apart, here by what is in them.
    private String tag() {
        int hash = numbers.keySet().hashCode();
        StringBuilder tag = new StringBuilder();
        for (int i = 0; i < TAG_LENGTH; i++) {
            tag.append((char) ('A' + Math.floorMod(hash, 26)));
            hash /= 26;
        }
        return tag.toString();
    }
}
