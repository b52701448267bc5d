package org.paywitness.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemTextsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "invalid_request",
                "invalid_observation",
                "unauthorized",
                "too_many_groups",
                "transaction_busy",
                "insufficient_scope",
                "not_found",
                "method_not_allowed",
                "not_acceptable",
                "unsupported_media_type",
                "body_too_large",
                "too_many_items",
                "malformed_json",
                "malformed_ndjson",
                "unknown_field",
                "source_ref_reused",
                "observation_too_old",
                "transaction_not_found",
                "idempotency_key_reused",
                "request_in_progress",
                "invalid_idempotency_key",
                "rate_limited",
                "statement_unreadable",
                "statement_format_unknown",
                "invalid_card_number",
                "invalid_cursor",
                "overloaded",
                "database_unavailable",
                "internal_error",
                "too_many_observations",
                "not_charged",
                "being_returned",
                "already_returned",
                "under_chargeback",
                "refund_exceeds_charge",
                "merchant_unknown",
                "cooling_off_over",
                "currency_mismatch",
                "same_person",
                "refund_not_pending",
                "refund_already_submitted",
                "refund_not_in_doubt",
                "acquirer_not_configured",
                "idempotency_key_required",
                "invalid_signature",
                "too_many_streams",
                "streams_exhausted",
                "fee_schedule_exists",
                "too_many_fee_schedules",
                "too_many_webhook_endpoints",
                "webhook_endpoint_disabled",
                "webhook_key_missing",
                "terminal_registered",
                "terminal_of_another_merchant",
                "terminal_state",
                "found_before_lost",
                "replacement_not_found",
                "report_not_in_review",
                "report_closed",
                "exception_closed",
                "nothing_to_dispute",
                "claim_exceeds_charge",
                "dispute_exists",
                "dispute_too_late",
                "dispute_closed",
                "dispute_open",
                "dispute_too_long",
                "not_one_story",
                "own_proposal",
                "proposal_not_open",
                "not_your_step",
                "nothing_beyond",
                "evidence_missing",
                "nothing_left_to_claim",
                "not_your_claim",
                "follow_up_ended",
                "follow_up_of_refund",
                "deadline_passed",
                "currency_changed",
                "refund_agreed",
                "invoice_already_requested",
                "invoice_request_closed",
                "malformed_form",
                "unsupported_evidence",
                "upload_too_slow",
                "evidence_limit_reached",
                "range_not_satisfiable",
                "storage_unavailable"
            })
    void everyKnownCodeHasItsOwnWords(String code) {
        for (boolean zh : new boolean[] {true, false}) {
            assertNotEquals(ProblemTexts.title("no_such_code", zh), ProblemTexts.title(code, zh));
            assertNotEquals(ProblemTexts.explanation("no_such_code", zh), ProblemTexts.explanation(code, zh));
        }
        assertNotEquals(ProblemTexts.title(code, true), ProblemTexts.title(code, false));
    }

    @Test
    void unknownCodesGetGeneralWords() {
        assertEquals("请求未能完成", ProblemTexts.title("no_such_code", true));
        assertEquals("The request could not be completed", ProblemTexts.title(null, false));
    }
}
