package org.paywitness.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Evidence whose files lie in PostgreSQL: the default. */
@QuarkusTest
class EvidenceTest extends EvidenceKept {
    @Test
    void filesAreInTheDatabaseUnlessOtherwiseConfigured() {
        assertEquals("postgresql", storages.current().name());
    }
}
