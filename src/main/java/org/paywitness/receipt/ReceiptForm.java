package org.paywitness.receipt;

import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;

/** In what a slip can be had; what comes first is what everybody gets who has no wish. */
enum ReceiptForm {
    JSON(MediaType.APPLICATION_JSON_TYPE),
    HTML(MediaType.TEXT_HTML_TYPE.withCharset("UTF-8")),
    PDF(new MediaType("application", "pdf"));

    private final MediaType type;

    ReceiptForm(MediaType type) {
        this.type = type;
    }

    MediaType type() {
        return type;
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The form that is wanted most (RFC 9110, section 12.5.1).
     *
     * @param accepted most wanted first
     * @throws NotAcceptableException where none is
     */
    static ReceiptForm of(List<MediaType> accepted) {
        for (MediaType wanted : accepted) {
            for (ReceiptForm form : values()) {
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
