package org.paywitness.transaction;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.paywitness.explanation.Language;
import org.paywitness.lookup.Consistency;
import org.paywitness.verdict.Verdict;

/** Answers to reads: an entity tag, 304 where it is known (RFC 9110, section 13.1.2), and the language. */
@Singleton
public class Answers {
    /** Nobody meets another answer with the same tag by chance, and the tag stays short. */
    private static final int TAG_BYTES = 12;

    private final ObjectMapper json;
    private final Map<String, Counter> verdicts = new HashMap<>();

    Answers(ObjectMapper json, MeterRegistry meters) {
        this.json = json;
        for (Verdict.Kind kind : Verdict.Kind.values()) {
            Counter given = Counter.builder("paywitness.verdicts")
                    .description("Verdicts given out, by kind")
                    .tag("kind", kind.code())
                    .register(meters);
            verdicts.put(kind.code(), given);
        }
    }

    /** One Uni for the whole way: each operator of Mutiny would carry the context of the request along. */
    static <T> Uni<Response> later(Future<T> found, Function<T, Response> answer) {
        return Uni.createFrom().emitter(done -> found.map(answer).onComplete(done::complete, done::fail));
    }

    /**
     * An answer that is never older than the one that the caller knows: a replica may say that it still stands, and only
     * the primary what stands instead.
     *
     * @param known the header If-None-Match, or null
     */
    static Future<VerdictAnswer> neverOlder(
            Consistency needed, String known, Function<Consistency, Future<VerdictAnswer>> ask) {
        Future<VerdictAnswer> answer = ask.apply(needed);
        return known == null || needed.isLatest()
                ? answer
                : answer.compose(found -> matches(known, found.entityTag())
                        ? Future.succeededFuture(found)
                        : ask.apply(Consistency.LATEST));
    }

    Response ok(VerdictAnswer answer, String known, Language language) {
        verdicts.get(answer.verdict()).increment();
        return ok(answer, answer.entityTag(), known, language);
    }

    Response ok(Object answer, String tag, String known, Language language) {
        if (matches(known, tag)) {
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

    /** An answer with texts in the caller's language; it is another one when anything in it is. */
    public Response inLanguage(Object answer, String known, Language language) {
        return ok(answer, tag(new String(bytes(answer), StandardCharsets.UTF_8)), known, language);
    }

    /** An answer without any text in the caller's language; it is another one when the content is. */
    public static Response ok(Object answer, String content, String known) {
        String tag = tag(content);
        return (matches(known, tag) ? Response.notModified() : Response.ok(answer))
                .header("ETag", tag)
                .header("Cache-Control", "private, no-cache")
                .build();
    }

    /**
     * What is the same for everybody, so that any cache may keep it.
     *
     * @param known the header If-None-Match, or null
     * @param maxAge how long caches may answer with it unasked
     */
    public Response toEverybody(Object answer, String known, Language language, Duration maxAge) {
        byte[] content = bytes(answer);
        String tag = tag(content);
        return (matches(known, tag)
                        ? Response.notModified()
                        : Response.ok(content, MediaType.APPLICATION_JSON_TYPE)
                                .header("Content-Language", language.tag()))
                .header("ETag", tag)
                .header("Vary", "Accept-Language")
                .header("Cache-Control", "public, max-age=" + maxAge.toSeconds())
                .build();
    }

    /** An entity tag of what an answer says. */
    static String tag(String content) {
        return tag(content.getBytes(StandardCharsets.UTF_8));
    }

    private static String tag(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, TAG_BYTES)) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }

    // Whole, so that it goes out in one piece with its length.
    private byte[] bytes(Object answer) {
        try {
            return json.writeValueAsBytes(answer);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the header If-None-Match names the tag; null names none. */
    public static boolean matches(String known, String tag) {
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
