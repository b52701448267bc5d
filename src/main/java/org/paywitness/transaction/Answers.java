package org.paywitness.transaction;

import jakarta.ws.rs.core.Response;
import org.paywitness.explanation.Language;

/** Answers to reads: an entity tag, 304 where it is known (RFC 9110, section 13.1.2), and the language. */
final class Answers {
    private Answers() {}

    static Response ok(VerdictAnswer answer, String known, Language language) {
        return ok(answer, answer.entityTag(), known, language);
    }

    static Response ok(Object answer, String tag, String known, Language language) {
        if (known != null && matches(known, tag)) {
            return Response.status(Response.Status.NOT_MODIFIED)
                    .header("ETag", tag)
                    .header("Vary", "Accept-Language")
                    .build();
        }
        return Response.ok(answer)
                .header("ETag", tag)
                .header("Content-Language", language.tag())
                .header("Vary", "Accept-Language")
                .header("Cache-Control", "private, no-cache")
                .build();
    }

    private static boolean matches(String known, String tag) {
        if (known.equals(tag)) {
            return true;
        }
        for (String one : known.split(",", 50)) {
            String trimmed = one.trim();
            if (trimmed.equals("*") || trimmed.equals(tag) || trimmed.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }
}
