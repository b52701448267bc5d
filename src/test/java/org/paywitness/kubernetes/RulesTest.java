package org.paywitness.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is sound is spoilt in one place, and that is what is complained of. */
class RulesTest {
    private static final String POD = "/spec/template/spec";
    private static final String CONTAINER = POD + "/containers/0";

    private static Rules rules;
    private Manifests spoilt;

    @BeforeAll
    static void readWhatIsKnown() throws IOException, ReflectiveOperationException {
        rules = new Rules();
    }

    @BeforeEach
    void soundAtFirst() throws IOException {
        spoilt = Overlay.PRODUCTION.manifests().copy();
        assertEquals(List.of(), rules.complaints(spoilt));
    }

    private void complains(String words) {
        List<String> complaints = rules.complaints(spoilt);
        assertTrue(
                complaints.stream().anyMatch(complaint -> complaint.contains(words)),
                "Nobody complains of '" + words + "', but of " + complaints);
    }

    /** Fields that Kubernetes would drop in silence, at every depth and of every kind. */
    @ParameterizedTest
    @CsvSource({
        "Deployment, /spec/template/spec/containers/0, readynessProbe",
        "Deployment, /spec/template/spec, terminationGracePeriod",
        "Deployment, /spec/template/spec/topologySpreadConstraints/0, topologykey",
        "Job, /spec, backofLimit",
        "Service, /spec/ports/0, target_port",
        "HorizontalPodAutoscaler, /spec/metrics/1/pods/target, averagevalue",
        "PodDisruptionBudget, /spec, maxUnavailible",
        "NetworkPolicy, /spec, policyType",
        "HTTPRoute, /spec/rules/0, timeout",
        "ServiceMonitor, /spec/endpoints/0, intervall",
        "PodMonitor, /spec/podMetricsEndpoints/0, ports",
        "Namespace, /metadata, label",
        "Cluster, /spec/postgresql/synchronous, durability",
        "Cluster, /spec, instance",
        "Pooler, /spec/pgbouncer/parameters, max_client_conns",
        "Pooler, /spec/template/spec/containers/0, ressources",
        "ScheduledBackup, /spec, cron",
        "ObjectStore, /spec/configuration/wal, compresion"
    })
    void misspeltFieldIsRefused(String kind, String where, String field) {
        node(kind, where).put(field, 1);
        complains(field);
    }

    @Test
    void kindThatNobodyKnowsIsRefused() {
        node("Service", "").put("kind", "Servize");
        assertTrue(Shapes.complaints(spoilt).get(0).contains("v1/Servize is no kind"));
    }

    @Test
    void valueOfTheWrongTypeIsRefused() {
        node("Deployment", POD).put("terminationGracePeriodSeconds", "three quarters of a minute");
        assertTrue(Shapes.complaints(spoilt).toString().contains("three quarters"));
    }

    @Test
    void wrongSelectorsAreRefused() {
        node("Service", "/spec/selector").put("app.kubernetes.io/name", "somebody");
        complains("Service paywitness: selects no pod of the service");
    }

    @Test
    void serviceThatAlsoLeadsToTheMigrationIsRefused() {
        node("Service", "/spec/selector").remove("app.kubernetes.io/component");
        complains("Service paywitness: selects the pod of the migration");
    }

    @Test
    void budgetOfNobodyIsRefused() {
        node("PodDisruptionBudget", "/spec/selector/matchLabels").put("app.kubernetes.io/component", "web");
        complains("PodDisruptionBudget paywitness: selects no pod of the service");
    }

    @Test
    void portsAndProbesThatLeadNowhereAreRefused() {
        node("Service", "/spec/ports/0").put("targetPort", "web");
        complains("Service: leads to no port of the pods: web");
        node("Deployment", CONTAINER + "/livenessProbe/httpGet").put("port", "health");
        complains("livenessProbe asks at no port");
        node("HTTPRoute", "/spec/rules/0/backendRefs/0").put("port", 8080);
        complains("A route leads to no port of the Service");
        node("ServiceMonitor", "/spec/endpoints/0").put("port", "metrics");
        complains("ServiceMonitor paywitness: reads at no port");
    }

    @Test
    void secretThatNobodyBringsIsRefused() {
        ((ObjectNode) variable("Deployment", "QUARKUS_DATASOURCE_USERNAME").at("/valueFrom/secretKeyRef"))
                .put("key", "user");
        complains("nobody brings the secret paywitness-app with [user]");
        node("ObjectStore", "/spec/configuration/s3Credentials/region").put("name", "paywitness-s3");
        complains("nobody brings the secret paywitness-s3");
    }

    @Test
    void settingsThatNobodyReadsAreRefused() {
        ObjectNode settings = node("ConfigMap", "/data");
        settings.put("PAYWITNESS_REFUND_EXECUTOR", "1");
        complains("nobody knows the setting PAYWITNESS_REFUND_EXECUTOR");
        settings.put("QUARKUS_DATASOURCE_REACTIVE_MAXSIZE", "1");
        complains("nobody knows the setting QUARKUS_DATASOURCE_REACTIVE_MAXSIZE");
        settings.put("QUARKUS_SHUTDOWN_DELAY_ENABLED", "true");
        complains("QUARKUS_SHUTDOWN_DELAY_ENABLED was read when the image was built");
    }

    @ParameterizedTest
    @CsvSource({
        // 25 pods with 20 connections each
        "max_client_conn, 499, 'takes 499 clients, and 25 pods may make 500'",
        "default_pool_size, 37, 'may take 188 connections of PostgreSQL, and there are 185'",
        "query_wait_timeout, 6, 'lets clients wait for longer than they do'"
    })
    void poolerThatDoesNotFitIsRefused(String parameter, String value, String words) {
        node("Pooler", "paywitness-pooler-rw", "/spec/pgbouncer/parameters").put(parameter, value);
        complains("Pooler paywitness-pooler-rw: " + words);
    }

    @Test
    void morePodsThanThePoolerTakesAreRefused() {
        node("HorizontalPodAutoscaler", "/spec").put("maxReplicas", 13);
        complains("27 pods may make 540");
    }

    @Test
    void largerPoolOfEachPodIsRefused() {
        node("ConfigMap", "/data").put("QUARKUS_DATASOURCE_REACTIVE_MAX_SIZE", "17");
        complains("25 pods may make 525");
        node("ConfigMap", "/data").put("QUARKUS_DATASOURCE_REACTIVE_MAX_SIZE", "16");
        node("ConfigMap", "/data").put("QUARKUS_VERTX_EVENT_LOOPS_POOL_SIZE", "16");
        complains("25 pods may make 850");
    }

    @Test
    void shortServerIsRefused() {
        node("Cluster", "/spec/postgresql/parameters").put("max_connections", "150");
        complains("may take 168 connections of PostgreSQL, and there are 135");
    }

    @Test
    void podThatIsKilledWhileItDrainsIsRefused() {
        node("Deployment", POD).put("terminationGracePeriodSeconds", 30);
        complains("is killed after PT30S, and may need PT40S");
    }

    @Test
    void probesThatComeTooLateOrGiveUpTooEarlyAreRefused() {
        node("Deployment", CONTAINER + "/readinessProbe").put("periodSeconds", 5);
        complains("may be not ready for PT13S");
        node("Deployment", CONTAINER + "/readinessProbe").put("timeoutSeconds", 2);
        complains("gives readiness up before it answers");
    }

    @Test
    void replicasThatTheAutoscalerOwnsAreRefused() {
        node("Deployment", "/spec").put("replicas", 3);
        complains("sets back what the autoscaler has set");
    }

    @Test
    void budgetsThatNeverOrAlwaysAllowAreRefused() {
        node("PodDisruptionBudget", "/spec").put("maxUnavailable", 0);
        complains("no node with a pod could ever be drained");
        node("PodDisruptionBudget", "/spec").put("maxUnavailable", 3);
        complains("all pods may be taken at once");
        node("PodDisruptionBudget", "/spec").remove("maxUnavailable");
        node("PodDisruptionBudget", "/spec").put("minAvailable", 3);
        complains("no node with a pod could ever be drained");
    }

    @Test
    void commitsThatMayBeLostAreRefused() {
        node("Cluster", "/spec/postgresql/synchronous").put("dataDurability", "preferred");
        complains("what was acknowledged may be lost");
        node("Cluster", "/spec/postgresql/synchronous").put("number", 3);
        complains("no commit is ever confirmed by 3 replicas");
        node("Cluster", "/spec/plugins/0").put("isWALArchiver", false);
        complains("has no backups");
    }

    @Test
    void migrationThroughThePoolerIsRefused() {
        variable("Job", "QUARKUS_DATASOURCE_JDBC_URL")
                .put("value", "jdbc:postgresql://paywitness-pooler-rw:5432/paywitness?sslmode=verify-full");
        complains("migrates through something else than the primary itself: paywitness-pooler-rw");
    }

    @Test
    void replicasBehindAPoolerAreRefused() {
        node("ConfigMap", "/data").put("PAYWITNESS_LOOKUP_REPLICAS", "postgresql://paywitness-pooler-ro/paywitness");
        complains("reads from something else than replicas themselves: paywitness-pooler-ro");
    }

    @Test
    void replicaWithTooManyReadersIsRefused() {
        node("ConfigMap", "/data").put("QUARKUS_VERTX_EVENT_LOOPS_POOL_SIZE", "6");
        complains("a replica may see 200 readers, and takes 187");
    }

    @Test
    void serviceThatDoesNotKnowOfThePoolerIsRefused() {
        node("ConfigMap", "/data").put("PAYWITNESS_DATABASE_POOLER", "false");
        complains("paywitness.database.pooler tells something else");
    }

    @Test
    void databaseThatMayBeAnybodyIsRefused() {
        node("ConfigMap", "/data").put("QUARKUS_DATASOURCE_REACTIVE_POSTGRESQL_SSL_MODE", "require");
        complains("The database may be anybody");
        node("Deployment", POD + "/volumes/1/secret/items/0").put("path", "other.crt");
        complains("nothing is mounted at /etc/paywitness/database/ca.crt");
        ((ArrayNode) node("Cluster", "/spec/certificates").get("serverAltDNSNames")).remove(0);
        complains("Pooler paywitness-pooler-rw: is not named by the certificate");
    }

    @ParameterizedTest
    @CsvSource({
        "/securityContext, runAsNonRoot, may run as root",
        "/securityContext, seccompProfile, has no seccomp profile",
        "'', automountServiceAccountToken, is given a token",
        "/containers/0/securityContext, allowPrivilegeEscalation, may gain privileges",
        "/containers/0/securityContext, readOnlyRootFilesystem, may write to its image",
        "/containers/0/securityContext, capabilities, keeps capabilities",
        "/containers/0/resources, limits, may use other memory",
        "/containers/0, volumeMounts, has no /tmp"
    })
    void podThatIsNotRestrictedIsRefused(String where, String field, String words) {
        node("Deployment", POD + where).remove(field);
        complains("Deployment paywitness: " + words);
    }

    @Test
    void otherImageOfTheMigrationIsRefused() {
        node("Job", CONTAINER).put("image", "registry.example.org/paywitness:0.0.9");
        complains("of different images");
    }

    @Test
    void openDoorsAndClosedOnesAreRefused() {
        node("NetworkPolicy", "paywitness", "/spec").remove("egress");
        complains("the service does not reach paywitness-pooler-rw at 5432");
        ((ObjectNode) spoilt.find("NetworkPolicy", "poolers").orElseThrow().at("/spec/ingress/0/from/0/podSelector"))
                .remove("matchLabels");
        complains("paywitness-pooler-rw lets in a neighbour");
    }

    @Test
    void forgottenDenialIsRefused() {
        node("NetworkPolicy", "default-deny", "/spec").putArray("egress").addObject();
        complains("nothing is denied to whoever is forgotten");
    }

    @Test
    void serviceAtTheDatabaseItselfIsRefused() {
        JsonNode from = node("NetworkPolicy", "database", "/spec").at("/ingress/0/from");
        ((ArrayNode) from).addObject().putObject("podSelector");
        complains("the primary lets in the service at 5432");
    }

    private ObjectNode node(String kind, String pointer) {
        return (ObjectNode) spoilt.all(kind).findFirst().orElseThrow().at(pointer);
    }

    private ObjectNode node(String kind, String name, String pointer) {
        return (ObjectNode) spoilt.find(kind, name).orElseThrow().at(pointer);
    }

    private ObjectNode variable(String kind, String name) {
        return (ObjectNode) Manifests.items(node(kind, ""), CONTAINER + "/env")
                .filter(variable -> Manifests.text(variable, "/name").equals(name))
                .findFirst()
                .orElseThrow();
    }
}
