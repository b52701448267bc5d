package org.paywitness.statement;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.paywitness.observation.Observation;
import org.paywitness.problem.Problem;
import org.paywitness.statement.StatementReader.Context;
import org.paywitness.statement.StatementReader.Sink;
import org.paywitness.verdict.Outcome;
import org.paywitness.verdict.Source;

/** All that one reading told. */
final class Heard implements Sink {
    static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    static final Context OF_M0001 = new Context("stm_1", "M0001", SHANGHAI, NOW);
    static final Context OF_NOBODY = new Context("stm_1", null, SHANGHAI, NOW);

    record Refused(long line, String code, String value, String detail) {}

    record Complete(Source source, String merchant, Instant through) {}

    final Map<Long, List<Observation>> rows = new LinkedHashMap<>();
    final List<Observation> observations = new ArrayList<>();
    final List<Refused> refusals = new ArrayList<>();
    final List<Complete> complete = new ArrayList<>();
    int rowCount;
    Problem problem;

    static Heard from(Format format, byte[] file, Context context) {
        Heard heard = new Heard();
        try {
            StatementReader.of(format).read(new ByteArrayInputStream(file), context, heard);
        } catch (Problem problem) {
            heard.problem = problem;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return heard;
    }

    static Heard from(Format format, String file) {
        return from(format, file.getBytes(StandardCharsets.UTF_8), OF_M0001);
    }

    static byte[] fixture(String name) {
        try (InputStream in = Heard.class.getResourceAsStream("/fixtures/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> refs() {
        return observations.stream().map(Observation::sourceRef).toList();
    }

    long count(Outcome outcome) {
        return observations.stream().filter(o -> o.outcome() == outcome).count();
    }

    long sum(Outcome outcome) {
        return observations.stream()
                .filter(o -> o.outcome() == outcome)
                .mapToLong(o -> o.moved().amount())
                .sum();
    }

    @Override
    public void row(long line, List<Observation> told) {
        rowCount++;
        rows.put(line, told);
        observations.addAll(told);
    }

    @Override
    public void refused(long line, String code, String value, String detail) {
        refusals.add(new Refused(line, code, value, detail));
    }

    @Override
    public void complete(Source source, String merchant, Instant through) {
        complete.add(new Complete(source, merchant, through));
    }
}
