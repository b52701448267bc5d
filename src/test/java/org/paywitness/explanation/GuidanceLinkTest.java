package org.paywitness.explanation;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.paywitness.verdict.Outcome.APPROVED;
import static org.paywitness.verdict.Outcome.CAPTURED;
import static org.paywitness.verdict.Outcome.CREDITED;
import static org.paywitness.verdict.Outcome.DEBITED;
import static org.paywitness.verdict.Outcome.DECLINED;
import static org.paywitness.verdict.Outcome.HELD;
import static org.paywitness.verdict.Outcome.NO_ANSWER;
import static org.paywitness.verdict.Outcome.NO_RECORD;
import static org.paywitness.verdict.Outcome.PAYING;
import static org.paywitness.verdict.Outcome.REFUNDED;
import static org.paywitness.verdict.Outcome.REVERSED;
import static org.paywitness.verdict.Outcome.SLIP_FAILED;
import static org.paywitness.verdict.Source.ACQUIRER;
import static org.paywitness.verdict.Source.BANK;
import static org.paywitness.verdict.Source.TERMINAL;
import static org.paywitness.verdict.Source.WALLET;

import io.quarkus.test.junit.QuarkusTest;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.paywitness.money.Money;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.ResponseCode;
import org.paywitness.verdict.Verdict;

/** Which guidance fits which verdict, as a table, and that it is there. */
@QuarkusTest
class GuidanceLinkTest {
    private static final Money PART = Money.of(2_800, "CNY");

    /** Each told payment with what its verdict links to. */
    private static Map<Told, String> table() {
        Map<Told, String> table = new LinkedHashMap<>();
        table.put(Told.of("settled").says(BANK, DEBITED), "charged_without_slip");
        table.put(Told.of("approved").says(ACQUIRER, APPROVED), "not_on_statement_yet");
        table.put(Told.of("twice").says(BANK, DEBITED).after(true), "charged_twice");
        table.put(Told.of("refused").says(ACQUIRER, DECLINED, "51"), "code_51");
        table.put(Told.of("refused by the terminal").says(TERMINAL, DECLINED, "N2"), "code_N2");
        table.put(Told.of("ambiguous").says(TERMINAL, DECLINED, "96"), "code_96");
        table.put(Told.of("unlisted code").says(TERMINAL, DECLINED, "8X"), "no_answer");
        table.put(Told.of("no record").says(ACQUIRER, NO_RECORD), "terminal_error");
        table.put(Told.of("never completed").says(TERMINAL, NO_ANSWER).bankSilent(), "terminal_error");
        table.put(Told.of("no answer").says(TERMINAL, NO_ANSWER), "no_answer");
        table.put(Told.of("in progress").says(WALLET, PAYING), "no_answer");
        table.put(Told.of("held").preauth().says(ACQUIRER, APPROVED), "preauthorization_held");
        table.put(Told.of("reversed").says(BANK, DEBITED).says(ACQUIRER, REVERSED), "will_it_be_returned");
        table.put(
                Told.of("overdue").says(BANK, DEBITED).says(ACQUIRER, REVERSED).on("2027-01-05", "09:00"),
                "refund_refused_or_late");
        table.put(Told.of("in part").says(BANK, DEBITED).says(ACQUIRER, REFUNDED, PART), "will_it_be_returned");
        table.put(Told.of("returned").says(BANK, DEBITED).says(BANK, CREDITED), "will_it_be_returned");
        table.put(Told.of("hold of a refusal").says(BANK, HELD).says(ACQUIRER, DECLINED, "51"), "will_it_be_returned");
        table.put(Told.of("amounts differ").says(BANK, DEBITED).says(ACQUIRER, CAPTURED, PART), "wrong_amount");
        table.put(Told.of("no sale").says(BANK, DEBITED).says(ACQUIRER, DECLINED, "51"), "debited_without_sale");
        table.put(Told.of("no debit").says(ACQUIRER, APPROVED).bankSilent(), "not_on_statement_yet");
        return table;
    }

    private static String link(Told told) {
        return GuidanceLink.of(Story.of(told.verdict()), told.verdict());
    }

    @Test
    void everyKindOfVerdictLinksToWhatFits() {
        Set<Verdict.Kind> kinds = EnumSet.of(Verdict.Kind.NOT_FOUND);
        table().forEach((told, situation) -> {
            assertEquals("/v1/guidance/" + situation, link(told), told.toString());
            kinds.add(told.verdict().kind());
            told.in(Language.EN).nextSteps().forEach(step -> assertEquals(link(told), step.guidance()));
        });
        assertEquals(EnumSet.allOf(Verdict.Kind.class), kinds);
        assertEquals("/v1/guidance/payment_not_found", GuidanceLink.of(Story.NOT_FOUND, null));
        NextStep first = Explanation.notFound(
                        Completeness.NONE, Policy.DEFAULT, Told.at("2026-11-21", "12:20"), Language.ZH)
                .nextSteps()
                .get(0);
        assertEquals("/v1/guidance/payment_not_found", first.guidance());
    }

    @Test
    void stepAboutSomethingElseLinksThere() {
        Told told = Told.of("approved, no slip, perhaps twice")
                .says(BANK, DEBITED)
                .says(TERMINAL, SLIP_FAILED)
                .after(false);
        List<String> links = told.in(Language.EN).nextSteps().stream()
                .map(NextStep::guidance)
                .toList();
        assertEquals(
                List.of(
                        "/v1/guidance/charged_without_slip",
                        "/v1/guidance/charged_without_slip",
                        "/v1/guidance/charged_twice"),
                links);
    }

    @Test
    void everyLinkIsThereForEverybody() {
        Set<String> links = new TreeSet<>();
        Verdict any =
                Told.of("any").says(BANK, DEBITED).says(ACQUIRER, REVERSED).verdict();
        Verdict overdue = Told.of("overdue")
                .says(BANK, DEBITED)
                .says(ACQUIRER, REVERSED)
                .on("2027-01-05", "09:00")
                .verdict();
        for (Story story : Story.values()) {
            for (Verdict verdict : List.of(any, overdue)) {
                links.add(GuidanceLink.of(story, verdict));
                for (Step step : Step.values()) {
                    links.add(GuidanceLink.of(step, GuidanceLink.of(story, verdict)));
                }
            }
        }
        for (ResponseCode code : ResponseCode.all()) {
            Told told = Told.of(code.code()).says(TERMINAL, DECLINED, code.code());
            links.add(link(told));
        }
        for (String link : links) {
            assertEquals(200, given().get(link).statusCode(), link);
        }
    }
}
