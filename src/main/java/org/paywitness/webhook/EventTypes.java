package org.paywitness.webhook;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Which events an endpoint wants: types as they are told, {@code refund.*} for all of one kind, {@code *} for all. */
record EventTypes(List<String> types) {
    static final String ALL = "*";

    /** For one endpoint alone, whatever it wants: somebody tries whether it works. */
    static final String PING = "webhook_endpoint.ping";

    /** What tells of an endpoint that from then on it is there. */
    static final Set<String> BEGINNINGS = Set.of("webhook_endpoint.created", "webhook_endpoint.enabled");

    private static final String REST = ".*";
    private static final Pattern FORM = Pattern.compile("\\*|[a-z][a-z_]{0,62}\\.(?:\\*|[a-z][a-z_.]{0,62})");

    /** Whether this can be the type of an event, or stands for several. */
    static boolean isOne(String type) {
        return FORM.matcher(type).matches();
    }

    /** @param type of an event */
    boolean want(String type) {
        return types.stream()
                .anyMatch(one -> one.equals(ALL)
                        || one.equals(type)
                        || one.endsWith(REST) && type.startsWith(one.substring(0, one.length() - 1)));
    }
}
