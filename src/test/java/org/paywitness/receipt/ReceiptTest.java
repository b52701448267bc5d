package org.paywitness.receipt;

import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
class ReceiptTest extends ReceiptForms {}
