import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * COPY of all that is kept of rows that were worked in, into tables with the same indexes, but without foreign keys and
 * triggers: {@code CopyKept JDBC_URL DIRECTORY TABLE …}; prints seconds. No way to keep as much of each row is faster.
 */
public final class CopyKept {
    public static void main(String[] args) throws Exception {
        long took = 0;
        try (Connection connection = DriverManager.getConnection(args[0], "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            for (int i = 2; i < args.length; i++) {
                Path rows = Path.of(args[1], args[i] + ".copy");
                try (OutputStream out = Files.newOutputStream(rows)) {
                    copy.copyOut("COPY " + args[i] + " TO STDOUT (FORMAT binary)", out);
                }
                statement.execute("CREATE TABLE kept_" + args[i] + " (LIKE " + args[i] + " INCLUDING ALL)");
                statement.execute("CHECKPOINT");
                try (InputStream in = Files.newInputStream(rows)) {
                    long began = System.nanoTime();
                    copy.copyIn("COPY kept_" + args[i] + " FROM STDIN (FORMAT binary)", in, 1 << 16);
                    took += System.nanoTime() - began;
                }
                statement.execute("DROP TABLE kept_" + args[i]);
                Files.delete(rows);
            }
        }
        System.out.printf("%.2f%n", took / 1e9);
    }
}
