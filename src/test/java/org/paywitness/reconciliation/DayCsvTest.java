package org.paywitness.reconciliation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DayCsvTest {
    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1", "\r=1", "\n=1", "|cmd", "%1", "＝1", "＠x"})
    void formulasBecomeText(String value) {
        assertEquals("\"'" + value + "\"", DayCsv.cell(value));
    }

    @Test
    void othersStayAsTheyAre() {
        assertEquals("", DayCsv.cell(""));
        assertEquals("\"RRN 632512000417\"", DayCsv.cell("RRN 632512000417"));
        assertEquals("\"12800\"", DayCsv.cell("12800"));
        assertEquals("\"a \"\"b\"\", c=d\"", DayCsv.cell("a \"b\", c=d"));
    }
}
