package org.paywitness.idempotency;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.paywitness.problem.Problem;

/**
 * A retry changes nothing (draft-ietf-httpapi-idempotency-key-header): the first answer to a client's key is kept and
 * given again. For work that is harmless to do twice, as all of it here is: a key whose request died with its process
 * is free again after a while.
 */
@ApplicationScoped
public class Idempotency {
    /**
     * An answer that can be kept.
     *
     * @param location header {@code Location}, or null
     * @param body JSON
     */
    public record Answer(int status, String location, String body) {
        Response response(boolean replayed) {
            Response.ResponseBuilder response = Response.status(status)
                    .type(MediaType.APPLICATION_JSON_TYPE)
                    .entity(body);
            if (location != null) {
                response.header("Location", location);
            }
            return replayed ? response.header("Idempotency-Replayed", "true").build() : response.build();
        }
    }

    private static final int MAX_KEY_LENGTH = 255;
    private static final String CLAIM = "INSERT INTO idempotency_key (client, key, fingerprint, created_at)"
            + " VALUES ($1, $2, $3, $4) ON CONFLICT (client, key) DO UPDATE SET fingerprint = excluded.fingerprint,"
            + " status = NULL, location = NULL, body = NULL, created_at = excluded.created_at"
            + " WHERE idempotency_key.created_at < $5"
            + " OR idempotency_key.status IS NULL AND idempotency_key.created_at < $6"
            + " AND idempotency_key.fingerprint = excluded.fingerprint RETURNING client";
    private static final String READ =
            "SELECT fingerprint, status, location, body FROM idempotency_key WHERE client = $1 AND key = $2";
    private static final String KEEP = "UPDATE idempotency_key SET status = $4, location = $5, body = $6"
            + " WHERE client = $1 AND key = $2 AND fingerprint = $3";
    private static final String FORGET =
            "DELETE FROM idempotency_key WHERE client = $1 AND key = $2 AND fingerprint = $3 AND status IS NULL";
    private static final String PURGE = "DELETE FROM idempotency_key WHERE created_at < $1";

    @ConfigProperty(name = "paywitness.idempotency.keep", defaultValue = "7d")
    Duration keep;

    @ConfigProperty(name = "paywitness.idempotency.lease", defaultValue = "60s")
    Duration lease;

    private final Pool pool;
    private final Clock clock;

    Idempotency(Pool pool, Clock clock) {
        this.pool = pool;
        this.clock = clock;
    }

    /**
     * Does the work, or gives the answer that it gave before. Goes on to its end even when the caller hangs up.
     *
     * @param client whose key it is
     * @param key the header {@code Idempotency-Key}, quoted or bare; null just does the work
     * @param request what was asked, whole: method, path and body
     * @throws Problem 400 {@code invalid_idempotency_key}, 409 {@code request_in_progress}, 422
     *     {@code idempotency_key_reused}
     */
    public Uni<Response> once(String client, String key, byte[] request, Supplier<Uni<Answer>> work) {
        Uni<Response> all = key == null
                ? work.get().map(answer -> answer.response(false))
                : claimed(client, bare(key), fingerprint(request), work);
        return Uni.createFrom().emitter(done -> all.subscribe().with(done::complete, done::fail));
    }

    private Uni<Response> claimed(String client, String key, Buffer fingerprint, Supplier<Uni<Answer>> work) {
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        return pool.preparedQuery(CLAIM)
                .execute(Tuple.of(client, key, fingerprint, now, now.minus(keep), now.minus(lease)))
                .chain(rows -> rows.size() == 1
                        ? work.get()
                                .call(answer -> pool.preparedQuery(KEEP)
                                        .execute(Tuple.of(
                                                client,
                                                key,
                                                fingerprint,
                                                answer.status(),
                                                answer.location(),
                                                answer.body())))
                                .onFailure()
                                .call(() -> forget(client, key, fingerprint))
                                .map(answer -> answer.response(false))
                        : replay(client, key, fingerprint));
    }

    // Where it does not work, the lease ends by itself, and the caller learns why the work failed.
    private Uni<Void> forget(String client, String key, Buffer fingerprint) {
        return pool.preparedQuery(FORGET)
                .execute(Tuple.of(client, key, fingerprint))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    private Uni<Response> replay(String client, String key, Buffer fingerprint) {
        return pool.preparedQuery(READ).execute(Tuple.of(client, key)).map(rows -> {
            var iterator = rows.iterator();
            Row row = iterator.hasNext() ? iterator.next() : null;
            if (row != null && !Arrays.equals(row.getBuffer(0).getBytes(), fingerprint.getBytes())) {
                throw Problem.unprocessable(
                        "idempotency_key_reused", "This Idempotency-Key was used for another request.");
            }
            if (row == null || row.getInteger(1) == null) {
                throw Problem.conflict("request_in_progress", "The first request with this key is still running.");
            }
            return new Answer(row.getInteger(1), row.getString(2), row.getString(3)).response(true);
        });
    }

    /** Forgets keys that are older than they are kept. */
    public Uni<Void> purge() {
        return pool.preparedQuery(PURGE)
                .execute(Tuple.of(clock.instant().minus(keep).atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    private static String bare(String key) {
        boolean quoted = key.length() > 1 && key.startsWith("\"") && key.endsWith("\"");
        String bare = quoted ? key.substring(1, key.length() - 1) : key;
        if (bare.isEmpty() || bare.length() > MAX_KEY_LENGTH || !bare.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw Problem.badRequest(
                    "invalid_idempotency_key",
                    "Idempotency-Key must have 1 to " + MAX_KEY_LENGTH + " visible ASCII characters.");
        }
        return bare;
    }

    private static Buffer fingerprint(byte[] request) {
        try {
            return Buffer.buffer(MessageDigest.getInstance("SHA-256").digest(request));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is required of every Java platform", e);
        }
    }

    /** A request as bytes to tell it from others: what is asked, then the body. */
    public static byte[] request(String what, byte[] body) {
        byte[] head = (what + '\n').getBytes(StandardCharsets.UTF_8);
        byte[] request = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }
}
