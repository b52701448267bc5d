package org.paywitness.observation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.paywitness.id.TypeId;
import org.paywitness.money.Money;

/** The table of observations, for writers: everything here runs inside the caller's database transaction. */
@Singleton
class ObservationTable {
    private static final String INSERT = "INSERT INTO observation (id, source, source_ref, heard_at, content,"
            + " statement_id, at, merchant_id, terminal_id, batch, stan, rrn, merchant_order_no,"
            + " wallet_transaction_no, card_token, card_first6, card_last4, amount, currency, transaction_id, opened,"
            + " pinned_to, matched_weakly)"
            + " SELECT id, source, source_ref, $1, content::jsonb, statement, at, merchant, terminal, batch, stan,"
            + " rrn, order_no, wallet_no, token, first6, last4, amount, currency, transaction, opened, pinned, weakly"
            + " FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::timestamptz[],"
            + " $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[],"
            + " $16::text[], $17::text[], $18::bigint[], $19::text[], $20::uuid[], $21::uuid[], $22::uuid[],"
            + " $23::bool[]) AS n(id, source, source_ref, content, statement, at, merchant, terminal, batch, stan,"
            + " rrn, order_no, wallet_no, token, first6, last4, amount, currency, transaction, opened, pinned, weakly)";
    private static final String MOVE = "UPDATE observation o SET transaction_id = m.transaction, opened = m.opened,"
            + " matched_weakly = m.weakly FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bool[])"
            + " AS m(id, transaction, opened, weakly) WHERE o.id = m.id";
    private static final String LEARN = "INSERT INTO terminal_merchant (terminal_id, merchant_id)"
            + " SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING";

    private final RegionReader reader;
    private final ObjectMapper json;

    ObservationTable(RegionReader reader, ObjectMapper json) {
        this.reader = reader;
        this.json = json;
    }

    /** Writes fresh observations, moves others to where they belong now, and learns which merchants terminals name. */
    Uni<Void> write(SqlConnection connection, List<Kept> fresh, List<Kept> moved, Instant now) {
        return insert(connection, fresh, now)
                .chain(() -> move(connection, moved))
                .chain(() -> learn(connection, fresh));
    }

    private Uni<Void> insert(SqlConnection connection, List<Kept> fresh, Instant now) {
        if (fresh.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Tuple tuple = Tuple.tuple()
                .addValue(now.atOffset(ZoneOffset.UTC))
                .addValue(column(fresh, Kept::id, UUID[]::new))
                .addValue(column(fresh, k -> k.said().source().code(), String[]::new))
                .addValue(column(fresh, k -> k.said().sourceRef(), String[]::new))
                .addValue(column(fresh, this::content, String[]::new))
                .addValue(column(fresh, k -> statement(k.said()), UUID[]::new))
                .addValue(column(fresh, k -> k.said().at().atOffset(ZoneOffset.UTC), OffsetDateTime[]::new))
                .addValue(column(fresh, k -> k.said().subject().merchantId(), String[]::new))
                .addValue(column(fresh, k -> k.said().subject().terminalId(), String[]::new))
                .addValue(column(fresh, k -> k.said().subject().batch(), String[]::new))
                .addValue(column(fresh, k -> k.said().subject().stan(), String[]::new))
                .addValue(column(fresh, k -> k.said().subject().rrn(), String[]::new))
                .addValue(column(fresh, k -> k.said().subject().merchantOrderNo(), String[]::new))
                .addValue(column(fresh, k -> k.said().subject().walletTransactionNo(), String[]::new))
                .addValue(column(fresh, k -> card(k).token(), String[]::new))
                .addValue(column(fresh, k -> card(k).first6(), String[]::new))
                .addValue(column(fresh, k -> card(k).last4(), String[]::new))
                .addValue(
                        column(fresh, k -> amount(k) == null ? null : amount(k).amount(), Long[]::new))
                .addValue(
                        column(fresh, k -> amount(k) == null ? null : amount(k).currency(), String[]::new))
                .addValue(column(fresh, Kept::transactionId, UUID[]::new))
                .addValue(column(fresh, Kept::opened, UUID[]::new))
                .addValue(column(fresh, Kept::pinnedTo, UUID[]::new))
                .addValue(column(fresh, Kept::weakly, Boolean[]::new));
        return connection.preparedQuery(INSERT).execute(tuple).replaceWithVoid();
    }

    private Uni<Void> move(SqlConnection connection, List<Kept> moved) {
        return moved.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery(MOVE)
                        .execute(Tuple.tuple()
                                .addValue(column(moved, Kept::id, UUID[]::new))
                                .addValue(column(moved, Kept::transactionId, UUID[]::new))
                                .addValue(column(moved, Kept::opened, UUID[]::new))
                                .addValue(column(moved, Kept::weakly, Boolean[]::new)))
                        .replaceWithVoid();
    }

    private Uni<Void> learn(SqlConnection connection, List<Kept> fresh) {
        Set<List<String>> pairs = new HashSet<>();
        for (Kept kept : fresh) {
            Observation.Subject s = kept.said().subject();
            if (s.terminalId() != null && s.merchantId() != null && !reader.knows(s.terminalId(), s.merchantId())) {
                pairs.add(List.of(s.terminalId(), s.merchantId()));
            }
        }
        List<List<String>> rows = List.copyOf(pairs);
        return rows.isEmpty()
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery(LEARN)
                        .execute(Tuple.of(
                                column(rows, pair -> pair.get(0), String[]::new),
                                column(rows, pair -> pair.get(1), String[]::new)))
                        .replaceWithVoid();
    }

    private String content(Kept kept) {
        try {
            return json.writeValueAsString(ObservationJson.write(kept.said()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final Observation.Card NO_CARD = new Observation.Card(null, null, null, null, null);

    private static Observation.Card card(Kept kept) {
        Observation.Card card = kept.said().subject().card();
        return card == null ? NO_CARD : card;
    }

    private static Money amount(Kept kept) {
        return WeakMatching.amount(kept.said());
    }

    private static UUID statement(Observation said) {
        return said.statement() == null
                ? null
                : TypeId.parse(TypeId.STATEMENT, said.statement()).orElseThrow();
    }

    static <T, V> V[] column(Collection<T> rows, Function<T, V> field, java.util.function.IntFunction<V[]> array) {
        return rows.stream().map(field).toArray(array);
    }
}
