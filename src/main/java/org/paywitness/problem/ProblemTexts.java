package org.paywitness.problem;

/** Titles of problems in both languages. */
public final class ProblemTexts {
    private ProblemTexts() {}

    /** The title of a problem's code; the code in plain words where it has none. */
    public static String title(String code, boolean zh) {
        return code.replace('_', ' ');
    }
}
