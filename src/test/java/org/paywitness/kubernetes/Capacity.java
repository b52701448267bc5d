package org.paywitness.kubernetes;

import static org.paywitness.kubernetes.Manifests.containers;
import static org.paywitness.kubernetes.Manifests.items;
import static org.paywitness.kubernetes.Manifests.name;
import static org.paywitness.kubernetes.Manifests.text;
import static org.paywitness.kubernetes.Manifests.texts;
import static org.paywitness.kubernetes.Manifests.title;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Whether numbers that depend on each other fit: pods and connections, probes and stops, replicas and budgets. */
final class Capacity {
    /** Connections of a pod beyond its pools: those that are just being replaced. */
    private static final int SPARE_OF_A_POD = 2;
    /** Connections of each PgBouncer to look up passwords. */
    private static final int LOOKING_UP_PASSWORDS = 2;
    /** Connections to PostgreSQL for the operator, its exporter, and people. */
    private static final int OF_OTHERS = 10;
    /** PostgreSQL's default of superuser_reserved_connections. */
    private static final int OF_SUPERUSERS = 3;
    /** As the project promises: not ready within this time of a database that has gone. */
    private static final Duration NOT_READY_WITHIN = Duration.ofSeconds(10);
    /** To close connections and to hand back leases, after requests have ended. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final Manifests manifests;
    private final Settings settings;
    private final JsonNode deployment;
    private final List<String> complaints = new ArrayList<>();

    private Capacity(Manifests manifests, Settings settings) {
        this.manifests = manifests;
        this.settings = settings;
        this.deployment = manifests.the("Deployment");
    }

    static List<String> complaints(Manifests manifests, Settings settings) {
        Capacity capacity = new Capacity(manifests, settings);
        capacity.connections();
        capacity.replicas();
        capacity.stopping();
        capacity.probes();
        capacity.database();
        capacity.addresses();
        return capacity.complaints;
    }

    private void check(boolean good, String complaint) {
        if (!good) {
            complaints.add(complaint);
        }
    }

    private void connections() {
        int pods =
                manifests.the("HorizontalPodAutoscaler").at("/spec/maxReplicas").asInt();
        int surge = deployment.at("/spec/strategy/rollingUpdate/maxSurge").asInt();
        // Each pod twice: those that are told to stop drain while their successors serve already.
        int most = 2 * pods + surge;
        int clients = most * connectionsOfAPod();
        JsonNode cluster = manifests.the("Cluster");
        int server = cluster.at("/spec/postgresql/parameters/max_connections").asInt(100);
        readers(most, server);
        for (JsonNode pooler : manifests.all("Pooler").toList()) {
            JsonNode parameters = pooler.at("/spec/pgbouncer/parameters");
            int accepted = parameters.at("/max_client_conn").asInt();
            check(
                    clients <= accepted,
                    title(pooler) + ": takes " + accepted + " clients, and " + most + " pods may make " + clients);
            int instances = pooler.at("/spec/instances").asInt()
                    + pooler.at("/spec/deploymentStrategy/rollingUpdate/maxSurge")
                            .asInt();
            int taken = instances
                    * (parameters.at("/default_pool_size").asInt()
                            + parameters.at("/reserve_pool_size").asInt()
                            + LOOKING_UP_PASSWORDS);
            int left = server
                    - OF_SUPERUSERS
                    - OF_OTHERS
                    - settings.number(manifests, deployment, "quarkus.datasource.jdbc.max-size");
            check(
                    taken <= left,
                    title(pooler) + ": may take " + taken + " connections of PostgreSQL, and there are " + left);
            check(
                    seconds(parameters, "/query_wait_timeout")
                                    .compareTo(settings.duration(
                                            manifests, deployment, "paywitness.database.acquisition-timeout"))
                            <= 0,
                    title(pooler) + ": lets clients wait for longer than they do");
        }
    }

    private int connectionsOfAPod() {
        return settings.number(manifests, deployment, "quarkus.datasource.reactive.max-size")
                + loops() * settings.number(manifests, deployment, "paywitness.lookup.connections-per-loop")
                + SPARE_OF_A_POD;
    }

    private int loops() {
        return settings.number(manifests, deployment, "quarkus.vertx.event-loops-pool-size");
    }

    /**
     * Replicas are read from straight, each event loop on one connection that stays with one replica: through a pooler by
     * transaction a statement may be answered by another one than was asked how far it has come.
     */
    private void readers(int pods, int server) {
        JsonNode cluster = manifests.the("Cluster");
        String addresses = settings.value(manifests, deployment, "paywitness.lookup.replicas");
        for (String address : addresses.isEmpty() ? new String[0] : addresses.split(",")) {
            String host = URI.create(address.strip()).getHost();
            check(
                    (name(cluster) + "-ro").equals(host),
                    title(deployment) + ": reads from something else than replicas themselves: " + host);
            int taken = pods * (loops() + SPARE_OF_A_POD);
            int left = server - OF_SUPERUSERS - OF_OTHERS;
            check(taken <= left, title(cluster) + ": a replica may see " + taken + " readers, and takes " + left);
        }
    }

    private void replicas() {
        JsonNode scaler = manifests.the("HorizontalPodAutoscaler");
        int least = scaler.at("/spec/minReplicas").asInt();
        int most = scaler.at("/spec/maxReplicas").asInt();
        check(least >= 1 && least < most, "HorizontalPodAutoscaler: from " + least + " to " + most + " pods");
        check(!deployment.at("/spec").has("replicas"), title(deployment) + ": sets back what the autoscaler has set");
        check(
                deployment.at("/spec/strategy/rollingUpdate/maxUnavailable").asInt(1) == 0
                        && deployment
                                        .at("/spec/strategy/rollingUpdate/maxSurge")
                                        .asInt()
                                > 0,
                title(deployment) + ": takes pods away before others are ready");
        JsonNode budget = manifests.the("PodDisruptionBudget").at("/spec");
        boolean drains = budget.has("maxUnavailable")
                ? budget.at("/maxUnavailable").asInt() >= 1
                : budget.at("/minAvailable").asInt(Integer.MAX_VALUE) < least;
        check(drains, "PodDisruptionBudget: no node with a pod could ever be drained");
        boolean some = !budget.has("maxUnavailable")
                || least == 1
                || budget.at("/maxUnavailable").asInt() < least;
        check(some, "PodDisruptionBudget: all pods may be taken at once");
    }

    private void stopping() {
        Duration needed = settings.duration(manifests, deployment, "quarkus.shutdown.delay")
                .plus(settings.duration(manifests, deployment, "quarkus.shutdown.timeout"))
                .plus(LAST_WORDS);
        Duration given = seconds(deployment, "/spec/template/spec/terminationGracePeriodSeconds");
        check(
                needed.compareTo(given) <= 0,
                title(deployment) + ": is killed after " + given + ", and may need " + needed);
    }

    private void probes() {
        for (JsonNode container : containers(deployment)) {
            JsonNode ready = container.at("/readinessProbe");
            Duration wait = seconds(ready, "/timeoutSeconds");
            check(
                    wait.compareTo(settings.duration(manifests, deployment, "paywitness.readiness.timeout")) > 0,
                    title(deployment) + ": gives readiness up before it answers");
            // At worst the database goes just after a probe, and each of the next ones takes its whole time.
            Duration noticed = seconds(ready, "/periodSeconds")
                    .multipliedBy(ready.at("/failureThreshold").asInt())
                    .plus(wait);
            check(
                    noticed.compareTo(NOT_READY_WITHIN) <= 0,
                    title(deployment) + ": may be not ready for " + noticed + " until that is noticed");
        }
    }

    private void database() {
        JsonNode cluster = manifests.the("Cluster");
        int instances = cluster.at("/spec/instances").asInt();
        int confirm = cluster.at("/spec/postgresql/synchronous/number").asInt(0);
        check(confirm < instances, title(cluster) + ": no commit is ever confirmed by " + confirm + " replicas");
        if (instances > 1) {
            check(
                    confirm > 0
                            && text(cluster, "/spec/postgresql/synchronous/dataDurability")
                                    .equals("required")
                            && cluster.at("/spec/postgresql/synchronous/failoverQuorum")
                                    .asBoolean(),
                    title(cluster) + ": what was acknowledged may be lost with the primary");
            check(isBackedUp(cluster), title(cluster) + ": has no backups");
        }
    }

    private boolean isBackedUp(JsonNode cluster) {
        boolean archived = items(cluster, "/spec/plugins")
                .filter(plugin -> plugin.at("/isWALArchiver").asBoolean())
                .map(plugin -> text(plugin, "/parameters/barmanObjectName"))
                .anyMatch(store -> manifests.find("ObjectStore", store).isPresent());
        boolean scheduled = manifests.all("ScheduledBackup").anyMatch(backup -> text(backup, "/spec/cluster/name")
                .equals(name(cluster)));
        return archived && scheduled;
    }

    /** Commands go to a pooler by transaction, in a way that bears it; migrations to the primary itself. */
    private void addresses() {
        JsonNode cluster = manifests.the("Cluster");
        String database = "/" + text(cluster, "/spec/bootstrap/initdb/database");
        URI commands = URI.create(settings.value(manifests, deployment, "quarkus.datasource.reactive.url"));
        check(commands.getPath().equals(database), title(deployment) + ": asks for another database: " + commands);
        List<JsonNode> poolers = manifests.all("Pooler").toList();
        check(
                poolers.stream()
                        .anyMatch(pooler -> name(pooler).equals(commands.getHost())
                                && text(pooler, "/spec/type").equals("rw")),
                title(deployment) + ": writes to no pooler of the primary: " + commands.getHost());
        for (JsonNode pooler : poolers) {
            check(text(pooler, "/spec/cluster/name").equals(name(cluster)), title(pooler) + ": is of another cluster");
            check(
                    texts(cluster, "/spec/certificates/serverAltDNSNames").contains(name(pooler)),
                    title(pooler) + ": is not named by the certificate that it shows");
        }
        boolean shared = poolers.stream()
                .anyMatch(pooler -> text(pooler, "/spec/pgbouncer/poolMode").equals("transaction"));
        check(
                shared == Boolean.parseBoolean(settings.value(manifests, deployment, "paywitness.database.pooler")),
                title(deployment) + ": paywitness.database.pooler tells something else than the poolers");
        String limit = "SET statement_timeout = '"
                + settings.value(manifests, deployment, "paywitness.database.statement-timeout") + "'";
        check(
                texts(cluster, "/spec/bootstrap/initdb/postInitApplicationSQL").stream()
                        .anyMatch(sql -> sql.contains(limit)),
                title(cluster) + ": statements have no limit behind the pooler");
        URI migrations = URI.create(settings.value(manifests, manifests.the("Job"), "quarkus.datasource.jdbc.url")
                .replaceFirst("^jdbc:", ""));
        check(
                (name(cluster) + "-rw").equals(migrations.getHost())
                        && migrations.getPath().equals(database),
                "Job: migrates through something else than the primary itself: " + migrations.getHost());
        certificates(commands, migrations);
    }

    /** Both kinds of connections look at who answers, by the authority that is mounted. */
    private void certificates(URI commands, URI migrations) {
        check(
                settings.value(manifests, deployment, "quarkus.datasource.reactive.postgresql.ssl-mode")
                                .equals("verify-full")
                        && String.valueOf(migrations.getQuery()).contains("sslmode=verify-full"),
                "The database may be anybody: " + commands.getHost() + ", " + migrations.getHost());
        String trusted =
                settings.value(manifests, deployment, "quarkus.datasource.reactive.trust-certificate-pem.certs");
        check(
                String.valueOf(migrations.getQuery()).contains("sslrootcert=" + trusted),
                "The migration trusts somebody else than " + trusted);
        for (JsonNode workload : manifests.workloads()) {
            boolean mounted = items(workload, "/spec/template/spec/volumes")
                    .filter(volume -> volume.has("secret"))
                    .anyMatch(volume -> files(workload, volume).anyMatch(trusted::equals));
            check(mounted, title(workload) + ": nothing is mounted at " + trusted);
        }
    }

    private static Stream<String> files(JsonNode workload, JsonNode volume) {
        return containers(workload).stream()
                .flatMap(container -> items(container, "/volumeMounts"))
                .filter(mount -> text(mount, "/name").equals(text(volume, "/name")))
                .flatMap(mount -> items(volume, "/secret/items")
                        .map(item -> text(mount, "/mountPath") + "/" + text(item, "/path")));
    }

    private static Duration seconds(JsonNode node, String pointer) {
        return Duration.ofSeconds(node.at(pointer).asLong());
    }
}
