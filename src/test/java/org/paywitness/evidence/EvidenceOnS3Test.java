package org.paywitness.evidence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** All that holds of evidence in PostgreSQL, with the files in an S3-compatible storage. */
@QuarkusTest
@WithTestResource(S3Server.class)
class EvidenceOnS3Test extends EvidenceKept {
    @Test
    void filesAreThereAndNotInTheDatabase() {
        assertEquals("s3", storages.current().name());
    }
}
