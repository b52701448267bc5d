package org.paywitness.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The benchmark compares with pgbench and a bare server on the very statement that the service sends. */
class BenchmarkQueryTest {
    @Test
    void benchmarkSendsTheStatementOfTheService() throws IOException {
        assertEquals(
                TransactionFinder.BY_ID,
                Files.readString(Path.of("src/bench/lookup/verdict.sql")).strip());
    }
}
