package org.paywitness.paper;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;

/** One of our fonts, read once and then only read: safe to share between threads. */
enum Typeface {
    LATIN("/fonts/Roboto-Regular.ttf"),
    CHINESE("/fonts/DroidSansFallbackFull.ttf");

    /** The geta mark, by which Chinese and Japanese printers say that a type is missing. */
    static final int MISSING = '〓';

    private final TrueTypeFont font;
    private final CmapLookup glyphs;
    private final float unitsPerEm;

    Typeface(String resource) {
        try (InputStream in = Typeface.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no " + resource);
            }
            // Embedded: a font without the tables that only applications need is no reason to fail.
            font = new TTFParser(true).parse(new RandomAccessReadBuffer(in.readAllBytes()));
            glyphs = font.getUnicodeCmapLookup();
            unitsPerEm = font.getUnitsPerEm();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TrueTypeFont font() {
        return font;
    }

    /** The character as it is set: in the first font that has it, or the mark of a missing one. */
    static Glyph glyph(int codePoint) {
        if (isPrintable(codePoint)) {
            for (Typeface face : values()) {
                int id = face.glyphs.getGlyphId(codePoint);
                if (id != 0) {
                    return face.glyph(codePoint, id);
                }
            }
        }
        return CHINESE.glyph(MISSING, CHINESE.glyphs.getGlyphId(MISSING));
    }

    private Glyph glyph(int codePoint, int id) {
        try {
            return new Glyph(this, codePoint, font.getAdvanceWidth(id) / unitsPerEm);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // What has no shape of its own could hide or turn round what stands beside it.
    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** Thousandths of an em, as PDF has it. */
    int thousandths(int units) {
        return Math.round(units * 1000 / unitsPerEm);
    }
}
