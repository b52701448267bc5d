package org.paywitness.dossier;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Multi;
import io.vertx.core.buffer.Buffer;
import java.io.Closeable;
import java.io.IOException;
import java.time.ZoneId;
import org.paywitness.dispute.CaseFile;
import org.paywitness.evidence.Evidences;

/**
 * A dossier that is ready to be sent. Whoever has one closes it, sent or not.
 *
 * @param content to be read once, in pieces, each made when it is asked for
 * @param length in bytes, or -1 where it shows only as it is sent
 */
record Made(Multi<Buffer> content, long length, Closeable kept) implements Closeable {

    /** Sets the document, on a thread that may wait. */
    static Made of(CaseFile file, DossierForm form, ZoneId zone, Evidences evidences, ObjectMapper json)
            throws IOException {
        Scratch paper = Scratch.of(out -> new DossierPaper(file, zone).set(out));
        if (form == DossierForm.PDF) {
            return new Made(paper.content(), paper.size(), paper);
        }
        Scratch timeline;
        try {
            timeline = Scratch.of(out -> out.write(json.writeValueAsBytes(file.told())));
        } catch (IOException | RuntimeException e) {
            paper.close();
            throw e;
        }
        Bundle bundle = new Bundle(file, zone, json);
        return new Made(bundle.content(paper, timeline, evidences), -1, () -> {
            paper.close();
            timeline.close();
            bundle.close();
        });
    }

    @Override
    public void close() throws IOException {
        kept.close();
    }
}
