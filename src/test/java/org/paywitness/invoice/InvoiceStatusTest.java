package org.paywitness.invoice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.paywitness.problem.Problem;

class InvoiceStatusTest {
    @Test
    void onlyAnOpenRequestGoesOn() {
        for (InvoiceStatus from : InvoiceStatus.values()) {
            for (InvoiceStatus to : InvoiceStatus.values()) {
                if (from == InvoiceStatus.REQUESTED && to != InvoiceStatus.REQUESTED) {
                    assertEquals(to, from.to(to));
                } else {
                    assertEquals(
                            "invoice_request_closed",
                            assertThrows(Problem.class, () -> from.to(to)).code());
                }
            }
        }
        assertEquals(Set.of(InvoiceStatus.ISSUED, InvoiceStatus.REFUSED), InvoiceStatus.REQUESTED.next());
    }
}
