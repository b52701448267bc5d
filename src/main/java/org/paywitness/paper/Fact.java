package org.paywitness.paper;

/**
 * A line of a table of facts.
 *
 * @param isHash set spaced and broken anywhere
 */
public record Fact(String label, String value, boolean isHash) {
    public static Fact of(String label, String value) {
        return new Fact(label, value, false);
    }

    public static Fact hash(String label, String value) {
        return new Fact(label, value, true);
    }
}
