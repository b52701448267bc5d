package org.paywitness.observation;

import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;

/** How tests send observations over HTTP. */
final class Feed {
    /** NDJSON is sent as the text that it is. */
    static final RestAssuredConfig LINES_ARE_TEXT = RestAssuredConfig.config()
            .encoderConfig(EncoderConfig.encoderConfig()
                    .defaultContentCharset("UTF-8")
                    .encodeContentTypeAs("application/x-ndjson", ContentType.TEXT));

    private Feed() {}
}
