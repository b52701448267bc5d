package org.paywitness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What container files take from this repository is there, under that name. It does not build an image. */
class ContainerFilesTest {
    private static final Path FOLDER = Path.of("src", "main", "docker");

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.jvm", "Dockerfile.native"})
    void takesWhatIsThereAndNotIgnored(String name) throws IOException {
        List<String> ignored = Files.readAllLines(Path.of(".dockerignore"));
        List<String> sources = lines(name, "COPY").stream()
                .filter(line -> !line.contains("--from="))
                .flatMap(ContainerFilesTest::sources)
                .toList();
        assertFalse(sources.isEmpty());
        for (String source : sources) {
            assertTrue(Files.exists(Path.of(source)), source);
            assertTrue(ignored.contains("!" + source), source + " is ignored");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.jvm", "Dockerfile.native"})
    void buildsWithAProfileThatIsThere(String name) throws IOException {
        String build = lines(name, "RUN ./mvnw").get(0);
        String profile = build.replaceAll(".* -P(\\w+).*", "$1");
        String pom = Files.readString(Path.of("pom.xml"));
        int from = pom.indexOf("<id>" + profile + "</id>");
        assertTrue(from > 0, build);
        if (profile.equals("aot")) {
            String folder = pom.substring(from).replaceAll("(?s).*?<quarkus.package.output-directory>(.*?)<.*", "$1");
            List<String> taken = lines(name, "COPY").stream()
                    .filter(line -> line.contains("--from="))
                    .flatMap(ContainerFilesTest::sources)
                    .toList();
            assertFalse(taken.isEmpty());
            taken.forEach(path -> assertTrue(path.startsWith("/build/target/" + folder + "/"), path));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Dockerfile.jvm", "Dockerfile.native"})
    void runsAsNobodySpecialAndPassesArguments(String name) throws IOException {
        List<String> users = lines(name, "USER");
        String last = users.get(users.size() - 1).substring("USER ".length());
        // A number: Kubernetes cannot tell that a name is not root.
        assertTrue(last.matches("\\d+"), last);
        assertNotEquals(0, Integer.parseInt(last));
        List<String> entry = lines(name, "ENTRYPOINT");
        assertEquals(1, entry.size());
        assertTrue(entry.get(0).startsWith("ENTRYPOINT [\""), "a shell would keep arguments and signals to itself");
        for (String image : lines(name, "FROM")) {
            assertTrue(image.matches("FROM \\S+/\\S+:[\\w.-]+( AS \\w+)?"), image + " names no version");
            assertFalse(image.contains(":latest"), image);
        }
    }

    private static List<String> lines(String name, String instruction) throws IOException {
        return Files.readAllLines(FOLDER.resolve(name)).stream()
                .filter(line -> line.startsWith(instruction))
                .toList();
    }

    private static Stream<String> sources(String copy) {
        List<String> words = Arrays.stream(copy.split(" "))
                .skip(1)
                .filter(word -> !word.startsWith("--"))
                .toList();
        return words.subList(0, words.size() - 1).stream();
    }
}
