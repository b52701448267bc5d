package org.paywitness.receipt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.OffsetDateTime;
import org.paywitness.explanation.Language;
import org.paywitness.paper.Fact;
import org.paywitness.paper.Format;
import org.paywitness.paper.Imprint;
import org.paywitness.paper.Paper;

/** A slip as a terminal's printer would print it. */
final class ReceiptPdf {
    private ReceiptPdf() {}

    /** The same copy is the same bytes. */
    static byte[] of(Receipt receipt, Language language) throws IOException {
        Imprint imprint = new Imprint(
                ReceiptWords.title(language) + ' ' + receipt.transactionId() + ' ' + receipt.mark(),
                language.tag(),
                OffsetDateTime.parse(receipt.occurredAt()).toInstant());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Paper paper = Paper.on(out, Format.ROLL_58, imprint)) {
            paper.title(ReceiptWords.title(language));
            paper.mark(receipt.mark());
            paper.rule();
            paper.facts(ReceiptWords.lines(receipt, language).stream()
                    .map(line -> Fact.of(line.label(), line.value()))
                    .toList());
            paper.rule();
            paper.note(ReceiptWords.notice(language));
            paper.note(receipt.transactionId());
        }
        return out.toByteArray();
    }
}
