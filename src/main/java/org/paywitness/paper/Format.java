package org.paywitness.paper;

/**
 * The paper that a document is set on. Lengths are in millimetres, the size of its text in points.
 *
 * @param height of a page; of a roll the longest piece, which ends where its text does
 * @param roll one long piece without page numbers
 */
public record Format(float width, float height, float margin, float textSize, boolean roll) {
    /** ISO 216, with page numbers. */
    public static final Format A4 = new Format(210, 297, 20, 10, false);

    /** The roll of a terminal's printer. PDF allows pages of 5,080 mm at most. */
    public static final Format ROLL_58 = new Format(58, 5000, 4, 8, true);

    private static final float POINTS = 72 / 25.4f;

    /** Points of this many millimetres. */
    static float points(float millimetres) {
        return millimetres * POINTS;
    }

    float pageWidth() {
        return points(width);
    }

    float pageHeight() {
        return points(height);
    }

    float edge() {
        return points(margin);
    }

    float textWidth() {
        return points(width - 2 * margin);
    }
}
