package org.paywitness.guidance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What to do in a situation, on the wire. */
@Schema(name = "Guidance", description = "What to do in a situation; texts in the language of Accept-Language.")
@JsonInclude(JsonInclude.Include.NON_NULL)
record GuidanceAnswer(
        @Schema(required = true, examples = "charged_twice") String situation,
        @Schema(
                        required = true,
                        enumeration = {"situation", "symptom", "response_code"})
                String kind,
        @Schema(description = "ISO 8583 DE 39; only of kind response_code.", examples = "51") String responseCode,
        @Schema(required = true, minLength = 1) String title,
        @Schema(required = true, minLength = 1) String summary,
        @Schema(required = true, description = "Times of day are in this IANA time zone.", examples = "Asia/Shanghai")
                String zone,
        @Schema(required = true, description = "Cardholder first, then merchant, acquirer and bank, each in order.")
                List<Step> steps,
        @Schema(required = true, description = "Calls of this service that help.") List<Related> related) {

    /** What one person does. */
    @Schema(name = "GuidanceStep")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Step(
            @Schema(
                            required = true,
                            enumeration = {"cardholder", "merchant", "acquirer", "bank"})
                    String who,
            @Schema(required = true, minLength = 1) @JsonProperty("do") String text,
            @Schema(
                            format = "duration",
                            description = "The longest it may take by policy, where policy sets a time; ISO 8601.",
                            examples = "P3D")
                    String within,
            @Schema(
                            description = "The time of day by which it is to be done, where policy sets one.",
                            pattern = "^\\d{2}:\\d{2}(:\\d{2})?$",
                            examples = "23:00")
                    String before) {}

    /** A call that helps. */
    @Schema(name = "GuidanceCall")
    record Related(
            @Schema(
                            required = true,
                            enumeration = {"GET", "POST"})
                    String method,
            @Schema(required = true, examples = "/v1/was-i-charged") String path,
            @Schema(required = true, minLength = 1, description = "What it is for.") String text) {}

    /** One line of the list of all. */
    @Schema(name = "GuidanceEntry")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(
            @Schema(required = true, examples = "charged_twice") String situation,
            @Schema(
                            required = true,
                            enumeration = {"situation", "symptom", "response_code"})
                    String kind,
            @Schema(description = "ISO 8583 DE 39; only of kind response_code.", examples = "51") String responseCode,
            @Schema(required = true, minLength = 1) String title,
            @Schema(required = true, examples = "/v1/guidance/charged_twice") String guidance) {}

    /** The list of all. */
    @Schema(name = "GuidanceList")
    record All(@Schema(required = true, description = "All of it; no pages.") List<Entry> data) {}

    Entry entry() {
        return new Entry(situation, kind, responseCode, title, GuidanceResource.PATH + "/" + situation);
    }
}
