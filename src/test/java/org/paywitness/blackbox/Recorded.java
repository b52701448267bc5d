package org.paywitness.blackbox;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.paywitness.fault.RunningService;

/** What running services have come to use, asked of a {@link Recorder} that is loaded into them. */
final class Recorded {
    private final Set<String> lines = new TreeSet<>();

    static Recorded of(RunningService... packaged) throws Exception {
        Path jar = Path.of("target", "recorder.jar").toAbsolutePath();
        write(jar);
        Recorded all = new Recorded();
        for (RunningService service : packaged) {
            Path out = jar.resolveSibling("recorded-" + service.pid() + ".txt");
            VirtualMachine jvm = VirtualMachine.attach(Long.toString(service.pid()));
            try {
                jvm.loadAgent(jar.toString(), out.toString());
            } finally {
                jvm.detach();
            }
            all.lines.addAll(Files.readAllLines(out));
        }
        if (all.lines.stream().anyMatch(line -> line.startsWith("failed "))) {
            throw new AssertionError(all.named("failed"));
        }
        return all;
    }

    /** Of a kind, {@code class} or {@code json}. */
    Set<String> named(String kind) {
        return lines.stream()
                .filter(line -> line.startsWith(kind + " "))
                .map(line -> line.substring(kind.length() + 1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void write(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Agent-Class", Recorder.class.getName());
        String name = Recorder.class.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest);
                InputStream content = Recorder.class.getClassLoader().getResourceAsStream(name)) {
            entries.putNextEntry(new ZipEntry(name));
            content.transferTo(entries);
        }
    }
}
