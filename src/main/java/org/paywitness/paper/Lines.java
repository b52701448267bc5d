package org.paywitness.paper;

import java.util.ArrayList;
import java.util.List;

/**
 * Breaks text into lines: Latin between words, Chinese between any two characters but so that no line begins with
 * closing punctuation or ends with opening punctuation. What fits on no line is broken anywhere. Pure.
 */
final class Lines {
    private static final String NEVER_FIRST = "、。，．：；！？）》」』】〕〉”’…—·,.:;!?)]}%";
    private static final String NEVER_LAST = "（《「『【〔〈“‘([{¥￥$";

    private Lines() {}

    /**
     * At least one line, which may be empty.
     *
     * @param text null is an empty one; each line feed begins a new line
     * @param ems the width of a line
     */
    static List<List<Glyph>> of(String text, float ems) {
        List<List<Glyph>> lines = new ArrayList<>();
        for (List<Glyph> part : parts(text)) {
            wrap(part, ems, lines);
        }
        return lines;
    }

    /** Of a hash: broken anywhere, each character with so much room after it, in ems. */
    static List<List<Glyph>> anywhere(String text, float spacing, float ems) {
        List<List<Glyph>> lines = new ArrayList<>();
        for (List<Glyph> part : parts(text)) {
            int start = 0;
            float width = 0;
            for (int i = 0; i < part.size(); i++) {
                float next = part.get(i).width() + spacing;
                if (width + next > ems && i > start) {
                    lines.add(part.subList(start, i));
                    start = i;
                    width = 0;
                }
                width += next;
            }
            lines.add(part.subList(start, part.size()));
        }
        return lines;
    }

    private static List<List<Glyph>> parts(String text) {
        List<List<Glyph>> parts = new ArrayList<>();
        List<Glyph> part = new ArrayList<>();
        parts.add(part);
        String all = text == null ? "" : text.replace("\r\n", "\n").replace('\r', '\n');
        for (int i = 0; i < all.length(); i += Character.charCount(all.codePointAt(i))) {
            int codePoint = all.codePointAt(i);
            if (codePoint == '\n') {
                part = new ArrayList<>();
                parts.add(part);
            } else {
                part.add(Typeface.glyph(codePoint == '\t' ? ' ' : codePoint));
            }
        }
        return parts;
    }

    private static void wrap(List<Glyph> part, float ems, List<List<Glyph>> lines) {
        int start = 0;
        int lastBreak = 0;
        float width = 0;
        for (int i = 0; i < part.size(); i++) {
            Glyph glyph = part.get(i);
            if (i > start && mayBreak(part.get(i - 1), glyph)) {
                lastBreak = i;
            }
            width += glyph.width();
            // A space may hang over the edge: nobody sees it.
            if (width > ems && i > start && !glyph.isSpace()) {
                int end = lastBreak > start ? lastBreak : i;
                lines.add(trimmed(part, start, end));
                start = end;
                width = width(part.subList(start, i + 1));
            }
        }
        lines.add(trimmed(part, start, part.size()));
    }

    private static boolean mayBreak(Glyph before, Glyph after) {
        if (after.isSpace() || NEVER_FIRST.indexOf(after.codePoint()) >= 0) {
            return false;
        }
        if (before.isSpace()) {
            return before.codePoint() != '\u00a0';
        }
        return NEVER_LAST.indexOf(before.codePoint()) < 0
                && (before.face() == Typeface.CHINESE || after.face() == Typeface.CHINESE);
    }

    private static List<Glyph> trimmed(List<Glyph> part, int start, int end) {
        int last = end;
        while (last > start && part.get(last - 1).isSpace()) {
            last--;
        }
        return part.subList(start, last);
    }

    /** In ems. */
    static float width(List<Glyph> line) {
        float width = 0;
        for (Glyph glyph : line) {
            width += glyph.width();
        }
        return width;
    }
}
