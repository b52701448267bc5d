package org.paywitness.paper;

/**
 * A character as it is set.
 *
 * @param width in ems
 */
record Glyph(Typeface face, int codePoint, float width) {
    boolean isSpace() {
        return Character.isSpaceChar(codePoint);
    }
}
