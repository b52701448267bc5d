package org.paywitness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The packaged service that black-box tests start: a jar, which java runs, or an executable. Which one says the system
 * property {@code paywitness.artifact}.
 */
public final class Artifact {
    private static final Path PATH =
            Path.of(System.getProperty("paywitness.artifact", "target/quarkus-app/quarkus-run.jar"));

    /** What a native executable understands too: sizes of its heap and its stacks. */
    private static final Pattern FOR_BOTH = Pattern.compile("-X(mx|ms|mn|ss)\\d+[kmg]?");

    private Artifact() {}

    public static Path path() {
        return PATH;
    }

    /** Of the JVM: has jars to look into, and takes options of a JVM. */
    public static boolean isJar() {
        return PATH.toString().endsWith(".jar");
    }

    /**
     * The command that starts it.
     *
     * @param options of a JVM, such as {@code -Xmx96m}; a native executable is given those that it understands
     */
    public static List<String> command(Map<String, String> settings, List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(
                isJar()
                        ? Path.of(System.getProperty("java.home"), "bin", "java")
                                .toString()
                        : PATH.toAbsolutePath().toString());
        options.stream()
                .filter(option -> isJar() || FOR_BOTH.matcher(option).matches())
                .forEach(command::add);
        settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
        if (isJar()) {
            command.addAll(List.of("-jar", PATH.toString()));
        }
        return command;
    }
}
