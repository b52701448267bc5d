package org.paywitness.transaction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.Function;
import org.paywitness.explanation.Language;

/** Answers to reads: an entity tag, 304 where it is known (RFC 9110, section 13.1.2), and the language. */
@Singleton
class Answers {
    private final ObjectMapper json;

    Answers(ObjectMapper json) {
        this.json = json;
    }

    /** One Uni for the whole way: each operator of Mutiny would carry the context of the request along. */
    static <T> Uni<Response> later(Future<T> found, Function<T, Response> answer) {
        return Uni.createFrom().emitter(done -> found.map(answer).onComplete(done::complete, done::fail));
    }

    Response ok(VerdictAnswer answer, String known, Language language) {
        return ok(answer, answer.entityTag(), known, language);
    }

    Response ok(Object answer, String tag, String known, Language language) {
        if (known != null && matches(known, tag)) {
            return Response.status(Response.Status.NOT_MODIFIED)
                    .header("ETag", tag)
                    .header("Vary", "Accept-Language")
                    .build();
        }
        return Response.ok(bytes(answer), MediaType.APPLICATION_JSON_TYPE)
                .header("ETag", tag)
                .header("Content-Language", language.tag())
                .header("Vary", "Accept-Language")
                .header("Cache-Control", "private, no-cache")
                .build();
    }

    // Whole, so that it goes out in one piece with its length.
    private byte[] bytes(Object answer) {
        try {
            return json.writeValueAsBytes(answer);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
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
