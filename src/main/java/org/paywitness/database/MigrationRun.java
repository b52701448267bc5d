package org.paywitness.database;

import io.quarkus.runtime.QuarkusApplication;
import org.jboss.logging.Logger;

/** The run that {@code --migrate} asks for. Its exit code: 0 when the schema is of this version or newer, else 1. */
public class MigrationRun implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(MigrationRun.class);

    private final Schema schema;

    MigrationRun(Schema schema) {
        this.schema = schema;
    }

    @Override
    public int run(String... arguments) {
        try {
            schema.migrate();
            return 0;
        } catch (RuntimeException e) {
            LOG.errorf("Migration failed: %s", e.getMessage());
            return 1;
        }
    }
}
