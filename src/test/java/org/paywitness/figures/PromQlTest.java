package org.paywitness.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromQlTest {
    private static List<String> names(String expression) {
        return PromQl.selectors(expression).stream()
                .map(PromQl.Selector::metric)
                .toList();
    }

    @Test
    void functionsKeywordsLabelsAndRangesAreNoMetrics() {
        assertEquals(
                List.of("a_bucket", "b_total"),
                names(
                        "histogram_quantile(0.99, sum by (le, uri) (rate(a_bucket{uri=~\"x|y\"}[5m])))"
                                + " / on (pod) group_left (node) sum without (z) (increase(b_total[1h] offset 5m)) > bool 14 * 24"));
        assertEquals(List.of("up"), names("absent(up{job=\"a{b}\"} == 1) or vector(0)"));
        assertEquals(List.of("a", "b"), names("sum(a) by (x) unless max(b)"));
    }

    @Test
    void matchersComeWithTheirOperators() {
        assertEquals(
                Map.of("status", List.of("!=", "503"), "uri", List.of("=~", "/v1/.*")),
                PromQl.selectors("a{status!=\"503\", uri=~'/v1/.*'}").get(0).matchers());
    }

    @Test
    void whatIsNoPromQlIsToldSo() {
        assertThrows(IllegalArgumentException.class, () -> PromQl.selectors("a # b"));
    }
}
