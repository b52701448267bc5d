package org.paywitness.explanation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.paywitness.verdict.Outcome.APPROVED;
import static org.paywitness.verdict.Outcome.CAPTURED;
import static org.paywitness.verdict.Outcome.CLOSED;
import static org.paywitness.verdict.Outcome.CREDITED;
import static org.paywitness.verdict.Outcome.DEBITED;
import static org.paywitness.verdict.Outcome.DECLINED;
import static org.paywitness.verdict.Outcome.HELD;
import static org.paywitness.verdict.Outcome.NO_ANSWER;
import static org.paywitness.verdict.Outcome.NO_RECORD;
import static org.paywitness.verdict.Outcome.PAID;
import static org.paywitness.verdict.Outcome.PAYING;
import static org.paywitness.verdict.Outcome.REFUNDED;
import static org.paywitness.verdict.Outcome.RELEASED;
import static org.paywitness.verdict.Outcome.REVERSED;
import static org.paywitness.verdict.Outcome.SLIP_FAILED;
import static org.paywitness.verdict.Outcome.SLIP_PRINTED;
import static org.paywitness.verdict.Outcome.VOIDED;
import static org.paywitness.verdict.Source.ACQUIRER;
import static org.paywitness.verdict.Source.BANK;
import static org.paywitness.verdict.Source.TERMINAL;
import static org.paywitness.verdict.Source.WALLET;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.paywitness.money.Money;
import org.paywitness.verdict.Completeness;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.ResponseCode;

class ExplanationTest {
    private static final Money CNY_28 = Money.of(2_800, "CNY");
    private static final Pattern CJK = Pattern.compile("[\\p{IsHan}，。；：（）、]");
    private static final Pattern PAY_AGAIN =
            Pattern.compile("(可以|请|再)(重新|再次|再)(付款|支付|刷卡)|(?<!not |n't )(pay again|try again|swipe again)");

    /** Every row, cause and way to end that the judge has. */
    static List<Told> everyCase() {
        List<Told> all = new ArrayList<>(takenCases());
        all.addAll(neverTakenCases());
        return all;
    }

    private static List<Told> takenCases() {
        return List.of(
                Told.of("1 mismatch").says(BANK, DEBITED).says(ACQUIRER, CAPTURED, CNY_28),
                Told.of("1 mismatch, wallet").says(WALLET, PAID).says(ACQUIRER, CAPTURED, CNY_28),
                Told.of("2 reversed")
                        .says(BANK, DEBITED)
                        .says(ACQUIRER, REVERSED)
                        .says(BANK, CREDITED),
                Told.of("2 voided").says(BANK, DEBITED).says(ACQUIRER, VOIDED).says(BANK, CREDITED),
                Told.of("2 refunded").says(WALLET, PAID).says(WALLET, REFUNDED),
                Told.of("2 more").says(BANK, DEBITED).says(BANK, CREDITED, Money.of(20_000, "CNY")),
                Told.of("3 reversed").says(BANK, DEBITED).says(ACQUIRER, REVERSED),
                Told.of("3 voided").says(BANK, DEBITED).says(TERMINAL, VOIDED),
                Told.of("3 refunded").says(BANK, DEBITED).refunded(Told.CNY_128),
                Told.of("3 in part").says(BANK, DEBITED).refunded(Told.CNY_128).says(BANK, CREDITED, CNY_28),
                Told.of("3 overdue").says(BANK, DEBITED).refunded(Told.CNY_128).on("2026-12-24", "09:00"),
                Told.of("4 on its way").says(BANK, DEBITED).refunded(CNY_28),
                Told.of("4 overdue").says(BANK, DEBITED).refunded(CNY_28).on("2027-01-24", "09:00"),
                Told.of("4 arrived").says(BANK, DEBITED).refunded(CNY_28).says(BANK, CREDITED, CNY_28),
                Told.of("5").says(BANK, DEBITED).says(ACQUIRER, DECLINED, "51"),
                Told.of("5 no record").says(BANK, DEBITED).says(ACQUIRER, NO_RECORD),
                Told.of("5 overdue")
                        .says(BANK, DEBITED)
                        .says(ACQUIRER, NO_RECORD)
                        .on("2026-12-24", "09:00"),
                Told.of("6").says(BANK, DEBITED).says(ACQUIRER, APPROVED).after(true),
                Told.of("6 late").says(BANK, DEBITED).after(true).on("2026-12-24", "09:00"),
                Told.of("7").says(BANK, DEBITED),
                Told.of("7 possible duplicate").says(BANK, DEBITED).after(false),
                Told.of("7 no slip").says(TERMINAL, SLIP_FAILED).says(BANK, DEBITED));
    }

    private static List<Told> neverTakenCases() {
        return List.of(
                Told.of("8 reversed, hold").says(BANK, HELD).says(ACQUIRER, REVERSED),
                Told.of("8 voided, hold").says(BANK, HELD).says(ACQUIRER, VOIDED),
                Told.of("8 refused, hold").says(BANK, HELD).says(ACQUIRER, DECLINED, "05"),
                Told.of("8 overdue").says(BANK, HELD).says(ACQUIRER, REVERSED).on("2026-12-24", "09:00"),
                Told.of("8 reversed").says(ACQUIRER, APPROVED).says(ACQUIRER, REVERSED),
                Told.of("8 reversed, final")
                        .says(ACQUIRER, APPROVED)
                        .says(ACQUIRER, REVERSED)
                        .bankSilent(),
                Told.of("8 voided").says(ACQUIRER, APPROVED).says(ACQUIRER, VOIDED),
                Told.of("8 voided, final")
                        .says(ACQUIRER, APPROVED)
                        .says(ACQUIRER, VOIDED)
                        .bankSilent(),
                Told.of("8 released").says(BANK, HELD).says(BANK, RELEASED),
                Told.of("9").preauth().says(ACQUIRER, APPROVED),
                Told.of("9 expired").preauth().says(ACQUIRER, APPROVED).on("2027-02-01", "09:00"),
                Told.of("10").says(ACQUIRER, APPROVED).bankSilent(),
                Told.of("11").says(ACQUIRER, APPROVED),
                Told.of("11 terminal").says(TERMINAL, APPROVED).says(TERMINAL, SLIP_FAILED),
                Told.of("11 in part").says(ACQUIRER, APPROVED, "10", CNY_28),
                Told.of("12 terminal").says(TERMINAL, DECLINED, "51"),
                Told.of("12 terminal, bank silent")
                        .says(TERMINAL, DECLINED, "51")
                        .bankSilent(),
                Told.of("12 acquirer").says(ACQUIRER, DECLINED, "55"),
                Told.of("12 never recorded").says(ACQUIRER, NO_RECORD),
                Told.of("12 closed").says(WALLET, CLOSED),
                Told.of("13").says(TERMINAL, NO_ANSWER).bankSilent(),
                Told.of("14 no answer").says(TERMINAL, NO_ANSWER),
                Told.of("14 nothing said"),
                Told.of("14 ambiguous").says(TERMINAL, DECLINED, "98"),
                Told.of("14 unlisted code").says(TERMINAL, DECLINED, "ZZ"),
                Told.of("14 in progress").says(WALLET, PAYING));
    }

    static Stream<Told> everyCaseAndOddity() {
        return Stream.of(
                        everyCase().stream(),
                        everyCase().stream().map(Told::unquoted),
                        everyCase().stream().map(told -> told.with(Money.of(1_780, "USD"), "7.1910", CNY_28)),
                        everyCase().stream().map(told -> told.with(Money.of(1_780, "USD"), null, null)))
                .flatMap(s -> s);
    }

    @Test
    void casesCoverEveryStory() {
        Set<Story> told = EnumSet.of(Story.NOT_FOUND);
        Set<Integer> rows = new java.util.TreeSet<>();
        for (Told each : everyCase()) {
            told.add(Story.of(each.verdict()));
            rows.add(each.verdict().row());
            assertTrue(each.toString().startsWith(each.verdict().row() + ""), each + " is row " + each.verdict());
        }
        assertEquals(EnumSet.allOf(Story.class), told);
        assertEquals(14, rows.size());
    }

    @ParameterizedTest
    @MethodSource("everyCaseAndOddity")
    void everyCaseIsToldInBothLanguages(Told told) {
        for (Language language : Language.values()) {
            Explanation words = told.in(language);
            assertReadable(words.headline(), language);
            assertReadable(words.explanation(), language);
            for (NextStep step : words.nextSteps()) {
                assertReadable(step.text(), language);
                assertTrue(step.by() == null || step.by().isAfter(told.now()), step.toString());
                assertEquals(told.payment().details().quote(), step.quote());
            }
        }
        assertEquals(
                told.in(Language.ZH).nextSteps().stream().map(NextStep::who).toList(),
                told.in(Language.EN).nextSteps().stream().map(NextStep::who).toList());
    }

    @ParameterizedTest
    @MethodSource("missingAmounts")
    void missingAmountsStillGiveSentences(Told told) {
        everyCaseIsToldInBothLanguages(told);
    }

    static List<Told> missingAmounts() {
        return List.of(
                Told.of("settled").asking(null).says(BANK, DEBITED),
                Told.of("twice").asking(null).says(BANK, DEBITED).after(true),
                Told.of("reversed").asking(null).says(BANK, DEBITED).says(ACQUIRER, REVERSED),
                Told.of("without sale").asking(null).says(BANK, DEBITED).says(ACQUIRER, NO_RECORD),
                Told.of("hold").asking(null).says(BANK, HELD).says(ACQUIRER, REVERSED),
                Told.of("taken back").asking(null).says(ACQUIRER, APPROVED).says(ACQUIRER, VOIDED),
                Told.of("preauth").asking(null).preauth().says(ACQUIRER, APPROVED),
                Told.of("no debit").asking(null).says(ACQUIRER, APPROVED).bankSilent(),
                Told.of("approved").asking(null).says(ACQUIRER, APPROVED),
                Told.of("in part").asking(null).says(ACQUIRER, APPROVED, "10"),
                Told.of("refused").asking(null).says(TERMINAL, DECLINED, "51"),
                Told.of("closed").asking(null).says(WALLET, CLOSED),
                Told.of("pending").asking(null).says(TERMINAL, NO_ANSWER),
                Told.of("converted")
                        .asking(null)
                        .with(Money.of(1_780, "USD"), "7.1910", CNY_28)
                        .says(BANK, DEBITED));
    }

    @Test
    void nobodyIsToldToPayAgainBeforeTheVerdictIsFinal() {
        Stream<Told> codes = ResponseCode.all().stream()
                .flatMap(code -> Stream.of(
                        Told.of(code.code()).says(TERMINAL, DECLINED, code.code()),
                        Told.of(code.code()).says(BANK, HELD).says(ACQUIRER, DECLINED, code.code())));
        Stream.concat(Stream.concat(everyCaseAndOddity(), codes), missingAmounts().stream())
                .filter(told -> !told.verdict().isFinal())
                .forEach(told -> {
                    for (Language language : Language.values()) {
                        Explanation words = told.in(language);
                        assertNotPayAgain(told, words.headline(), language);
                        assertNotPayAgain(told, words.explanation(), language);
                        words.nextSteps().forEach(step -> assertNotPayAgain(told, step.text(), language));
                    }
                });
    }

    @Test
    void everyResponseCodeIsExplained() {
        for (ResponseCode code : ResponseCode.all()) {
            Told told = Told.of(code.code()).says(TERMINAL, DECLINED, code.code());
            if (told.verdict().responseCode() != null) {
                String zh = told.in(Language.ZH).explanation();
                String en = told.in(Language.EN).explanation();
                assertTrue(zh.contains("终端应答码 " + code.code() + "：" + code.zh() + "。"), zh);
                assertTrue(en.contains("Response code " + code.code() + " from the terminal: " + code.en() + "."), en);
                assertReadable(en, Language.EN);
            }
            if (code.money() == ResponseCode.About.NOT_CHARGED) {
                Told refused = Told.of(code.code()).says(ACQUIRER, DECLINED, code.code());
                assertTrue(refused.verdict().isFinal());
                assertFalse(refused.in(Language.ZH).nextSteps().isEmpty(), code.code());
            }
        }
    }

    @Test
    void contractsExampleReadsAsPrinted() {
        Explanation words = Told.of("api.md").says(BANK, DEBITED).after(true).in(Language.ZH);
        assertEquals("这笔 ¥128.00 扣了两次", words.headline());
        NextStep first = words.nextSteps().get(0);
        assertEquals(NextStep.Who.MERCHANT, first.who());
        assertEquals("确认退回第二笔", first.text());
        assertEquals(Told.at("2026-11-22", "23:00"), first.by());
        assertEquals(Told.QUOTE, first.quote());
    }

    @Test
    void amountsKeepTheirCurrencysDecimals() {
        Told yen = Told.of("JPY").asking(Money.of(1_280, "JPY")).says(BANK, DEBITED);
        assertEquals("付款成功，已扣款 JP¥1,280", yen.in(Language.ZH).headline());
        Told dinar = Told.of("KWD").asking(Money.of(1_250, "KWD")).says(BANK, DEBITED);
        assertEquals("Paid: KWD 1.250 was taken", dinar.in(Language.EN).headline());
    }

    @Test
    void amountStillOnItsWayIsNamedOnceSomeArrived() {
        Told told = Told.of("4")
                .says(BANK, DEBITED)
                .refunded(Money.of(5_000, "CNY"))
                .says(BANK, CREDITED, CNY_28);
        assertContains(told, Language.ZH, "商户退其中的 ¥50.00，已到账 ¥28.00，还有 ¥22.00 在途");
        assertEquals("部分退款 ¥50.00 正在退回", told.in(Language.ZH).headline());
    }

    @Test
    void conversionAndDiscountAreNamed() {
        Told told = Told.of("converted").says(BANK, DEBITED).with(Money.of(1_780, "USD"), "7.1910", CNY_28);
        assertContains(told, Language.EN, "¥128.00 = 17.80 USD at 7.1910.");
        assertContains(told, Language.EN, "A discount of ¥28.00 was promised.");
        assertContains(told, Language.ZH, "¥128.00 = 17.80 USD，汇率 7.1910。");
        Told applied = Told.of("applied")
                .asking(Money.of(15_600, "CNY"))
                .says(BANK, DEBITED, Told.CNY_128)
                .with(null, null, CNY_28);
        assertContains(applied, Language.EN, "A discount of ¥28.00 is already taken off.");
    }

    @Test
    void partialApprovalNamesTheApprovedAmount() {
        Told told = Told.of("in part").says(ACQUIRER, APPROVED, "10", CNY_28);
        assertEquals("付款成功 ¥28.00，等待入账", told.in(Language.ZH).headline());
        assertContains(told, Language.EN, "¥128.00 was asked for, only ¥28.00 was approved");
        Told untold = Told.of("in part, not told how much").says(ACQUIRER, APPROVED, "10", null);
        assertFalse(untold.in(Language.ZH).headline().contains("128"));
    }

    @Test
    void overduePartyIsNamedWithTheDateThatPassed() {
        Told told =
                Told.of("overdue").says(BANK, DEBITED).says(ACQUIRER, REVERSED).on("2027-01-05", "09:00");
        assertContains(told, Language.ZH, "原定 2026年11月24日 12:01 前完成");
        assertContains(told, Language.EN, "due by 24 Nov 2026, 12:01 and is late");
        NextStep first = told.in(Language.EN).nextSteps().get(0);
        assertEquals(NextStep.Who.ACQUIRER, first.who());
        assertEquals(Told.at("2027-01-06", "23:00"), first.by());
    }

    @Test
    void slipCanBeHadAgainUnlessOnePrintedSince() {
        Told failed = Told.of("no slip").says(BANK, DEBITED).says(TERMINAL, SLIP_FAILED);
        assertEquals(2, failed.in(Language.ZH).nextSteps().size());
        assertContains(failed, Language.EN, "a copy can be printed");
        assertTrue(
                failed.says(TERMINAL, SLIP_PRINTED).in(Language.ZH).nextSteps().isEmpty());
    }

    @Test
    void differingAmountsAreNamedBySource() {
        Told told = Told.of("mismatch").says(BANK, DEBITED).says(ACQUIRER, CAPTURED, CNY_28);
        assertContains(told, Language.ZH, "银行记的是 ¥128.00。收单机构记的是 ¥28.00。");
        assertContains(told, Language.EN, "The bank says ¥128.00. The acquirer says ¥28.00.");
    }

    @Test
    void notFoundTellsHowFarEachSourceIsComplete() {
        Completeness known =
                new Completeness(null, Told.at("2026-11-21", "10:00"), Told.at("2026-11-20", "23:59"), null);
        var now = Told.at("2026-11-21", "12:20");
        Explanation zh = Explanation.notFound(known, Policy.DEFAULT, now, Language.ZH);
        Explanation en = Explanation.notFound(known, Policy.DEFAULT, now, Language.EN);
        assertTrue(zh.explanation().contains("收单机构完整到 11月21日 10:00；银行完整到 11月20日 23:59；钱包还没有报送"));
        assertTrue(zh.explanation().contains("下一批数据预计 11月22日 10:00 到。"));
        assertTrue(en.explanation().contains("bank, complete up to 20 Nov, 23:59; nothing from the wallet"));
        assertEquals(Told.at("2026-11-22", "10:00"), en.nextSteps().get(0).by());
        assertNull(en.nextSteps().get(0).quote());
        for (Completeness each : List.of(known, Completeness.NONE)) {
            for (Language language : Language.values()) {
                Explanation words = Explanation.notFound(each, Policy.DEFAULT, now, language);
                assertReadable(words.headline(), language);
                assertReadable(words.explanation(), language);
                words.nextSteps().forEach(step -> assertReadable(step.text(), language));
            }
        }
    }

    private static void assertContains(Told told, Language language, String part) {
        String text = told.in(language).explanation();
        assertTrue(text.contains(part), text);
    }

    private static void assertReadable(String text, Language language) {
        assertNotNull(text);
        assertFalse(text.isBlank());
        assertFalse(text.contains("null"), text);
        assertFalse(Pattern.compile("[{}\\[\\]|]").matcher(text).find(), text);
        assertFalse(text.contains("  ") || text.startsWith(" ") || text.endsWith(" "), text);
        assertEquals(language == Language.ZH, CJK.matcher(text).find(), text);
        assertFalse(
                Pattern.compile("\\d[\\p{IsHan}&&[^年月日]]|[\\p{IsHan}&&[^年月日]]\\d")
                        .matcher(text)
                        .find(),
                text);
        assertFalse(Pattern.compile(" [.,;:，。；：]|。。|，，|\\.\\.").matcher(text).find(), text);
        if (language == Language.ZH) {
            assertFalse(Pattern.compile("[，。；：（）] | [，。；：（）]").matcher(text).find(), text);
        }
    }

    private static void assertNotPayAgain(Told told, String text, Language language) {
        assertFalse(PAY_AGAIN.matcher(text).find(), told + ": " + text);
        for (Step step : Step.values()) {
            if (step.name().startsWith("PAY_AGAIN")) {
                assertFalse(text.equals(Texts.in(language).step(step).text(null)), told + ": " + text);
            }
        }
    }
}
