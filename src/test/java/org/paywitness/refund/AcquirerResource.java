package org.paywitness.refund;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.paywitness.EmbeddedPostgresResource;
import org.paywitness.acquirer.Simulator;

/**
 * An acquirer for tests of refunds: a process of its own with its own ledger, known to the service and notifying it. A
 * field of type {@link Simulator} gets it. Patience is short, so that what is asked again is asked within a test.
 */
public class AcquirerResource implements QuarkusTestResourceLifecycleManager {
    private Simulator simulator;

    @Override
    public Map<String, String> start() {
        try {
            int port = EmbeddedPostgresResource.httpPort();
            Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target", "acquirer")), "of");
            simulator = Simulator.start(
                    directory,
                    "--notify",
                    "http://localhost:" + port + "/acquirer/notifications",
                    "--tolerance",
                    "40000000",
                    "--late-ms",
                    "1500",
                    "--processing-ms",
                    "300",
                    "--forget-ms",
                    "1000",
                    "--take-back-ms",
                    "300");
            Map<String, String> settings = new HashMap<>(simulator.configuration());
            settings.put("paywitness.refund.executors", "1");
            settings.put("paywitness.refund.poll", "100ms");
            settings.put("paywitness.refund.inquiries", "100ms,300ms,700ms,1500ms");
            settings.put("paywitness.refund.later-inquiries", "1s");
            settings.put("paywitness.refund.inquiries-end", "4s");
            settings.put("paywitness.refund.lease", "5s");
            settings.put("paywitness.refund.not-sent-pause", "200ms");
            settings.put("paywitness.acquirer.read-timeout", "1s");
            settings.put("paywitness.acquirer.circuit.delay", "200ms");
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(simulator, new TestInjector.MatchesType(Simulator.class));
    }

    @Override
    public void stop() {
        if (simulator != null) {
            simulator.close();
        }
    }
}
