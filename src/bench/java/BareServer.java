import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.PreparedQuery;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * What the lookup could cost at best without batching: Vert.x alone, a pipelined pg client, one query per request,
 * JSON by hand, nobody authenticated. {@code BareServer PORT LOOPS POSTGRES_URI QUERY_FILE}; GET /anything/{uuid}/x.
 */
public final class BareServer extends AbstractVerticle {
    private static String[] args;
    private static String query;
    private PreparedQuery<RowSet<Row>> prepared;

    public static void main(String[] given) throws Exception {
        args = given;
        query = Files.readString(Path.of(given[3])).strip();
        int loops = Integer.parseInt(given[1]);
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops))
                .deployVerticle(BareServer::new, new DeploymentOptions().setInstances(loops))
                .onComplete(id -> System.out.println("ready"), failure -> {
                    failure.printStackTrace();
                    System.exit(1);
                });
    }

    @Override
    public void start(Promise<Void> started) {
        PgConnectOptions options = PgConnectOptions.fromUri(args[2])
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheSqlFilter(sql -> true);
        SqlClient client = PgBuilder.client()
                .with(new PoolOptions().setMaxSize(1))
                .connectingTo(options)
                .using(vertx)
                .build();
        prepared = client.preparedQuery(query);
        vertx.createHttpServer()
                .requestHandler(this::answer)
                .listen(Integer.parseInt(args[0]))
                .<Void>mapEmpty()
                .onComplete(started);
    }

    private void answer(HttpServerRequest request) {
        String[] path = request.path().split("/");
        Future<RowSet<Row>> rows;
        try {
            rows = prepared.execute(Tuple.of(UUID.fromString(path[path.length - 2])));
        } catch (IllegalArgumentException e) {
            request.response().setStatusCode(400).end();
            return;
        }
        rows.onComplete(
                found -> {
                    boolean none = found.size() == 0;
                    request.response()
                            .setStatusCode(none ? 404 : 200)
                            .putHeader("Content-Type", "application/json")
                            .end(none ? "{}" : json(found.iterator().next()));
                },
                failure -> request.response().setStatusCode(500).end(failure.toString()));
    }

    private static String json(Row row) {
        StringBuilder json = new StringBuilder(512).append('{');
        for (int i = 0; i < row.size(); i++) {
            json.append(i == 0 ? "\"" : ",\"").append(row.getColumnName(i)).append("\":\"");
            json.append(String.valueOf(row.getValue(i)).replace("\"", "\\\"")).append('"');
        }
        return json.append('}').toString();
    }
}
