package org.paywitness.card;

/** Recognises card numbers so that they go no further: ISO/IEC 7812, 12 to 19 digits with a Luhn check digit. */
public final class CardNumbers {
    private static final int SHORTEST = 12;
    private static final int LONGEST = 19;
    private static final String SEPARATORS = " -_./\u00b7\u00a0\u3000";
    private static final int LONGEST_SEPARATOR = 2;

    private CardNumbers() {}

    /** Whether these digits are a card number by length and check digit (ISO/IEC 7812-1, annex B). */
    static boolean isCardNumber(CharSequence digits) {
        if (digits.length() < SHORTEST || digits.length() > LONGEST) {
            return false;
        }
        int sum = 0;
        for (int i = digits.length() - 1, position = 0; i >= 0; i--, position++) {
            int digit = Character.digit(digits.charAt(i), 10);
            if (digit < 0) {
                return false;
            }
            int doubled = position % 2 == 1 ? digit * 2 : digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }

    /**
     * The text with every card number reduced to its first six and last four digits. Digits may be of any script, as
     * full-width ones are, and grouped by one or two characters of {@value #SEPARATORS}. Null stays null.
     */
    public static String mask(String text) {
        if (text == null) {
            return null;
        }
        StringBuilder out = null;
        int i = 0;
        while (i < text.length()) {
            if (!isDigit(text.charAt(i))) {
                i++;
                continue;
            }
            int end = endOfRun(text, i);
            int masked = endOfCardNumber(text, i, end);
            if (masked >= 0) {
                out = out == null ? new StringBuilder(text) : out;
                maskIn(out, i, masked);
                i = masked;
            } else {
                i = endOfDigits(text, i);
            }
        }
        return out == null ? text : out.toString();
    }

    // Longest first: the end of a card number that starts here, or -1.
    private static int endOfCardNumber(String text, int start, int end) {
        for (int stop = Math.min(end, start + (1 + LONGEST_SEPARATOR) * LONGEST); stop > start; stop--) {
            boolean cut = stop < text.length() && isDigit(text.charAt(stop)) && isDigit(text.charAt(stop - 1));
            if (isDigit(text.charAt(stop - 1)) && !cut && isCardNumber(digits(text, start, stop))) {
                return stop;
            }
        }
        return -1;
    }

    private static void maskIn(StringBuilder out, int start, int end) {
        int digits = digits(out, start, end).length();
        int seen = 0;
        for (int i = start; i < end; i++) {
            if (isDigit(out.charAt(i))) {
                if (seen >= 6 && seen < digits - 4) {
                    out.setCharAt(i, '*');
                }
                seen++;
            }
        }
    }

    private static int endOfRun(String text, int start) {
        int i = start;
        while (i < text.length()) {
            int next = i;
            while (next < text.length() && next - i <= LONGEST_SEPARATOR && isSeparator(text.charAt(next))) {
                next++;
            }
            if (next - i > LONGEST_SEPARATOR || next == text.length() || !isDigit(text.charAt(next))) {
                break;
            }
            i = next + 1;
        }
        return i;
    }

    private static int endOfDigits(String text, int start) {
        int i = start;
        while (i < text.length() && isDigit(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private static CharSequence digits(CharSequence text, int start, int end) {
        StringBuilder digits = new StringBuilder(end - start);
        for (int i = start; i < end; i++) {
            if (isDigit(text.charAt(i))) {
                digits.append(text.charAt(i));
            }
        }
        return digits;
    }

    private static boolean isSeparator(char c) {
        return SEPARATORS.indexOf(c) >= 0;
    }

    private static boolean isDigit(char c) {
        return Character.digit(c, 10) >= 0;
    }
}
