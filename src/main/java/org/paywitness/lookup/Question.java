package org.paywitness.lookup;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * What a lookup asks of the database, in its two spellings, which must give the same rows for the same key.
 *
 * @param one the statement for a single key, as {@code … WHERE id = $1}
 * @param many the statement for several keys, as {@code … WHERE id = ANY($1)}; where the order of one key's rows
 *     matters, both statements order them
 * @param tuple the parameters of {@code one}
 * @param tuples the parameters of {@code many}; the list holds each key once, at least two
 * @param read makes an answer of a row; the answer must be immutable, as everyone who asked for this key shares it
 * @param key which key a row of {@code many} answers, {@link Object#equals equal} to the key that was asked
 */
public record Question<K, R>(
        String one,
        String many,
        Function<K, Tuple> tuple,
        Function<List<K>, Tuple> tuples,
        Function<Row, R> read,
        Function<Row, K> key) {
    public Question {
        Objects.requireNonNull(one, "one");
        Objects.requireNonNull(many, "many");
        Objects.requireNonNull(tuple, "tuple");
        Objects.requireNonNull(tuples, "tuples");
        Objects.requireNonNull(read, "read");
        Objects.requireNonNull(key, "key");
    }
}
