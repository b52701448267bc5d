package org.paywitness.verdict;

import java.time.Instant;

/**
 * When something may change though nothing more is said.
 *
 * @param source null: when it is this time; else: when this source's data is complete through it
 */
public record Moment(Source source, Instant at) {
    /** From this instant on. */
    public static Moment of(Instant at) {
        return new Moment(null, at);
    }

    /** Right after this instant, as far as we keep time. */
    public static Moment after(Instant at) {
        return new Moment(null, at.plusNanos(1_000));
    }

    /** When a source's data is complete through this instant. */
    public static Moment complete(Source source, Instant through) {
        return new Moment(source, through);
    }

    /** Whether it is past. */
    public boolean isPast(Completeness completeness, Instant now) {
        return source == null ? !now.isBefore(at) : completeness.reaches(source, at);
    }
}
