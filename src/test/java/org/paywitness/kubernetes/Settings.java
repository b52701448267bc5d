package org.paywitness.kubernetes;

import static org.paywitness.kubernetes.Manifests.containers;
import static org.paywitness.kubernetes.Manifests.items;
import static org.paywitness.kubernetes.Manifests.labels;
import static org.paywitness.kubernetes.Manifests.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The settings that a workload starts with, and whether the service knows them: a misspelt one is ignored in silence. */
final class Settings {
    private static final Path PROPERTIES = Path.of("src/main/resources/application.properties");
    private static final Path CLASSES = Path.of("target/classes");
    private static final String MODEL = "META-INF/quarkus-config-doc/quarkus-config-model.json";
    /** What the JVM reads itself. */
    private static final Set<String> FOREIGN = Set.of("JDK_JAVA_OPTIONS");

    /** By environment variable: when Quarkus reads it. */
    private final Map<String, String> phases = new HashMap<>();
    /** Of our own, whose names may have parts that are free. */
    private final List<Pattern> ours = new ArrayList<>();

    private final Properties defaults = new Properties();

    Settings() throws IOException, ReflectiveOperationException {
        try (Reader file = Files.newBufferedReader(PROPERTIES)) {
            defaults.load(file);
        }
        for (URL model : Collections.list(Settings.class.getClassLoader().getResources(MODEL))) {
            try (InputStream json = model.openStream()) {
                readPhases(new ObjectMapper().readTree(json));
            }
        }
        for (String name : defaults.stringPropertyNames()) {
            String plain = name.replaceFirst("^%[a-z,]+\\.", "");
            if (plain.startsWith("paywitness.")) {
                ours.add(Pattern.compile(variable(plain)));
            }
        }
        for (JavaClass mapping : new ClassFileImporter().importPath(CLASSES)) {
            if (mapping.isAnnotatedWith(ConfigMapping.class)) {
                ConfigMappings.getProperties(ConfigMappings.ConfigClass.configClass(Class.forName(mapping.getName())))
                        .keySet()
                        .forEach(name -> ours.add(Pattern.compile(
                                variable(name.replace("*", "FREE")).replace("FREE", "[A-Z0-9_]+"))));
            }
        }
    }

    private void readPhases(JsonNode node) {
        if (node.has("phase")) {
            String phase = node.get("phase").asText();
            phases.put(text(node, "/path/environmentVariable"), phase);
            items(node, "/additionalPaths").forEach(path -> phases.put(text(path, "/environmentVariable"), phase));
        }
        node.forEach(this::readPhases);
    }

    /** A property's name as environment variable, by the rules of MicroProfile Config. */
    static String variable(String property) {
        return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    List<String> complaints(Manifests manifests) {
        Set<String> complaints = new TreeSet<>();
        for (JsonNode workload : manifests.workloads()) {
            for (String name : names(manifests, workload)) {
                if (FOREIGN.contains(name)
                        || ours.stream().anyMatch(known -> known.matcher(name).matches())) {
                    continue;
                }
                String phase = phases.get(name);
                if (phase == null) {
                    complaints.add(Manifests.title(workload) + ": nobody knows the setting " + name);
                } else if (!phase.equals("RUN_TIME")) {
                    complaints.add(Manifests.title(workload) + ": " + name + " was read when the image was built");
                }
            }
        }
        return List.copyOf(complaints);
    }

    /** Names of all environment variables of a workload, wherever their values come from. */
    private static Set<String> names(Manifests manifests, JsonNode workload) {
        Set<String> names = new TreeSet<>(values(manifests, workload).keySet());
        containers(workload).forEach(container -> items(container, "/env")
                .map(variable -> text(variable, "/name"))
                .forEach(names::add));
        return names;
    }

    /** What is given to a workload in plain text, by environment variable. */
    static Map<String, String> values(Manifests manifests, JsonNode workload) {
        Map<String, String> values = new TreeMap<>();
        for (JsonNode container : containers(workload)) {
            items(container, "/envFrom")
                    .map(source -> text(source, "/configMapRef/name"))
                    .forEach(name ->
                            manifests.find("ConfigMap", name).ifPresent(map -> values.putAll(labels(map, "/data"))));
            values.putAll(items(container, "/env")
                    .filter(variable -> variable.has("value"))
                    .collect(Collectors.toMap(v -> text(v, "/name"), v -> text(v, "/value"))));
        }
        return values;
    }

    /** What a property is for a workload: as given, else as in application.properties for production. */
    String value(Manifests manifests, JsonNode workload, String property) {
        String given = values(manifests, workload).get(variable(property));
        return given != null ? given : defaults.getProperty("%prod." + property, defaults.getProperty(property, ""));
    }

    int number(Manifests manifests, JsonNode workload, String property) {
        String value = value(manifests, workload, property);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new AssertionError(property + " is to be a number: " + value, e);
        }
    }

    Duration duration(Manifests manifests, JsonNode workload, String property) {
        return DurationConverter.parseDuration(value(manifests, workload, property));
    }
}
