package org.paywitness.figures;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.Said;
import org.paywitness.Tokens;
import org.yaml.snakeyaml.Yaml;

/** What is written of metrics, in the docs, in alerts and on the dashboard, against what the service exposes. */
@QuarkusTest
class MetricsTest {
    private static final Path ALERTS = Path.of("k8s", "base", "alerts.yaml");
    private static final Path DASHBOARD = Path.of("k8s", "base", "dashboard.json");
    private static final Path RUNBOOK = Path.of("src", "docs", "runbook.md");

    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

    /** Put on every series by Prometheus, where it finds us. */
    private static final Set<String> OF_PROMETHEUS = Set.of("job", "namespace", "pod", "instance");

    /** Metrics of others, and where they come from. */
    private static final Map<String, String> OF_OTHERS = Map.ofEntries(
            Map.entry("up", "Prometheus itself"),
            Map.entry("kube_deployment_status_replicas_unavailable", "kube-state-metrics"),
            Map.entry("kube_pod_container_status_restarts_total", "kube-state-metrics"),
            Map.entry("kube_pod_container_resource_limits", "kube-state-metrics"),
            Map.entry("kube_horizontalpodautoscaler_status_current_replicas", "kube-state-metrics"),
            Map.entry("kube_horizontalpodautoscaler_spec_max_replicas", "kube-state-metrics"),
            Map.entry("kube_job_status_failed", "kube-state-metrics"),
            Map.entry("container_memory_working_set_bytes", "the kubelet (cAdvisor)"),
            Map.entry("certmanager_certificate_expiration_timestamp_seconds", "cert-manager"),
            Map.entry("cnpg_collector_up", "CloudNativePG"),
            Map.entry("cnpg_collector_last_available_backup_timestamp", "CloudNativePG"),
            Map.entry("cnpg_collector_pg_wal_archive_status", "CloudNativePG"),
            Map.entry("cnpg_pg_replication_lag", "CloudNativePG, its default queries"),
            Map.entry("cnpg_pgbouncer_pools_cl_waiting", "CloudNativePG's Pooler"));

    private final Map<String, List<Map<String, String>>> exposed = new HashMap<>();
    private final Set<String> families = new TreeSet<>();

    private record Rule(
            String name, String expression, String severity, String summary, String description, String runbook) {}

    /** A little of everything that alerts and the dashboard ask about and that is not there before it happened. */
    @BeforeEach
    void work() {
        String rrn = Said.unique("r");
        String id = Said.post(
                        Said.by("acquirer", "captured").of("m_metrics", rrn, 100),
                        Said.by("bank", "debited").of("m_metrics", rrn, 100))
                .get(0);
        asDesk("/v1/transactions/" + id + "/verdict", 200);
        asDesk("/v1/transactions/" + id, 200);
        asDesk("/v1/was-i-charged?rrn=" + rrn, 200);
        asDesk("/v1/echo/broken", 500);
        String scraped =
                given().get("/q/metrics").then().statusCode(200).extract().asString();
        for (String line : scraped.split("\n")) {
            if (line.startsWith("# TYPE ")) {
                families.add(line.split(" ")[2]);
            } else if (!line.startsWith("#")) {
                Matcher sample = SAMPLE.matcher(line.strip());
                assertTrue(sample.matches(), line);
                exposed.computeIfAbsent(sample.group(1), name -> new ArrayList<>())
                        .add(labels(sample.group(2)));
            }
        }
    }

    private static void asDesk(String path, int status) {
        given().auth().oauth2(Tokens.desk()).get(path).then().statusCode(status);
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new TreeMap<>();
        Matcher label = LABEL.matcher(text == null ? "" : text);
        while (label.find()) {
            labels.put(label.group(1), label.group(2));
        }
        return labels;
    }

    @Test
    void docsNameEachOfOursAndNoOther() throws IOException {
        Map<String, Set<String>> documented = new TreeMap<>();
        Matcher row = Pattern.compile("(?m)^\\| `(paywitness_\\w+)` \\|([^|]*)\\|")
                .matcher(Files.readString(Path.of("src", "docs", "metrics.md")));
        while (row.find()) {
            Set<String> labels = new TreeSet<>();
            Matcher label = Pattern.compile("`(\\w+)`").matcher(row.group(2));
            while (label.find()) {
                labels.add(label.group(1));
            }
            documented.put(withoutTotal(row.group(1)), labels);
        }
        Map<String, Set<String>> ours = new TreeMap<>();
        for (String family : families) {
            boolean greatest = family.endsWith("_max") && families.contains(family.replaceFirst("_max$", ""));
            if (family.startsWith("paywitness_") && !greatest) {
                ours.put(withoutTotal(family), labelsOf(family));
            }
        }
        assertEquals(documented, ours);
    }

    private static String withoutTotal(String name) {
        return name.replaceFirst("_total$", "");
    }

    private Set<String> labelsOf(String family) {
        Set<String> labels = new TreeSet<>();
        for (String suffix : List.of("", "_total", "_count")) {
            exposed.getOrDefault(family + suffix, List.of()).forEach(series -> labels.addAll(series.keySet()));
        }
        return labels;
    }

    @Test
    void everyQueryOfTheDashboardAsksForWhatIsThere() throws IOException {
        JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());
        Map<String, String> queries = new LinkedHashMap<>();
        for (JsonNode panel : dashboard.get("panels")) {
            for (JsonNode target : panel.path("targets")) {
                String name = panel.get("title").textValue() + "/"
                        + target.get("refId").textValue();
                assertEquals(null, queries.put(name, target.get("expr").textValue()), name);
            }
        }
        assertFalse(queries.isEmpty());
        assertEquals(List.of(), unknown(queries));
    }

    @Test
    void everyAlertAsksForWhatIsThere() throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        for (Rule rule : rules()) {
            assertEquals(null, queries.put(rule.name(), rule.expression()), rule.name());
        }
        assertFalse(queries.isEmpty());
        assertEquals(List.of(), unknown(queries));
    }

    @Test
    void everyAlertSaysHowBadItIsAndWhatToDo() throws IOException {
        Set<String> headings = new TreeSet<>();
        if (Files.exists(RUNBOOK)) {
            Files.readAllLines(RUNBOOK).stream()
                    .filter(line -> line.startsWith("#"))
                    .map(line -> line.replaceFirst("^#+ ", "").strip().toLowerCase(java.util.Locale.ROOT))
                    .forEach(headings::add);
        }
        for (Rule rule : rules()) {
            String heading = rule.name().toLowerCase(java.util.Locale.ROOT);
            assertTrue(rule.name().startsWith("Paywitness"), rule.name());
            assertTrue(Set.of("critical", "warning", "info").contains(rule.severity()), rule.name());
            assertFalse(rule.summary().isBlank() || rule.description().isBlank(), rule.name());
            assertEquals("src/docs/runbook.md#" + heading, rule.runbook());
            assertTrue(headings.isEmpty() || headings.contains(heading), rule.name() + " is not in the runbook");
        }
    }

    @Test
    void prometheusTakesTheRules() throws Exception {
        assumeTrue(onPath("promtool"), "promtool (Debian's package prometheus) is not installed");
        Path rules = Files.createTempFile(Path.of("target"), "rules", ".yaml");
        Files.writeString(rules, new Yaml().dump(spec()));
        Process check = new ProcessBuilder("promtool", "check", "rules", rules.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(check.waitFor(30, TimeUnit.SECONDS), "promtool does not end");
        assertEquals(0, check.exitValue(), said);
    }

    private static boolean onPath(String command) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (Files.isExecutable(Path.of(directory, command))) {
                return true;
            }
        }
        return false;
    }

    private static Map<String, Object> spec() throws IOException {
        Map<String, Object> object = new Yaml().load(Files.readString(ALERTS));
        assertEquals("PrometheusRule", object.get("kind"));
        return map(object.get("spec"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object yaml) {
        return (Map<String, Object>) yaml;
    }

    private static List<Rule> rules() throws IOException {
        List<Rule> rules = new ArrayList<>();
        for (Object group : (List<?>) spec().get("groups")) {
            for (Object rule : (List<?>) map(group).get("rules")) {
                Map<String, Object> one = map(rule);
                Map<String, Object> said = map(one.get("annotations"));
                rules.add(new Rule(
                        (String) one.get("alert"),
                        (String) one.get("expr"),
                        (String) map(one.get("labels")).get("severity"),
                        (String) said.get("summary"),
                        (String) said.get("description"),
                        (String) said.get("runbook_url")));
            }
        }
        return rules;
    }

    /** What is asked for and neither ours, with these labels, nor one that others are known to have. */
    private List<String> unknown(Map<String, String> queries) {
        List<String> unknown = new ArrayList<>();
        queries.forEach((name, query) -> {
            List<PromQl.Selector> selectors = PromQl.selectors(query.replace("$__rate_interval", "5m"));
            assertFalse(selectors.isEmpty(), name);
            for (PromQl.Selector selector : selectors) {
                boolean others = OF_OTHERS.containsKey(selector.metric());
                if (!others
                        && exposed.getOrDefault(selector.metric(), List.of()).stream()
                                .noneMatch(series -> fits(series, selector))) {
                    unknown.add(name + ": " + selector);
                }
            }
        });
        return unknown;
    }

    private static boolean fits(Map<String, String> series, PromQl.Selector selector) {
        return selector.matchers().entrySet().stream().allMatch(matcher -> {
            String value = series.get(matcher.getKey());
            String wanted = matcher.getValue().get(1);
            return OF_PROMETHEUS.contains(matcher.getKey())
                    || value != null
                            && switch (matcher.getValue().get(0)) {
                                case "=" -> value.equals(wanted);
                                case "!=" -> !value.equals(wanted);
                                case "=~" -> value.matches(wanted);
                                default -> !value.matches(wanted);
                            };
        });
    }
}
