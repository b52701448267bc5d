package org.paywitness.transaction;

import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.paywitness.explanation.Language;

/** Answers to reads: an entity tag, 304 where it is known (RFC 9110, section 13.1.2), and the language. */
public final class Answers {
    /** Nobody can tell another answer with the same tag by chance, and the tag stays short. */
    private static final int TAG_BYTES = 12;

    private Answers() {}

    static Response ok(VerdictAnswer answer, String known, Language language) {
        return ok(answer, answer.entityTag(), known, language);
    }

    static Response ok(Object answer, String tag, String known, Language language) {
        return answer(answer, tag, known)
                .header("Content-Language", language.tag())
                .header("Vary", "Accept-Language")
                .build();
    }

    /** An answer without any text in the caller's language; it is another one when the content is. */
    public static Response ok(Object answer, String content, String known) {
        return answer(answer, tag(content), known).build();
    }

    private static Response.ResponseBuilder answer(Object answer, String tag, String known) {
        Response.ResponseBuilder response = matches(known, tag) ? Response.notModified() : Response.ok(answer);
        return response.header("ETag", tag).header("Cache-Control", "private, no-cache");
    }

    /** An entity tag of what an answer says. */
    static String tag(String content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, TAG_BYTES)) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }

    /** Whether the header If-None-Match names the tag; null names none. */
    static boolean matches(String known, String tag) {
        if (known == null) {
            return false;
        }
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
