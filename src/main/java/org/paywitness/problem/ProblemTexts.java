package org.paywitness.problem;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * The titles and explanations of problems by their stable code, from {@code messages/problem.*.properties}. Read once;
 * a code without a text gets a general one.
 */
public final class ProblemTexts {
    private static final String GENERAL = "unknown_problem";
    private static final String TITLE = ".title";
    private static final String EXPLANATION = ".explanation";

    private static final ProblemTexts ZH = new ProblemTexts("zh-CN");
    private static final ProblemTexts EN = new ProblemTexts("en");

    private final Map<String, String> titles = new HashMap<>();
    private final Map<String, String> explanations = new HashMap<>();

    private ProblemTexts(String tag) {
        String resource = "/messages/problem." + tag + ".properties";
        Properties properties = read(resource);
        for (String key : properties.stringPropertyNames()) {
            int dot = key.lastIndexOf('.');
            Map<String, String> texts =
                    switch (dot < 0 ? "" : key.substring(dot)) {
                        case TITLE -> titles;
                        case EXPLANATION -> explanations;
                        default -> throw new IllegalStateException(resource + " has an unknown text " + key);
                    };
            texts.put(key.substring(0, dot), properties.getProperty(key));
        }
        if (!titles.containsKey(GENERAL) || !titles.keySet().equals(explanations.keySet())) {
            throw new IllegalStateException(resource + " must give each code a title and an explanation");
        }
    }

    /**
     * The title (RFC 9457, section 3.1.3) of a problem; never null.
     *
     * @param zh Chinese if true, else English
     */
    public static String title(String code, boolean zh) {
        return text((zh ? ZH : EN).titles, code);
    }

    /** One sentence on what the problem means and what helps, for the page of its {@code type}; never null. */
    public static String explanation(String code, boolean zh) {
        return text((zh ? ZH : EN).explanations, code);
    }

    private static String text(Map<String, String> texts, String code) {
        String text = texts.get(code);
        return text != null ? text : texts.get(GENERAL);
    }

    private static Properties read(String resource) {
        try (InputStream in = ProblemTexts.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no " + resource);
            }
            Properties properties = new Properties();
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
