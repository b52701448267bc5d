package org.paywitness.idempotency;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.paywitness.problem.Problem;

/**
 * A retry changes nothing (draft-ietf-httpapi-idempotency-key-header): the first answer to a client's key is kept and
 * given again. A refusal changes nothing and is not kept.
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
        /** @param replayed whether it was given before, which a header tells */
        public Response response(boolean replayed) {
            Response.ResponseBuilder response = Response.status(status)
                    .type(MediaType.APPLICATION_JSON_TYPE)
                    .entity(body);
            if (location != null) {
                response.header("Location", location);
            }
            return replayed ? response.header("Idempotency-Replayed", "true").build() : response.build();
        }
    }

    /** One client's key for one request. */
    public record Key(String client, String key, Buffer fingerprint) {}

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
     * Does work that is harmless to do twice, or gives the answer that it gave before: a key whose request died with its
     * process is free again after a while. Goes on to its end even when the caller hangs up.
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
        return detached(all);
    }

    /**
     * The key of a request; null where the header is.
     *
     * @throws Problem 400 {@code invalid_idempotency_key}
     */
    public Key key(String client, String header, byte[] request) {
        return header == null ? null : new Key(client, bare(header), fingerprint(request));
    }

    /**
     * The answer that was kept for this key, or null where none was.
     *
     * @throws Problem (in the Uni) 409 {@code request_in_progress}, 422 {@code idempotency_key_reused}
     */
    public Uni<Response> kept(Key key) {
        return read(key.client(), key.key()).map(row -> row == null ? null : replayed(row, key.fingerprint()));
    }

    /** Keys that were used before this instant are free. */
    public Instant expired() {
        return clock.instant().minus(keep);
    }

    /**
     * Does work in one database transaction with its key and its answer: all of it once, or nothing. Goes on to its end
     * even when the caller hangs up.
     *
     * @param key null just does the work
     */
    public Uni<Response> with(Key key, Function<SqlConnection, Uni<Answer>> work) {
        return answered(key, pool.withTransaction(connection -> within(connection, key, () -> work.apply(connection))));
    }

    /** Claims the key, works and keeps the answer in the caller's transaction, to be {@link #answered}. */
    public Uni<Answer> within(SqlConnection connection, Key key, Supplier<Uni<Answer>> work) {
        return key == null
                ? work.get()
                : take(connection, key).chain(work::get).call(answer -> keep(connection, key, answer));
    }

    /** The answer of work done {@link #within} a transaction, or the one that was kept before. */
    public Uni<Response> answered(Key key, Uni<Answer> work) {
        return detached(work.map(answer -> answer.response(false))
                .onFailure(Taken.class)
                .recoverWithUni(() -> kept(key)));
    }

    /** Goes on to its end even when the subscriber cancels, as Quarkus does when the caller hangs up. */
    public static <T> Uni<T> detached(Uni<T> work) {
        return Uni.createFrom().emitter(done -> work.subscribe().with(done::complete, done::fail));
    }

    private static final class Taken extends RuntimeException {
        Taken() {
            super("the key was used before", null, false, false);
        }
    }

    // Whoever comes with the same key meanwhile waits here until we have committed.
    private Uni<Void> take(SqlConnection connection, Key key) {
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        return connection
                .preparedQuery(CLAIM)
                .execute(Tuple.of(key.client(), key.key(), key.fingerprint(), now, now.minus(keep), now.minus(lease)))
                .invoke(rows -> {
                    if (rows.size() == 0) {
                        throw new Taken();
                    }
                })
                .replaceWithVoid();
    }

    private static Uni<Void> keep(SqlClient client, Key key, Answer answer) {
        return client.preparedQuery(KEEP)
                .execute(Tuple.of(
                        key.client(), key.key(), key.fingerprint(), answer.status(), answer.location(), answer.body()))
                .replaceWithVoid();
    }

    private Uni<Response> claimed(String client, String key, Buffer fingerprint, Supplier<Uni<Answer>> work) {
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        return pool.preparedQuery(CLAIM)
                .execute(Tuple.of(client, key, fingerprint, now, now.minus(keep), now.minus(lease)))
                .chain(rows -> rows.size() == 1
                        ? work.get()
                                .call(answer -> keep(pool, new Key(client, key, fingerprint), answer))
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
        return read(client, key).map(row -> {
            if (row == null) {
                throw inProgress();
            }
            return replayed(row, fingerprint);
        });
    }

    private Uni<Row> read(String client, String key) {
        return pool.preparedQuery(READ).execute(Tuple.of(client, key)).map(rows -> {
            var iterator = rows.iterator();
            return iterator.hasNext() ? iterator.next() : null;
        });
    }

    private static Response replayed(Row row, Buffer fingerprint) {
        if (!Arrays.equals(row.getBuffer(0).getBytes(), fingerprint.getBytes())) {
            throw Problem.unprocessable("idempotency_key_reused", "This Idempotency-Key was used for another request.");
        }
        if (row.getInteger(1) == null) {
            throw inProgress();
        }
        return new Answer(row.getInteger(1), row.getString(2), row.getString(3)).response(true);
    }

    private static Problem inProgress() {
        return Problem.conflict("request_in_progress", "The first request with this key is still running.");
    }

    /** How long a key is kept after its use. */
    Duration keepsFor() {
        return keep;
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
