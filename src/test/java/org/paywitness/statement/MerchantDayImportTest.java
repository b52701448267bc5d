package org.paywitness.statement;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import org.junit.jupiter.api.RepeatedTest;

@QuarkusTest
class MerchantDayImportTest {
    @RepeatedTest(6)
    void anyOrderOfTheFilesGivesTheExpectedVerdicts() throws IOException {
        MerchantDayImport.anyOrderOfTheFilesGivesTheExpectedVerdicts();
    }
}
