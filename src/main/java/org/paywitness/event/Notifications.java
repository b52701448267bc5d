package org.paywitness.event;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.paywitness.database.DatabaseOptions;
import org.paywitness.database.Migrations;

/**
 * What PostgreSQL notifies of, by one connection of this process. A hint that may be lost: whoever listens looks by itself,
 * too ({@code paywitness.events.poll}). Behind a pooler in transaction mode, which keeps no session to notify, silent unless it
 * is told a way past it.
 */
@Singleton
public class Notifications {
    /** Something was written into the outbox. */
    public static final String EVENTS = "paywitness_events";

    /** Events have been given positions. */
    public static final String POSITIONS = "paywitness_positions";

    private static final Logger LOG = Logger.getLogger(Notifications.class);

    /** Whoever starts has other things to do first. */
    private static final Duration AFTER_START = Duration.ofSeconds(1);

    private final Map<String, List<Runnable>> listeners = new ConcurrentHashMap<>();
    private final DatabaseOptions database;
    private final Migrations migrations;
    private final EventSettings settings;
    private final boolean pooler;
    private final Vertx vertx;
    private volatile PgConnection connection;
    private volatile boolean stopping;
    private Duration pause;

    Notifications(
            DatabaseOptions database,
            Migrations migrations,
            EventSettings settings,
            @ConfigProperty(name = "paywitness.database.pooler") boolean pooler,
            Vertx vertx) {
        this.database = database;
        this.migrations = migrations;
        this.settings = settings;
        this.pooler = pooler;
        this.vertx = vertx;
        this.pause = settings.reconnectPause();
        listeners.put(EVENTS, new CopyOnWriteArrayList<>());
        listeners.put(POSITIONS, new CopyOnWriteArrayList<>());
    }

    /**
     * Has this run with every notification of the channel, and with each new connection, since some may have been missed.
     * On an event loop: it must not block.
     */
    public void on(String channel, Runnable listener) {
        listeners.get(channel).add(listener);
    }

    /** Whether notifications come at present. */
    public boolean isListening() {
        return connection != null;
    }

    void start(@Observes StartupEvent event) {
        if (!pooler || settings.notificationsUrl().isPresent()) {
            vertx.setTimer(AFTER_START.toMillis(), timer -> connect());
        }
    }

    void stop(@Observes ShutdownEvent event) {
        stopping = true;
        PgConnection open = connection;
        if (open != null) {
            open.close();
        }
    }

    private void connect() {
        if (stopping) {
            return;
        }
        if (!migrations.isDone()) {
            vertx.setTimer(settings.reconnectPause().toMillis(), timer -> connect());
            return;
        }
        database.next()
                .compose(options -> PgConnection.connect(vertx, straight(options)))
                .compose(open -> listen(open))
                .onSuccess(this::listening)
                .onFailure(this::lost);
    }

    private PgConnectOptions straight(PgConnectOptions options) {
        PgConnectOptions copy = DatabaseOptions.copy(options);
        settings.notificationsUrl().map(PgConnectOptions::fromUri).ifPresent(url -> copy.setHost(url.getHost())
                .setPort(url.getPort())
                .setDatabase(url.getDatabase())
                .setUseLayer7Proxy(false));
        return copy;
    }

    private io.vertx.core.Future<PgConnection> listen(PgConnection open) {
        open.notificationHandler(
                told -> listeners.getOrDefault(told.getChannel(), List.of()).forEach(Runnable::run));
        return open.query("LISTEN " + EVENTS + "; LISTEN " + POSITIONS)
                .execute()
                .map(open)
                .onFailure(failure -> open.close());
    }

    private void listening(PgConnection open) {
        pause = settings.reconnectPause();
        connection = open;
        open.closeHandler(closed -> lost(null));
        if (stopping) {
            open.close();
            return;
        }
        listeners.values().forEach(all -> all.forEach(Runnable::run));
    }

    // Readers go on without hints, only later.
    private void lost(Throwable failure) {
        connection = null;
        if (stopping) {
            return;
        }
        LOG.debugf("No notifications for %s: %s", pause, failure);
        vertx.setTimer(pause.toMillis(), timer -> connect());
        Duration next = pause.multipliedBy(2);
        Duration most = settings.poll().multipliedBy(10);
        pause = next.compareTo(most) < 0 ? next : most;
    }
}
