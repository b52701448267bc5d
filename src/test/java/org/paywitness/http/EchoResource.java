package org.paywitness.http;

import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.paywitness.access.Caller;
import org.paywitness.money.Money;

/** A resource of the tests: what every resource gets from the house, without any behaviour of its own. */
@Path("/v1/echo")
@Produces(MediaType.APPLICATION_JSON)
public class EchoResource {
    private final SecurityIdentity identity;
    private final Pool pool;

    EchoResource(SecurityIdentity identity, Pool pool) {
        this.identity = identity;
        this.pool = pool;
    }

    public enum Colour {
        DARK_RED,
        GREEN
    }

    public record Order(
            String note, Money money, Colour colour, Integer count, long total, List<Order> orders, Instant paidAt) {}

    @POST
    @Operation(hidden = true)
    @Consumes(MediaType.APPLICATION_JSON)
    public Uni<Order> echo(Order order) {
        return Uni.createFrom().item(order);
    }

    /** Counts what it reads, on a worker thread, as a reader of files does. */
    @POST
    @Operation(hidden = true)
    @Path("/stream")
    @Consumes(MediaType.WILDCARD)
    @Blocking
    public Map<String, Long> count(InputStream body) throws IOException {
        long bytes = 0;
        byte[] buffer = new byte[65_536];
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            bytes += n;
        }
        return Map.of("bytes", bytes);
    }

    @GET
    @Operation(hidden = true)
    @Path("/caller")
    public Map<String, Object> caller() {
        Caller caller = Caller.of(identity);
        return Map.of("client_id", caller.clientId(), "visibility", String.valueOf(caller.requireRead()));
    }

    @GET
    @Operation(hidden = true)
    @Path("/page")
    public String page(@RestQuery int pageLimit, @QueryParam("at") Instant at) {
        return "{}";
    }

    @GET
    @Operation(hidden = true)
    @Path("/broken")
    public String broken() {
        throw new IllegalStateException("secret: 4111111111111111");
    }

    @GET
    @Operation(hidden = true)
    @Path("/slow-sql")
    public Uni<String> slowSql() {
        return pool.query("SELECT pg_terminate_backend(pg_backend_pid())")
                .execute()
                .map(rows -> "{}");
    }

    @GET
    @Operation(hidden = true)
    @Path("/text-with-nul")
    public Uni<String> nul() {
        return pool.query("SELECT convert_from('\\x00'::bytea, 'UTF8')")
                .execute()
                .map(rows -> "{}");
    }
}
