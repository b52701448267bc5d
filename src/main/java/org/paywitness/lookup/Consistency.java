package org.paywitness.lookup;

/** What an answer must at least have seen. */
public final class Consistency {
    /** The header that tells a writer where its write is, and a look-up how far whoever answers must have come. */
    public static final String HEADER = "Paywitness-Consistency";

    /** Everything: only the primary answers. */
    public static final Consistency LATEST = new Consistency(null);

    /** Nothing in particular: any replica answers that does not lag too much. */
    static final Consistency ANY = new Consistency(new Position(0, 0));

    private final Position position;

    private Consistency(Position position) {
        this.position = position;
    }

    /** All that was written up to there. */
    static Consistency atLeast(Position position) {
        return new Consistency(position);
    }

    public boolean isLatest() {
        return position == null;
    }

    /** Null for {@link #LATEST}. */
    Position position() {
        return position;
    }
}
