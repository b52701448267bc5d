package org.paywitness.statement;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.paywitness.problem.Problem;

/** Why one row is not taken over. Thrown by a row's mapping and told to the sink; it never leaves the room. */
final class Refusal extends RuntimeException {
    /** The longest value that is told back, in characters. */
    static final int MAX_VALUE = 120;

    private static final Pattern DIGITS = Pattern.compile("\\d+(?:[ -]\\d+)*");
    private static final int MIN_CARD_DIGITS = 12;
    private static final int MAX_CARD_DIGITS = 19;

    final String code;
    final String value;

    private Refusal(String code, String value, String detail) {
        super(detail, null, false, false);
        this.code = code;
        this.value = value == null ? null : shown(value);
    }

    static Refusal of(String code, String value, String detail) {
        return new Refusal(code, value, detail);
    }

    /** A full card number where only a masked one may stand, whether or not its check digit is right. */
    static Refusal fullCardNumber(String value) {
        String digits = value.replaceAll("[ -]", "");
        return new Refusal("full_card_number", masked(digits), "a full card number is never accepted");
    }

    static boolean isFullCardNumber(String value) {
        String digits = value.replaceAll("[ -]", "");
        return digits.length() >= MIN_CARD_DIGITS
                && digits.length() <= MAX_CARD_DIGITS
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /**
     * What {@code Observation.validated} found.
     *
     * @param valueAt the row's own value for the last part of a pointer, or null
     */
    static Refusal of(Problem problem, UnaryOperator<String> valueAt) {
        Problem.FieldError first = problem.errors().get(0);
        String field = first.pointer().substring(first.pointer().lastIndexOf('/') + 1);
        String code = field.endsWith("amount")
                ? "bad_amount"
                : field.endsWith("_at") ? "bad_time" : field.equals("outcome") ? "unknown_outcome" : "bad_value";
        String detail = problem.errors().stream()
                .map(error -> error.pointer().substring(1).replace('/', '.') + " " + error.detail())
                .collect(Collectors.joining("; "));
        return new Refusal(code, valueAt.apply(field), detail);
    }

    /** Masks every card number with a right check digit, also one in groups, to its first 6 and last 4 digits. */
    static String withoutCardNumbers(String text) {
        Matcher run = DIGITS.matcher(text);
        return run.replaceAll(match -> maskedRun(match.group()));
    }

    private static String maskedRun(String run) {
        List<int[]> groups = new ArrayList<>();
        Matcher group = Pattern.compile("\\d+").matcher(run);
        while (group.find()) {
            groups.add(new int[] {group.start(), group.end()});
        }
        for (int from = 0; from < groups.size(); from++) {
            int digits = 0;
            for (int to = from; to < groups.size() && digits <= MAX_CARD_DIGITS; to++) {
                int start = groups.get(from)[0];
                int end = groups.get(to)[1];
                digits += end - groups.get(to)[0];
                String number = run.substring(start, end).replaceAll("[ -]", "");
                if (digits >= MIN_CARD_DIGITS && digits <= MAX_CARD_DIGITS && isLuhn(number)) {
                    String rest = run.substring(end);
                    return run.substring(0, start) + masked(number) + withoutCardNumbers(rest);
                }
            }
        }
        return run;
    }

    private static String masked(String digits) {
        int last = digits.length() - 4;
        return digits.substring(0, 6) + "*".repeat(last - 6) + digits.substring(last);
    }

    private static boolean isLuhn(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int doubled = i % 2 == 0 ? digit : digit * 2;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0;
    }

    /** Masked first, then cut: a cut number could hide from the check digit. Control characters cannot be stored. */
    private static String shown(String value) {
        String text = withoutCardNumbers(value.replaceAll("\\p{Cntrl}", " ")).strip();
        if (text.length() <= MAX_VALUE) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_VALUE - 1)) ? MAX_VALUE - 1 : MAX_VALUE;
        return text.substring(0, end);
    }
}
