package org.paywitness.lookup;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.pgclient.PgConnectOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** A replica as it is configured, and whether this process reads from it. */
final class Replica {
    private static final Logger LOG = Logger.getLogger(Replica.class);
    private static final int DEFAULT_PORT = 5432;

    private final URI address;
    private final String name;
    private final AtomicInteger readers = new AtomicInteger();

    private Replica(URI address) {
        this.address = address;
        this.name = address.getHost() + ":" + (address.getPort() < 0 ? DEFAULT_PORT : address.getPort());
    }

    /**
     * @param text {@code postgresql://[user[:password]@]host[:port][/database]}
     * @param number of the entry, for the message: an address may hold a password
     * @throws IllegalArgumentException if it is not such an address
     */
    static Replica parse(String text, int number) {
        try {
            URI address = new URI(text.strip());
            boolean isPostgres = "postgresql".equals(address.getScheme()) || "postgres".equals(address.getScheme());
            String path = address.getPath() == null ? "" : address.getPath();
            if (isPostgres && address.getHost() != null && address.getRawQuery() == null && path.lastIndexOf('/') < 1) {
                return new Replica(address);
            }
        } catch (URISyntaxException e) {
            // Said below, without the text.
        }
        throw new IllegalArgumentException("paywitness.lookup.replicas: entry " + number
                + " must be postgresql://[user[:password]@]host[:port][/database], without parameters");
    }

    void register(MeterRegistry metrics) {
        Gauge.builder("paywitness.lookup.replica.serving", readers, count -> count.get() > 0 ? 1 : 0)
                .description("Whether look-ups go to this replica")
                .tag("replica", name)
                .register(metrics);
    }

    /**
     * How it is reached: as the primary, but for what its address says, and never through a pooler in transaction mode,
     * behind which the next statement may meet another replica. Changes the given options.
     */
    PgConnectOptions reach(PgConnectOptions primary) {
        primary.setUseLayer7Proxy(false)
                .setHost(address.getHost())
                .setPort(address.getPort() < 0 ? DEFAULT_PORT : address.getPort());
        String path = address.getPath();
        if (path != null && path.length() > 1) {
            primary.setDatabase(path.substring(1));
        }
        String who = address.getUserInfo();
        if (who != null) {
            int colon = who.indexOf(':');
            primary.setUser(colon < 0 ? who : who.substring(0, colon));
            if (colon >= 0) {
                primary.setPassword(who.substring(colon + 1));
            }
        }
        return primary;
    }

    /** An event loop begins to read from it. */
    void taken() {
        if (readers.getAndIncrement() == 0) {
            LOG.infof("Look-ups go to the replica %s", name);
        }
    }

    /** An event loop has ceased to. */
    void passedOver(String why) {
        if (readers.decrementAndGet() == 0) {
            LOG.warnf("The replica %s is passed over: %s", name, why);
        }
    }
}
