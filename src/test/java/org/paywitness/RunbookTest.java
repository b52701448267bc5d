package org.paywitness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whoever is called at night finds what an alert or a page points to. */
class RunbookTest {
    private static final Path RUNBOOK = Path.of("src/docs/runbook.md");
    private static final Path ALERTS = Path.of("k8s/base/alerts.yaml");

    private final String runbook = read(RUNBOOK);
    private final Set<String> anchors = anchors(runbook);

    @Test
    void eachAlertHasItsPlaceAndEachPlaceItsAlert() {
        assumeTrue(Files.exists(ALERTS), "there are no alerts");
        String alerts = read(ALERTS);
        Set<String> named = all(alerts, "- alert: (\\w+)");
        assertFalse(named.isEmpty());
        assertEquals(named, all(runbook, "(?m)^### (Paywitness\\w+)$"));
        Set<String> urls = all(alerts, "runbook_url: \\S*runbook\\.md#(\\S+)");
        assertEquals(named.size(), urls.size());
        urls.removeAll(anchors);
        assertEquals(Set.of(), urls);
    }

    @Test
    void eachLinkLeadsSomewhere() {
        Set<String> links = all(runbook, "\\]\\(#([^)]+)\\)");
        links.removeAll(anchors);
        assertEquals(Set.of(), links);
        for (String page : all(runbook, "\\]\\((?!#|http)([^)#]+)")) {
            assertFalse(Files.notExists(RUNBOOK.resolveSibling(page)), page);
        }
    }

    @Test
    void eachSettingThatItNamesExists() throws IOException {
        StringBuilder house = new StringBuilder(read(Path.of("src/main/resources/application.properties")));
        house.append(read(Path.of("README.md")));
        for (String setting : all(runbook, "`(paywitness\\.[a-z0-9.-]+[a-z0-9])[`=]")) {
            assertFalse(house.indexOf(setting.replaceFirst("\\.0\\d$", "")) < 0, setting);
        }
    }

    // As GitHub makes them of headings.
    private static Set<String> anchors(String page) {
        Set<String> anchors = new TreeSet<>();
        for (String heading : all(page, "(?m)^#+ (.+)$")) {
            anchors.add(heading.toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z0-9 _-]", "")
                    .replace(' ', '-'));
        }
        return anchors;
    }

    private static Set<String> all(String text, String pattern) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
