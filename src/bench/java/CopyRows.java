import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** COPY of a CSV file into a bare table, the limit of what the database takes: {@code CopyRows JDBC_URL FILE}; prints seconds. */
public final class CopyRows {
    public static void main(String[] args) throws Exception {
        try (Connection connection = DriverManager.getConnection(args[0], "postgres", "postgres");
                Statement statement = connection.createStatement();
                Reader rows = Files.newBufferedReader(Path.of(args[1]))) {
            statement.execute("DROP TABLE IF EXISTS bare_row");
            statement.execute("CREATE TABLE bare_row (source text, ref text, at timestamptz, amount bigint, currency text,"
                    + " merchant_id text, terminal_id text, stan text, rrn text, order_no text, first6 text, last4 text)");
            statement.execute("CHECKPOINT");
            long began = System.nanoTime();
            connection.unwrap(PGConnection.class).getCopyAPI()
                    .copyIn("COPY bare_row FROM STDIN WITH (FORMAT csv)", rows, 1 << 16);
            System.out.printf("%.2f%n", (System.nanoTime() - began) / 1e9);
            statement.execute("DROP TABLE bare_row");
        }
    }
}
