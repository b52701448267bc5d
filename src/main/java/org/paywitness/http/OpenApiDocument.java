package org.paywitness.http;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.arc.profile.IfBuildProfile;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The OpenAPI document as it is kept in the repository, which a test holds equal to what the annotations say. Quarkus would
 * write the whole of it at each start or for each who asks; here it is read when it is first asked for. YAML, or JSON by
 * {@code Accept}, {@code ?format=json} or {@code /q/openapi.json}.
 */
@Singleton
@IfBuildProfile("prod")
class OpenApiDocument {
    private static final String RESOURCE = "/openapi.yaml";

    /** After our filters, whose order is negative, and before Quarkus' own route. */
    private static final int ORDER = 0;

    private volatile Buffer yaml;
    private volatile Buffer json;

    void register(@Observes Router router) {
        router.getWithRegex("/q/openapi(\\.json|\\.ya?ml)?").order(ORDER).handler(this::answer);
    }

    private void answer(RoutingContext context) {
        boolean wantsJson = context.request().path().endsWith(".json")
                || "json".equalsIgnoreCase(context.request().getParam("format"))
                || String.valueOf(context.request().getHeader(HttpHeaders.ACCEPT))
                        .contains("application/json");
        context.response()
                .putHeader(
                        HttpHeaders.CONTENT_TYPE,
                        (wantsJson ? "application/json" : "application/yaml") + ";charset=UTF-8")
                .end(wantsJson ? json() : yaml());
    }

    private Buffer yaml() {
        if (yaml == null) {
            yaml = Buffer.buffer(read());
        }
        return yaml;
    }

    private Buffer json() {
        if (json == null) {
            try {
                json = Buffer.buffer(new JsonMapper().writeValueAsBytes(new YAMLMapper().readTree(read())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return json;
    }

    private static byte[] read() {
        try (InputStream document = OpenApiDocument.class.getResourceAsStream(RESOURCE)) {
            return document.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
