package org.paywitness.invoice;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How much a request for an invoice may hold. */
@ConfigMapping(prefix = "paywitness.invoice")
interface InvoiceSettings {
    /** Characters of a title. */
    @WithDefault("100")
    int maxTitleLength();

    /** Characters of a note or of the reason of a refusal. */
    @WithDefault("500")
    int maxNoteLength();

    /** Bytes of an invoice; as base64 it must fit into a body and into one text of it. */
    @WithDefault("700000")
    int maxFileBytes();
}
