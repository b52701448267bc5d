package org.paywitness.dossier;

import java.util.UUID;
import org.paywitness.evidence.Party;
import org.paywitness.explanation.Language;
import org.paywitness.id.TypeId;

/** A dossier that somebody who may have it has asked for; see {@link DossierWriter}. */
record Wanted(UUID dispute, DossierForm form, Language language, Party by) {
    String reference() {
        return TypeId.format(TypeId.DISPUTE, dispute);
    }
}
