package org.paywitness.blackbox;

import java.io.IOException;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestClassOrder;
import org.paywitness.dossier.DossierForms;
import org.paywitness.http.Contract;
import org.paywitness.receipt.ReceiptForms;
import org.paywitness.statement.MerchantDayImport;

/**
 * Every operation and every format of the packaged service, in processes of its own that are started once: what
 * reflection, resources and services found by name hold together breaks in a native executable only when it is used.
 */
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class EverythingIT {
    private static Packaged packaged;

    @BeforeAll
    static void start() throws IOException, SQLException {
        packaged = new Packaged();
    }

    @AfterAll
    static void stop() {
        if (packaged != null) {
            packaged.close();
        }
    }

    /** Every operation, status, media type, language and verdict of the published document. */
    @Nested
    @Order(1)
    class OfTheContract extends Contract {
        @BeforeAll
        static void ask() {
            Packaged.ask(packaged.alone);
        }

        @Override
        protected void needsAttention(UUID refund) throws SQLException {
            Packaged.needsAttention(refund);
        }
    }

    @Nested
    @Order(2)
    class OfReceipts extends ReceiptForms {
        @BeforeAll
        static void ask() {
            Packaged.ask(packaged.alone);
        }
    }

    @Nested
    @Order(3)
    class OfStatements {
        @Test
        void everyFormatAndCharset() throws IOException {
            Packaged.ask(packaged.alone);
            MerchantDayImport.everyFormatAndCharsetIsRead();
        }
    }

    @Nested
    @Order(4)
    class OfDossiers extends DossierForms {
        @BeforeAll
        static void ask() {
            Packaged.ask(packaged.alone);
        }
    }

    @Nested
    @Order(5)
    class OfNeighbours extends AmongNeighbours {
        OfNeighbours() {
            super(packaged);
        }
    }

    @Nested
    @Order(6)
    class OfOperations extends Operations {
        OfOperations() {
            super(packaged);
        }
    }

    /** Last: of all that was used before. */
    @Nested
    @Order(7)
    class OfRegistrations extends Registrations {
        OfRegistrations() {
            super(packaged);
        }
    }
}
