package org.paywitness.dossier;

import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;

/** In what a dossier can be had; what comes first is what everybody gets who has no wish. */
enum DossierForm {
    /** To be read. */
    PDF("application/pdf"),
    /** To be checked: the same document with all files, the timeline and the hashes of everything. */
    ZIP("application/zip");

    private final MediaType type;

    DossierForm(String type) {
        this.type = MediaType.valueOf(type);
    }

    MediaType type() {
        return type;
    }

    /** The ending of a file's name, without the dot. */
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The form that is wanted most (RFC 9110, section 12.5.1).
     *
     * @param accepted most wanted first
     * @throws NotAcceptableException where none is
     */
    static DossierForm of(List<MediaType> accepted) {
        for (MediaType wanted : accepted) {
            for (DossierForm form : values()) {
                if (wanted.isCompatible(form.type) && !isRefused(wanted)) {
                    return form;
                }
            }
        }
        throw new NotAcceptableException();
    }

    private static boolean isRefused(MediaType wanted) {
        String weight = wanted.getParameters().get("q");
        return weight != null && weight.matches("0(\\.0*)?");
    }
}
