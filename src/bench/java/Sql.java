import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/** Runs files of SQL, with :rows replaced, and prints the rows of queries: {@code Sql JDBC_URL ROWS FILE|-c SQL …}. */
public final class Sql {
    public static void main(String[] args) throws Exception {
        try (Connection connection = DriverManager.getConnection(args[0], "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            for (int i = 2; i < args.length; i++) {
                String sql = args[i].equals("-c") ? args[++i] : Files.readString(Path.of(args[i]));
                print(statement, statement.execute(sql.replace(":rows", args[1])));
            }
        }
    }

    private static void print(Statement statement, boolean first) throws Exception {
        boolean rows = first;
        while (rows || statement.getUpdateCount() >= 0) {
            if (rows) {
                ResultSet result = statement.getResultSet();
                while (result.next()) {
                    System.out.println(result.getString(1));
                }
            }
            rows = statement.getMoreResults();
        }
    }
}
