package org.paywitness.guidance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.paywitness.explanation.Language;
import org.paywitness.explanation.Messages;
import org.paywitness.verdict.Policy;
import org.paywitness.verdict.ResponseCode;

class GuidanceTest {
    private static final Deadlines DEFAULT = new Deadlines(
            Policy.DEFAULT,
            Duration.ofDays(7),
            Duration.ofDays(30),
            Duration.ofDays(7),
            Duration.ofDays(180),
            Duration.ofDays(7));

    /** Every figure another one than by default, and each unlike every other. */
    private static final Deadlines OTHER = new Deadlines(
            new Policy(
                    ZoneId.of("Asia/Tokyo"),
                    Duration.ofMinutes(41),
                    Duration.ofDays(42),
                    Duration.ofMinutes(43),
                    LocalTime.of(4, 44),
                    LocalTime.of(4, 45),
                    Duration.ofDays(46),
                    Duration.ofDays(47),
                    Duration.ofDays(48),
                    Duration.ofDays(49),
                    Duration.ofDays(51),
                    Duration.ofDays(52),
                    Duration.ofMinutes(53),
                    Duration.ofDays(54)),
            Duration.ofDays(55),
            Duration.ofDays(56),
            Duration.ofDays(57),
            Duration.ofDays(58),
            Duration.ofDays(59));

    private static final List<String> ASKED_FOR = List.of(
            "charged_without_slip",
            "unrecognized_transaction",
            "terminal_lost",
            "terminal_error",
            "wrong_amount",
            "charged_twice",
            "will_it_be_returned",
            "refund_refused_or_late",
            "merchant_misconduct",
            "no_power",
            "no_network",
            "no_paper",
            "no_answer",
            "card_unreadable");

    private static List<String> said(GuidanceAnswer answer) {
        return Stream.of(
                        Stream.of(answer.title(), answer.summary()),
                        answer.steps().stream().map(GuidanceAnswer.Step::text),
                        answer.related().stream().map(GuidanceAnswer.Related::text))
                .flatMap(texts -> texts)
                .toList();
    }

    private static Map<String, String> texts(Language language) {
        Map<String, String> texts = new TreeMap<>();
        Properties properties = Messages.read("guidance", language);
        properties.stringPropertyNames().forEach(key -> texts.put(key, properties.getProperty(key)));
        return texts;
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void everySituationSymptomAndResponseCodeHasStepsForEverybodyConcerned(Language language) {
        Guidance guidance = Guidance.of(DEFAULT, language);
        Set<String> expected = new HashSet<>(ASKED_FOR);
        ResponseCode.all().forEach(code -> expected.add("code_" + code.code()));
        for (String situation : expected) {
            GuidanceAnswer answer = guidance.about(situation);
            assertNotNull(answer, situation);
            List<String> who = answer.steps().stream()
                    .map(GuidanceAnswer.Step::who)
                    .distinct()
                    .toList();
            assertTrue(who.containsAll(List.of("cardholder", "merchant", "bank")), situation + who);
            List<String> inOrder = Stream.of("cardholder", "merchant", "acquirer", "bank")
                    .filter(who::contains)
                    .toList();
            assertEquals(inOrder, who, "grouped, in order");
            assertFalse(answer.related().isEmpty(), situation);
        }
        assertEquals(null, guidance.about("code_ZZ"));
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void nothingIsLeftUnfilledAndEachTextIsInItsLanguage(Language language) {
        Pattern han = Pattern.compile("\\p{IsHan}");
        for (GuidanceAnswer answer : Guidance.of(DEFAULT, language).all()) {
            for (String text : said(answer)) {
                assertFalse(Pattern.compile("[{}\\[\\]]|null|  ").matcher(text).find(), text);
                assertEquals(language == Language.ZH, han.matcher(text).find(), text);
                // The meaning of a code is quoted as its table has it.
                boolean quoted = answer.responseCode() != null && text.equals(answer.title());
                if (language == Language.ZH && !quoted) {
                    assertFalse(
                            Pattern.compile("[，。；：] | [，。；：]|[,;]")
                                    .matcher(text)
                                    .find(),
                            text);
                    assertFalse(
                            Pattern.compile("\\p{IsHan}\\d|\\d\\p{IsHan}")
                                    .matcher(text)
                                    .find(),
                            text);
                }
            }
        }
    }

    @Test
    void bothLanguagesHaveTheSameKeysAndFigures() {
        Map<String, String> zh = texts(Language.ZH);
        Map<String, String> en = texts(Language.EN);
        assertEquals(zh.keySet(), en.keySet());
        zh.forEach((key, text) -> assertEquals(figures(text), figures(en.get(key)), key));
    }

    private static Set<String> figures(String text) {
        return Pattern.compile("\\{\\w+}")
                .matcher(text)
                .results()
                .map(match -> match.group())
                .collect(Collectors.toSet());
    }

    @Test
    void noTextHasAFigureOfItsOwn() {
        Pattern zh = Pattern.compile("[0-9０-９]|[一二两三四五六七八九十半几]+ ?个?(天|日内|小时|分钟|工作日|周|月)");
        Pattern en = Pattern.compile(
                "[0-9]|\\b(an?|one|two|three|five|seven|ten|few)( working| business)? "
                        + "(days?|hours?|minutes?|weeks?|months?)\\b",
                Pattern.CASE_INSENSITIVE);
        texts(Language.ZH).forEach((key, text) -> assertFalse(zh.matcher(text).find(), key + "=" + text));
        texts(Language.EN).forEach((key, text) -> assertFalse(en.matcher(text).find(), key + "=" + text));
    }

    @Test
    void eachTextIsSaidOnce() {
        for (Language language : Language.values()) {
            Map<String, String> texts = texts(language);
            // What banks do after a reversal is the same wherever there was one.
            texts.keySet().removeIf(key -> key.contains(".bank."));
            Set<String> seen = new HashSet<>();
            texts.forEach((key, text) -> assertTrue(seen.add(text), language + " says twice: " + text));
        }
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void figuresArePolicysAndChangeWithIt(Language language) {
        String before = all(Guidance.of(DEFAULT, language));
        String after = all(Guidance.of(OTHER, language));
        List<String> now = List.of(
                "41", "42", "43", "04:44", "04:45", "46", "47", "48", "49", "51", "52", "53", "54", "55", "56", "57");
        for (String figure : now) {
            Pattern alone = Pattern.compile("(?<![\\d:])" + figure + "(?![\\d:])");
            assertTrue(alone.matcher(after).find(), figure + " is told nowhere");
        }
        assertNotEquals(before, after);
        // What no figure stands in is the same under any policy.
        for (Deadlines.Figure figure : Deadlines.Figure.values()) {
            assertTrue(
                    texts(language).values().stream().anyMatch(text -> text.contains(figure.placeholder())),
                    figure + " is used nowhere");
        }
        assertFalse(after.contains("23:00") || after.contains("10:00"), "a default in place of the policy");
    }

    // Without the codes, which are numbers themselves.
    private static String all(Guidance guidance) {
        return guidance.all().stream()
                .filter(answer -> answer.responseCode() == null)
                .flatMap(answer -> said(answer).stream())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void deadlinesAreThereForMachinesToo() {
        Guidance guidance = Guidance.of(DEFAULT, Language.EN);
        GuidanceAnswer twice = guidance.about("charged_twice");
        assertEquals("Asia/Shanghai", twice.zone());
        GuidanceAnswer.Step voided = step(twice, "Void the second payment");
        assertEquals("23:00", voided.before());
        assertEquals(null, voided.within());
        assertEquals("P7D", step(twice, "A void: within").within(), "the longest of those in the text");
        assertEquals(
                "PT15M",
                step(guidance.about("no_answer"), "Leave the terminal on").within());
        assertEquals(
                "10:00",
                step(guidance.about("no_answer"), "Make sure that the reversal").before());
        // How old a payment may be is no deadline of whoever decides.
        assertEquals(
                null,
                step(guidance.about("refund_refused_or_late"), "Waiting for approval")
                        .within());
    }

    private static GuidanceAnswer.Step step(GuidanceAnswer answer, String beginning) {
        return answer.steps().stream()
                .filter(step -> step.text().startsWith(beginning))
                .findFirst()
                .orElseThrow();
    }

    /** What must never be got wrong in the field. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no_answer | final_by | final_by",
                "no_answer | 不要再付 | Do not pay again",
                "code_96 | 不要再付 | Do not pay again",
                "code_98 | 银行短信 | keep the bank's message",
                "unrecognized_transaction | 止付 | call the issuing bank at once",
                "unrecognized_transaction | 完整卡号 | never send anybody the full card number",
                "terminal_lost | 马上向收单机构报失 | Report it to the acquirer at once",
                "terminal_lost | 从哪一刻起 | since when it was out of your hands",
                "terminal_lost | 冻结终端 | Freeze the terminal",
                "charged_without_slip | 只退回原来的卡 | only goes back to the same card",
                "charged_twice | 23:00 前撤销 | before 23:00 the same day",
                "code_51 | 被拒绝，没有扣款 | declined and nothing was taken",
                "code_43 | 不要再试 | Do not try again",
                "code_R3 | 不要再收 | do not take the payment again",
                "code_C3 | 改做退货 | so refund it",
            })
    void adviceSaysWhatMattersInTheField(String situation, String zh, String en) {
        String chinese =
                String.join("\n", said(Guidance.of(DEFAULT, Language.ZH).about(situation)));
        String english =
                String.join("\n", said(Guidance.of(DEFAULT, Language.EN).about(situation)));
        assertTrue(chinese.contains(zh), chinese);
        assertTrue(english.contains(en), english);
    }

    @Test
    void everyGroupOfCodesIsUsedAndSaysWhatTheCodeSaysOfMoney() {
        Set<CodeGroup> used = EnumSet.noneOf(CodeGroup.class);
        for (ResponseCode code : ResponseCode.all()) {
            CodeGroup group = CodeGroup.of(code);
            used.add(group);
            for (Language language : Language.values()) {
                GuidanceAnswer answer = Guidance.of(DEFAULT, language).about("code_" + code.code());
                assertEquals(code.code(), answer.responseCode());
                assertTrue(answer.title().contains(language == Language.ZH ? code.zh() : code.en()), answer.title());
                String money =
                        texts(language).get("money." + code.money().name().toLowerCase());
                assertTrue(answer.summary().startsWith(money), answer.summary());
            }
        }
        assertEquals(EnumSet.allOf(CodeGroup.class), used);
    }

    @Test
    void mistakesInTextsFailTheStart() {
        for (String key : List.of("no_paper.title", "charged_twice.bank.1", "group.pin.summary", "call.refund")) {
            Properties without = Messages.read("guidance", Language.EN);
            without.remove(key);
            assertRefused(without);
            Properties blank = Messages.read("guidance", Language.EN);
            blank.setProperty(key, " ");
            assertRefused(blank);
        }
        for (String wrong : Arrays.asList("no_paper.bank.3", "no_such.title", "no_paper.courier.1")) {
            Properties unknown = Messages.read("guidance", Language.EN);
            unknown.setProperty(wrong, "x");
            assertRefused(unknown);
        }
        Properties figure = Messages.read("guidance", Language.EN);
        figure.setProperty("no_paper.title", "within {cut_of}");
        assertRefused(figure);
    }

    private static void assertRefused(Properties texts) {
        assertThrows(
                IllegalStateException.class,
                () -> Guidance.of(DEFAULT, Language.EN, new GuidanceTexts(texts, "changed")));
    }
}
