package org.paywitness.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.paywitness.fault.Sales.Said;

/** What must hold of the database after any fault. */
final class Books {
    private static final String KEYS = "SELECT source || ' ' || source_ref FROM observation";

    /** Each transaction as the references of what belongs to it, with what is known of it; no ids, no times of ours. */
    private static final String CONTENT =
            """
            SELECT concat_ws('|', t.merchant_id, t.terminal_id, t.batch, t.stan, t.rrn, t.card_first6, t.card_last4,
              t.amount, t.currency, t.occurred_at,
              string_agg(o.source || ' ' || o.source_ref || ' ' || o.matched_weakly, ','
                ORDER BY o.source, o.source_ref))
            FROM transaction t JOIN observation o ON o.transaction_id = t.id GROUP BY t.id""";

    private final MortalPostgres postgres;
    private final String database;

    Books(MortalPostgres postgres, String database) {
        this.postgres = postgres;
        this.database = database;
    }

    void holdEachOnce(Collection<Said> acknowledged) throws SQLException {
        List<String> kept = postgres.column(database, KEYS);
        Set<String> missing = new HashSet<>();
        acknowledged.forEach(said -> missing.add(said.source() + " " + said.ref()));
        kept.forEach(missing::remove);
        assertEquals(Set.of(), missing, "acknowledged and lost");
        assertEquals(kept.size(), new HashSet<>(kept).size(), "kept twice");
    }

    void areConsistent() throws SQLException {
        none(
                "observations of transactions that are not live",
                "SELECT o.id FROM observation o JOIN transaction t ON t.id = o.transaction_id"
                        + " WHERE t.merged_into IS NOT NULL");
        none(
                "live transactions of which nothing was observed",
                "SELECT id FROM transaction t WHERE merged_into IS NULL"
                        + " AND NOT EXISTS (SELECT FROM observation o WHERE o.transaction_id = t.id)");
        none(
                "transactions whose changes have gaps",
                "SELECT t.id FROM transaction t LEFT JOIN transaction_change c ON c.transaction_id = t.id"
                        + " GROUP BY t.id, t.version HAVING count(c.version) <> t.version"
                        + " OR min(c.version) IS DISTINCT FROM 1 OR max(c.version) IS DISTINCT FROM t.version");
        none(
                "transactions that are not as their last change says",
                "SELECT t.id FROM transaction t JOIN transaction_change c ON c.transaction_id = t.id"
                        + " AND c.version = t.version WHERE (t.summary, t.amount, t.occurred_at, t.merged_into)"
                        + " IS DISTINCT FROM (c.summary, c.amount, c.occurred_at, c.merged_into)");
    }

    /** Every row that correlation wrote, to see that nothing changed. */
    List<String> state() throws SQLException {
        return postgres.column(
                database,
                "SELECT (SELECT count(*) FROM transaction_change) || ' changes, '"
                        + " || (SELECT count(*) FROM transaction) || ' transactions, '"
                        + " || (SELECT md5(string_agg(t::text, ';' ORDER BY t.id)) FROM transaction t) || ' '"
                        + " || (SELECT md5(string_agg(o::text, ';' ORDER BY o.id)) FROM observation o)");
    }

    /** Equal for two databases that were told the same, in whatever order. */
    Set<String> content() throws SQLException {
        return new HashSet<>(postgres.column(database, CONTENT));
    }

    long count(String table) throws SQLException {
        return postgres.number(database, "SELECT count(*) FROM " + table);
    }

    private void none(String what, String sql) throws SQLException {
        assertEquals(List.of(), postgres.column(database, sql + " LIMIT 5"), what);
    }
}
