package org.paywitness.webhook;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.card.CardNumbers;
import org.paywitness.observation.JsonFields;
import org.paywitness.problem.Problem;

/** The bodies of requests about endpoints, read strictly. */
final class WebhookRequest {
    /** What DE 42 looks like in observations. */
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private static final int MAX_DESCRIPTION = 200;

    /** What is to be; null where it is not said. */
    record Wanted(String merchantId, String url, String description, EventTypes types, Boolean enabled) {}

    /** As it is documented. */
    @Schema(name = "WebhookEndpointRequest")
    record CreatedBody(
            @Schema(
                            pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
                            description = "Whose events; without it the caller's own. The desk must say it.",
                            examples = "m_0001")
                    String merchantId,
            @Schema(
                            required = true,
                            format = "uri",
                            maxLength = 1000,
                            description = "https, at a public address, without a user or a fragment.",
                            examples = "https://hooks.example.org/paywitness")
                    String url,
            @Schema(maxLength = 200, examples = "the till's books") String description,
            @Schema(
                            required = true,
                            minItems = 1,
                            maxItems = 50,
                            description = "Types as events have them; refund.* stands for all of one kind, * for all.",
                            examples = "[\"refund.*\", \"verdict.changed\"]")
                    List<String> eventTypes) {}

    /** As it is documented. */
    @Schema(name = "WebhookEndpointChange", minProperties = 1)
    record ChangedBody(
            @Schema(format = "uri", maxLength = 1000) String url,
            @Schema(maxLength = 200) String description,
            @Schema(minItems = 1, maxItems = 50) List<String> eventTypes,
            @Schema(
                            description = "false: nothing more is sent or queued. true: it is told of what happens from"
                                    + " now on, and what still waited goes on.")
                    Boolean enabled) {}

    /** As it is documented. */
    @Schema(name = "WebhookSecretRotation")
    record RotatedBody(
            @Schema(
                            defaultValue = "false",
                            description = "Whether the secret before ends at once, as it should where it has leaked.")
                    Boolean revokePrevious) {}

    private final JsonFields fields;

    private WebhookRequest(byte[] body, ObjectMapper json) {
        this.fields = JsonFields.of(body, json);
    }

    /** @throws Problem 400 naming each bad field */
    static Wanted created(byte[] body, ObjectMapper json, WebhookSettings settings) {
        WebhookRequest request = new WebhookRequest(body, json);
        Wanted wanted = new Wanted(
                request.merchant(),
                request.url(settings.rules()),
                request.description(),
                request.types(settings.maxEventTypes()),
                null);
        request.fields.require("url", wanted.url());
        request.fields.require("event_types", wanted.types());
        request.fields.finish();
        return wanted;
    }

    /** @throws Problem 400 naming each bad field */
    static Wanted changed(byte[] body, ObjectMapper json, WebhookSettings settings) {
        WebhookRequest request = new WebhookRequest(body, json);
        Wanted wanted = new Wanted(
                null,
                request.url(settings.rules()),
                request.description(),
                request.types(settings.maxEventTypes()),
                request.fields.flag("enabled"));
        boolean nothing = wanted.url() == null
                && wanted.description() == null
                && wanted.types() == null
                && wanted.enabled() == null;
        request.fields.refuseOthers();
        if (nothing && !request.fields.isWrong()) {
            throw Problem.invalid("", "must change something");
        }
        request.fields.finish();
        return wanted;
    }

    /**
     * Whether the secret before ends at once.
     *
     * @throws Problem 400 naming each bad field
     */
    static boolean revokesPrevious(byte[] body, ObjectMapper json) {
        if (body == null || body.length == 0) {
            return false;
        }
        WebhookRequest request = new WebhookRequest(body, json);
        Boolean revoke = request.fields.flag("revoke_previous");
        request.fields.finish();
        return Boolean.TRUE.equals(revoke);
    }

    private String merchant() {
        String merchant = fields.text("merchant_id");
        if (merchant != null && !IDENTIFIER.matcher(merchant).matches()) {
            fields.refuse("merchant_id", "must be 1 to 64 of A-Z a-z 0-9 . _ -");
        }
        return merchant;
    }

    private String url(Destination.Rules rules) {
        String url = fields.text("url");
        if (url == null) {
            return null;
        }
        try {
            Destination.of(url, rules);
        } catch (Destination.Unfit e) {
            fields.refuse("url", e.getMessage());
        }
        return url;
    }

    private String description() {
        String text = fields.text("description", MAX_DESCRIPTION);
        return text == null ? null : CardNumbers.mask(text);
    }

    private EventTypes types(int max) {
        if (!fields.has("event_types")) {
            fields.texts("event_types", max);
            return null;
        }
        List<String> types = List.copyOf(new LinkedHashSet<>(fields.texts("event_types", max)));
        if (types.isEmpty()) {
            if (!fields.isWrong()) {
                fields.refuse("event_types", "must name at least one");
            }
        } else if (!types.stream().allMatch(EventTypes::isOne)) {
            fields.refuse("event_types", "must be types of events like refund.succeeded, kinds like refund.*, or *");
        }
        return new EventTypes(types);
    }
}
