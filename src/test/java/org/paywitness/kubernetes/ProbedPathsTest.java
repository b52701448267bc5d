package org.paywitness.kubernetes;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The service answers where Kubernetes asks, and where the gateway leads to. */
@QuarkusTest
class ProbedPathsTest {
    @Test
    void probesAndMetricsAreAnswered() throws IOException {
        Manifests production = Overlay.PRODUCTION.manifests();
        JsonNode container = Manifests.containers(production.the("Deployment")).get(0);
        List<String> paths = Stream.concat(
                        Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                                .map(probe -> Manifests.text(container, "/" + probe + "/httpGet/path")),
                        Manifests.items(production.the("ServiceMonitor"), "/spec/endpoints")
                                .map(endpoint -> Manifests.text(endpoint, "/path")))
                .toList();
        assertEquals(4, paths.size());
        for (String path : paths) {
            given().get(path).then().statusCode(200);
        }
    }

    @Test
    void whatTheGatewayLeadsToIsThere() throws IOException {
        List<JsonNode> matches = Manifests.items(Overlay.PRODUCTION.manifests().the("HTTPRoute"), "/spec/rules")
                .flatMap(rule -> Manifests.items(rule, "/matches"))
                .toList();
        for (JsonNode match : matches) {
            String path = Manifests.text(match, "/path/value");
            boolean prefix = Manifests.text(match, "/path/type").equals("PathPrefix");
            // What needs a token or another method is there too.
            given().get(prefix ? path + "/refund-policy" : path).then().statusCode(not(404));
        }
    }

    @Test
    void theNumberThatPodsAreScaledByIsMeasured() throws IOException {
        String metric = Manifests.items(Overlay.PRODUCTION.manifests().the("HorizontalPodAutoscaler"), "/spec/metrics")
                .map(wanted -> Manifests.text(wanted, "/pods/metric/name"))
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElseThrow();
        given().get("/v1/refund-policy").then().statusCode(200);
        String metrics = given().get("/q/metrics").then().extract().asString();
        assertEquals(true, metrics.lines().anyMatch(line -> line.startsWith(metric)), metric);
    }
}
