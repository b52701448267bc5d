package org.paywitness.problem;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A problem as the members of an RFC 9457 document, in the order a reader expects. */
final class ProblemDocument {
    static final String MEDIA_TYPE = "application/problem+json";

    private static final int MAX_LANGUAGES = 256;
    private static final String TYPE = "https://paywitness.org/problems/";

    private ProblemDocument() {}

    /**
     * @param instance path of the request
     * @param acceptLanguage the request's header, or null
     */
    static Map<String, Object> of(Problem problem, String instance, String acceptLanguage) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("type", TYPE + problem.code());
        document.put("title", ProblemTexts.title(problem.code(), prefersChinese(acceptLanguage)));
        document.put("status", problem.status());
        document.put("detail", problem.getMessage());
        document.put("instance", Pointers.path(instance));
        document.put("code", problem.code());
        if (!problem.errors().isEmpty()) {
            document.put(
                    "errors",
                    problem.errors().stream()
                            .map(error -> Map.of("pointer", error.pointer(), "detail", error.detail()))
                            .toList());
        }
        problem.extensions().forEach(document::putIfAbsent);
        return document;
    }

    // A browser sends about sixty characters. Ends at a whole range: half of one would say something else.
    private static String bounded(String header) {
        return header.length() <= MAX_LANGUAGES
                ? header
                : header.substring(0, Math.max(0, header.lastIndexOf(',', MAX_LANGUAGES)));
    }

    // Chinese unless English is asked for, as everywhere else.
    static boolean prefersChinese(String acceptLanguage) {
        if (acceptLanguage == null || acceptLanguage.isBlank()) {
            return true;
        }
        try {
            List<Locale.LanguageRange> ranges = Locale.LanguageRange.parse(bounded(acceptLanguage));
            for (Locale.LanguageRange range : ranges) {
                if (range.getWeight() > 0 && range.getRange().matches("(zh|en)(-.*)?")) {
                    return range.getRange().startsWith("zh");
                }
            }
        } catch (IllegalArgumentException e) {
            // Garbage asks for nothing.
        }
        return true;
    }
}
