import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The embedded PostgreSQL on a data directory that is kept: {@code BenchPostgres DATA PORT [LIBRARIES [NAME=VALUE …]]}, with
 * these settings besides. Runs until it is killed.
 */
public final class BenchPostgres {
    public static void main(String[] args) throws Exception {
        Path data = Path.of(args[0]);
        Files.createDirectories(data);
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(Integer.parseInt(args[1]))
                .setPGStartupWait(Duration.ofSeconds(120))
                .setLocaleConfig("locale", "C")
                .setServerConfig("shared_buffers", "2GB")
                .setServerConfig("max_wal_size", "8GB")
                .setServerConfig("max_connections", "200")
                // The embedded one is made for tests, which lose nothing: as durable as in production.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("shared_preload_libraries", args.length > 2 ? args[2] : "");
        for (int i = 3; i < args.length; i++) {
            String[] setting = args[i].split("=", 2);
            builder.setServerConfig(setting[0], setting[1]);
        }
        builder.start();
        System.out.println("ready");
        Thread.currentThread().join();
    }
}
