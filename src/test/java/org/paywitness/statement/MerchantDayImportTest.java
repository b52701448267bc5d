package org.paywitness.statement;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class MerchantDayImportTest {
    @RepeatedTest(6)
    void anyOrderOfTheFilesGivesTheExpectedVerdicts() throws IOException {
        MerchantDayImport.anyOrderOfTheFilesGivesTheExpectedVerdicts();
    }

    @Test
    void everyFormatAndCharsetIsRead() throws IOException {
        MerchantDayImport.everyFormatAndCharsetIsRead();
    }
}
