package org.paywitness.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The contract as published is the one that is kept in the repository, where every change of it is seen. */
@QuarkusTest
class OpenApiTest {
    private static final Path KEPT = Path.of("src/main/openapi/openapi.yaml");

    @Test
    void publishedDocumentIsTheOneThatIsKept() throws IOException {
        String published = given().get("/q/openapi?format=yaml")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        if (Boolean.getBoolean("openapi.update")) {
            Files.writeString(KEPT, published);
        }
        assertEquals(
                Files.exists(KEPT) ? Files.readString(KEPT) : "",
                published,
                "The code publishes another document than " + KEPT + ". Where that is meant:"
                        + " ./mvnw test -Dtest=OpenApiTest -Dopenapi.update=true");
    }

    @Test
    void swaggerUiShowsIt() {
        given().get("/q/swagger-ui/").then().statusCode(200).body(containsString("/q/openapi"));
    }
}
