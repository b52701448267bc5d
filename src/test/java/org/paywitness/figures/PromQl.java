package org.paywitness.figures;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The metrics that an expression of PromQL asks for, with their matchers; no judge of its grammar. */
final class PromQl {
    private static final Pattern TOKEN = Pattern.compile(
            "\\s+" // 1: text, 2: name, 3: number or duration
                    + "|(\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')"
                    + "|([A-Za-z_:$][A-Za-z0-9_:]*)"
                    + "|([0-9.]+[a-z]*)"
                    + "|=~|!~|!=|==|>=|<=|[-+*/%^<>=(){}\\[\\],]");

    private static final Set<String> KEYWORDS =
            Set.of("and", "or", "unless", "bool", "offset", "inf", "nan", "start", "end");
    private static final Set<String> BEFORE_LABELS =
            Set.of("by", "without", "on", "ignoring", "group_left", "group_right");

    /** One metric that is asked for; each matcher is its operator and its value. */
    record Selector(String metric, Map<String, List<String>> matchers) {}

    private final List<String> tokens = new ArrayList<>();
    private int at;

    private PromQl(String expression) {
        Matcher token = TOKEN.matcher(expression);
        int end = 0;
        while (end < expression.length()) {
            if (!token.find(end) || token.start() != end) {
                throw new IllegalArgumentException("not PromQL at " + end + ": " + expression);
            }
            end = token.end();
            if (!token.group().isBlank()) {
                tokens.add(token.group());
            }
        }
    }

    static List<Selector> selectors(String expression) {
        return new PromQl(expression).read();
    }

    private List<Selector> read() {
        List<Selector> found = new ArrayList<>();
        while (at < tokens.size()) {
            String token = tokens.get(at++);
            if (token.equals("[")) {
                skipTo("]");
            } else if (BEFORE_LABELS.contains(token)) {
                if (peek().equals("(")) {
                    skipTo(")");
                }
            } else if (Character.isLetter(token.charAt(0)) || token.charAt(0) == '_') {
                if (!peek().equals("(") && !KEYWORDS.contains(token) && !BEFORE_LABELS.contains(peek())) {
                    found.add(new Selector(token, matchers()));
                }
            }
        }
        return found;
    }

    private String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    private void skipTo(String close) {
        while (!tokens.get(at++).equals(close)) {
            // What is between is labels or a range.
        }
    }

    private Map<String, List<String>> matchers() {
        Map<String, List<String>> matchers = new TreeMap<>();
        if (!peek().equals("{")) {
            return matchers;
        }
        at++;
        while (!peek().equals("}")) {
            String label = tokens.get(at++);
            if (!label.equals(",")) {
                String operator = tokens.get(at++);
                String value = tokens.get(at++);
                matchers.put(label, List.of(operator, value.substring(1, value.length() - 1)));
            }
        }
        at++;
        return matchers;
    }
}
