package org.paywitness.blackbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * What a native executable is built from, as {@code quarkus.native.sources-only} writes it: the
 * types that it can look into at run time, the resources that it carries along, and the libraries.
 */
final class Registered {
    private static final Path SOURCES = Path.of("target", "native-sources");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Set<String> types = new TreeSet<>();
    private final List<Pattern> resources = new ArrayList<>();
    private final Set<String> ours = new TreeSet<>();

    static Registered read() throws IOException {
        Registered registered = new Registered();
        try (ZipFile jar = new ZipFile(jar().toFile())) {
            for (JsonNode type : json(jar, "META-INF/native-image/reflect-config.json")) {
                registered.types.add(type.get("name").textValue());
            }
            for (JsonNode one :
                    json(jar, "META-INF/native-image/resource-config.json").at("/resources/includes")) {
                registered.resources.add(Pattern.compile(one.get("pattern").textValue()));
            }
            jar.stream()
                    .map(Object::toString)
                    .filter(name -> !name.endsWith("/") && !name.endsWith(".class"))
                    .forEach(registered.ours::add);
        }
        return registered;
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.filter(file -> file.toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static JsonNode json(ZipFile jar, String name) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
            return JSON.readTree(in);
        }
    }

    Set<String> types() {
        return types;
    }

    /** The resources of our own jar. */
    Set<String> ours() {
        return ours;
    }

    boolean carries(String resource) {
        return resources.stream().anyMatch(one -> one.matcher(resource).matches());
    }
}
