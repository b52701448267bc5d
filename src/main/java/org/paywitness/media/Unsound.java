package org.paywitness.media;

/** A file is none of those that are taken, or not wholly one. The message says why, in the words of who sent it. */
public final class Unsound extends RuntimeException {
    Unsound(String why) {
        super(why, null, false, false);
    }
}
