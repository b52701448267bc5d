package org.paywitness;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import java.util.Map;
import org.paywitness.database.MigrationRun;

/**
 * Runs the service; with {@code --migrate} only brings the schema to this version and ends: 0 when it is of this version
 * or newer, 1 when the database cannot be reached or a migration failed. Other arguments are refused with 2.
 */
@QuarkusMain
public class Main {
    private static final int USAGE = 2;

    /** What a migration run does without: a port, tokens, and those who wait for the schema. */
    private static final Map<String, String> ALONE = Map.of(
            "quarkus.http.host-enabled", "false",
            "quarkus.oidc.tenant-enabled", "false",
            "paywitness.migrations.only", "true",
            "quarkus.shutdown.delay", "0s");

    Main() {}

    public static void main(String... arguments) {
        if (arguments.length == 0) {
            Quarkus.run();
        } else if (List.of(arguments).equals(List.of("--migrate"))) {
            ALONE.forEach(System::setProperty);
            Quarkus.run(MigrationRun.class);
        } else {
            System.err.println("Not understood: " + String.join(" ", arguments)
                    + "\nWithout arguments the service runs; with --migrate it brings the schema up to date and ends.");
            System.exit(USAGE);
        }
    }
}
