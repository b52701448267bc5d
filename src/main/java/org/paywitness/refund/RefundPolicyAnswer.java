package org.paywitness.refund;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.acquirer.Operation;
import org.paywitness.acquirer.Refusal;
import org.paywitness.explanation.Durations;
import org.paywitness.explanation.Language;
import org.paywitness.problem.ProblemTexts;
import org.paywitness.refund.RefundWords.Section;
import org.paywitness.transaction.Amount;
import org.paywitness.verdict.Policy;

/** The refund policy on the wire, told from what the code itself obeys. */
@Schema(
        name = "RefundPolicy",
        description = "What can be refunded, who approves and how long each step takes. Durations are ISO 8601.")
record RefundPolicyAnswer(
        @Schema(
                        required = true,
                        nullable = true,
                        description = "Whose own limits are in here; null where all are those of everybody.",
                        examples = "m_0001")
                String merchantId,
        @Schema(required = true, description = "Days are days in this IANA time zone.", examples = "Asia/Shanghai")
                String zone,
        @Schema(required = true, description = "When the merchant's batch is closed, in that zone.", examples = "23:00")
                String cutOff,
        @Schema(required = true) Routes routes,
        @Schema(required = true) Approval approval,
        @Schema(required = true) CoolingOff coolingOff,
        @Schema(required = true) Arrivals arrivals,
        @Schema(required = true) Inquiries inquiries,
        @Schema(required = true, description = "Why money may go back.") List<ReasonText> reasons,
        @Schema(required = true, description = "Where a refund can be.") List<StatusText> statuses,
        @Schema(required = true, description = "Why an acquirer does not send it.") List<FailureText> failures,
        @Schema(required = true, description = "What cannot be refunded, by the problem code that says so.")
                List<NotRefundable> notRefundable) {

    private static final List<String> NOT_REFUNDABLE = List.of(
            "not_charged",
            "being_returned",
            "already_returned",
            "under_chargeback",
            "refund_exceeds_charge",
            "currency_mismatch",
            "cooling_off_over",
            "merchant_unknown");

    private static final String TEXT = "In the language of Accept-Language.";

    /** How money goes back. */
    @Schema(name = "RefundRoutes")
    record Routes(
            @Schema(required = true, description = TEXT) String text, @Schema(required = true) List<Route> choices) {}

    /** One way. */
    @Schema(name = "RefundRoute")
    record Route(
            @Schema(
                            required = true,
                            enumeration = {"void", "refund"})
                    String route,
            @Schema(required = true, description = TEXT) String text) {}

    /** When no second person is asked. */
    @Schema(name = "RefundApproval")
    record Approval(
            @Schema(
                            required = true,
                            description = "The highest amount that needs no second person, one for each currency;"
                                    + " any other currency always needs one.")
                    List<Amount> automaticUpTo,
            @Schema(
                            required = true,
                            format = "duration",
                            description = "The greatest age of the payment that needs no second person.",
                            examples = "P30D")
                    String automaticWithin,
            @Schema(required = true, description = TEXT) String text) {}

    /** The law's days without a reason. */
    @Schema(name = "RefundCoolingOff")
    record CoolingOff(
            @Schema(required = true, format = "duration", description = "From the payment.", examples = "P7D")
                    String within,
            @Schema(required = true, description = TEXT) String text) {}

    /** How long money takes. */
    @Schema(name = "RefundArrivals")
    record Arrivals(
            @Schema(required = true, description = TEXT) String text, @Schema(required = true) List<Arrival> choices) {}

    /** How long money takes on one way. */
    @Schema(name = "RefundArrival")
    record Arrival(
            @Schema(
                            required = true,
                            description = "credit_card stands also for prepaid cards and those of unknown kind,"
                                    + " wallet_card for a bank card behind a wallet.",
                            enumeration = {"debit_card", "credit_card", "wallet_balance", "wallet_card"})
                    String paidWith,
            @Schema(
                            required = true,
                            enumeration = {"void", "refund"})
                    String route,
            @Schema(required = true, format = "duration", examples = "P3D") String within,
            @Schema(required = true, description = TEXT) String text) {}

    /** What happens when the acquirer does not answer. */
    @Schema(name = "RefundInquiries")
    record Inquiries(
            @Schema(
                            required = true,
                            description = "From the first doubt, each as long after it.",
                            examples = "[\"PT5S\", \"PT30S\", \"PT5M\", \"PT1H\"]")
                    List<String> after,
            @Schema(required = true, format = "duration", description = "After the last of these.", examples = "P1D")
                    String thenEvery,
            @Schema(
                            required = true,
                            format = "duration",
                            description = "From the first doubt; then a person resolves it.",
                            examples = "P7D")
                    String until,
            @Schema(required = true, description = TEXT) String text) {}

    /** A reason in words. */
    @Schema(name = "RefundReasonText")
    record ReasonText(
            @Schema(
                            required = true,
                            enumeration = {
                                "duplicate",
                                "customer_request",
                                "cooling_off",
                                "wrong_amount",
                                "not_delivered",
                                "no_slip",
                                "fraud",
                                "agreement"
                            })
                    String reason,
            @Schema(required = true, description = TEXT) String text) {}

    /** A status in words. */
    @Schema(name = "RefundStatusText")
    record StatusText(
            @Schema(
                            required = true,
                            enumeration = {
                                "pending_approval",
                                "approved",
                                "submitted",
                                "in_doubt",
                                "succeeded",
                                "failed",
                                "rejected",
                                "canceled"
                            })
                    String status,
            @Schema(required = true, description = "Where the refund is now. " + TEXT) String text,
            @Schema(required = true, description = "The statuses that may follow; none after an end.")
                    List<String> next) {}

    /** A failure in words. */
    @Schema(name = "RefundFailureText")
    record FailureText(
            @Schema(
                            required = true,
                            enumeration = {
                                "original_not_found",
                                "amount_exceeds_original",
                                "too_late",
                                "card_closed",
                                "card_lost_or_stolen",
                                "insufficient_merchant_funds",
                                "refused_by_issuer",
                                "unknown"
                            })
                    String failure,
            @Schema(required = true, description = TEXT) String text,
            @Schema(required = true, description = "What to do then, or the other way for the money. " + TEXT)
                    String nextStep) {}

    /** Why a refund is not accepted. */
    @Schema(name = "NotRefundable")
    record NotRefundable(
            @Schema(required = true, description = "The code of the problem.", examples = "under_chargeback")
                    String code,
            @Schema(required = true, description = TEXT) String title,
            @Schema(required = true, description = TEXT) String text) {}

    /** @param merchantId one that has no limits of its own, or null, gets those of all */
    static RefundPolicyAnswer of(RefundSettings settings, Policy policy, String merchantId, Language language) {
        RefundLimits limits = RefundLimits.of(settings, policy, merchantId);
        return new RefundPolicyAnswer(
                // Nothing of a request is repeated: anybody can type a card number anywhere.
                merchantId != null && settings.merchants().containsKey(merchantId) ? merchantId : null,
                limits.zone().getId(),
                limits.cutOff().toString(),
                routes(language),
                approval(limits, language),
                new CoolingOff(
                        Durations.iso(limits.coolingOff()),
                        RefundWords.section(Section.COOLING_OFF, limits.coolingOff(), language)),
                arrivals(policy, language),
                inquiries(settings, language),
                Arrays.stream(Reason.values())
                        .map(reason -> new ReasonText(reason.code(), RefundWords.reason(reason, language)))
                        .toList(),
                Arrays.stream(RefundStatus.values())
                        .map(status -> status(status, language))
                        .toList(),
                Arrays.stream(Refusal.values())
                        .map(failure -> new FailureText(
                                failure.code(),
                                RefundWords.failure(failure, language),
                                RefundWords.failureNext(failure, language)))
                        .toList(),
                NOT_REFUNDABLE.stream()
                        .map(code -> notRefundable(code, language))
                        .toList());
    }

    private static Routes routes(Language language) {
        return new Routes(
                RefundWords.section(Section.ROUTES, null, language),
                Arrays.stream(Operation.values())
                        .map(route -> new Route(route.code(), RefundWords.route(route, language)))
                        .toList());
    }

    private static Approval approval(RefundLimits limits, Language language) {
        return new Approval(
                limits.automaticUpTo().values().stream().map(Amount::of).toList(),
                Durations.iso(limits.automaticWithin()),
                RefundWords.section(Section.APPROVAL, limits.automaticWithin(), language));
    }

    private static Arrivals arrivals(Policy policy, Language language) {
        return new Arrivals(
                RefundWords.section(Section.ARRIVALS, null, language),
                Arrays.stream(PaidWith.values())
                        .flatMap(paidWith -> Arrays.stream(Operation.values())
                                .map(route -> arrival(paidWith, route, policy, language)))
                        .toList());
    }

    private static Arrival arrival(PaidWith paidWith, Operation route, Policy policy, Language language) {
        Duration within = paidWith.arrival(route, policy);
        return new Arrival(
                paidWith.code(),
                route.code(),
                Durations.iso(within),
                RefundWords.arrival(route, paidWith, within, language));
    }

    private static Inquiries inquiries(RefundSettings settings, Language language) {
        return new Inquiries(
                settings.inquiries().stream().map(Durations::iso).toList(),
                Durations.iso(settings.laterInquiries()),
                Durations.iso(settings.inquiriesEnd()),
                RefundWords.section(Section.INQUIRIES, settings.inquiriesEnd(), language));
    }

    private static StatusText status(RefundStatus status, Language language) {
        // In the order of the enum: a set has none, and the entity tag must not change by itself.
        List<String> next = Stream.of(RefundStatus.values())
                .filter(status.next()::contains)
                .map(RefundStatus::code)
                .toList();
        return new StatusText(status.code(), RefundWords.status(status, language), next);
    }

    private static NotRefundable notRefundable(String code, Language language) {
        boolean zh = language == Language.ZH;
        return new NotRefundable(code, ProblemTexts.title(code, zh), ProblemTexts.explanation(code, zh));
    }
}
