package org.paywitness.fault;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Several processes of the service on one database. */
final class Pods implements AutoCloseable {
    private static final Pattern UNANSWERED = Pattern.compile("No answer to (\\w+) of \\w+: (.*)");

    private final List<RunningService> all = new ArrayList<>();

    Pods(int count, String name, Map<String, String> database, Map<String, String> settings) throws IOException {
        for (int i = 0; i < count; i++) {
            all.add(new RunningService(name + "-" + i, database, settings));
        }
    }

    /** Starts all of them and waits until they are ready. */
    Pods start() throws IOException {
        for (RunningService pod : all) {
            pod.start();
        }
        return awaitReady();
    }

    Pods awaitReady() {
        all.forEach(RunningService::awaitReady);
        return this;
    }

    /** Any of them, dead or alive. */
    RunningService any(Random random) {
        return all.get(random.nextInt(all.size()));
    }

    /** How often which call to the acquirer was not answered, and why, as the pods have logged it. */
    Map<String, Long> unanswered() throws IOException {
        Map<String, Long> kinds = new TreeMap<>();
        for (RunningService pod : all) {
            Matcher calls = UNANSWERED.matcher(pod.log());
            while (calls.find()) {
                kinds.merge(calls.group(1) + " " + calls.group(2), 1L, Long::sum);
            }
        }
        return kinds;
    }

    @Override
    public void close() {
        all.forEach(RunningService::close);
    }
}
