package org.paywitness.paper;

/**
 * A column of a table.
 *
 * @param share of the width, in proportion to the other columns' shares
 * @param isHash its cells are set spaced and broken anywhere
 */
public record Column(String title, float share, boolean isHash) {
    public static Column of(String title, float share) {
        return new Column(title, share, false);
    }

    public static Column hash(String title, float share) {
        return new Column(title, share, true);
    }
}
