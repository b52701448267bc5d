package org.paywitness.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.paywitness.verdict.Outcome.APPROVED;
import static org.paywitness.verdict.Outcome.CAPTURED;
import static org.paywitness.verdict.Outcome.CREDITED;
import static org.paywitness.verdict.Outcome.DEBITED;
import static org.paywitness.verdict.Outcome.HELD;
import static org.paywitness.verdict.Outcome.NO_ANSWER;
import static org.paywitness.verdict.Outcome.PAID;
import static org.paywitness.verdict.Outcome.REFUNDED;
import static org.paywitness.verdict.Outcome.SLIP_PRINTED;
import static org.paywitness.verdict.Source.ACQUIRER;
import static org.paywitness.verdict.Source.BANK;
import static org.paywitness.verdict.Source.TERMINAL;
import static org.paywitness.verdict.Source.WALLET;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.paywitness.money.Money;
import org.paywitness.observation.Correlation.Group;
import org.paywitness.observation.Correlation.Member;
import org.paywitness.verdict.Policy;

/** Each rule of domain.md, "Correlation", with its boundaries; every set in every one of many orders. */
class CorrelationTest {
    private static final String CARD = "622848******1234";
    private static final String TOKEN = "card_01h2xcejqtf2nbrexx3v";
    private static final String OTHER_TOKEN = "card_01h2xcejqtf2nbrexx4w";
    private static final Random SHUFFLE = shuffle();

    private static Random shuffle() {
        long seed = Long.getLong("correlation.seed", System.nanoTime());
        System.out.println("correlation.seed=" + seed);
        return new Random(seed);
    }

    // --- explicit ----------------------------------------------------------------------------------------------------

    @Test
    void anExplicitIdDecidesAgainstAllReferences() {
        Observation opener = merchant(ACQUIRER, APPROVED, "12:00").rrn("1").is("a");
        Observation other = merchant(ACQUIRER, APPROVED, "12:01").rrn("2").is("b");
        Observation pinned =
                merchant(TERMINAL, APPROVED, "12:01").rrn("2").of("a").is("p");
        together(List.of(opener, other, pinned), "a p", "b");
    }

    @Test
    void theReferencesOfAPinnedObservationAreNoEdges() {
        Observation opener = merchant(ACQUIRER, APPROVED, "12:00").rrn("1").is("a");
        Observation pinned =
                merchant(TERMINAL, APPROVED, "12:01").rrn("2").of("a").is("p");
        Observation third = merchant(BANK, DEBITED, "12:02").rrn("2").is("c");
        together(List.of(opener, pinned, third), "a p", "c");
    }

    // --- references --------------------------------------------------------------------------------------------------

    @Test
    void aWalletNumberJoinsWhateverTheTime() {
        together(
                List.of(
                        merchant(WALLET, PAID, "12:00").wallet("w").is("a"),
                        merchant(ACQUIRER, CAPTURED, "+30 12:00").wallet("w").is("b"),
                        merchant(ACQUIRER, CAPTURED, "12:00").wallet("v").is("c")),
                "a b",
                "c");
    }

    @Test
    void anOrderNumberJoinsWithinOneMerchantOnly() {
        together(
                List.of(
                        merchant(ACQUIRER, APPROVED, "12:00").order("o").is("a"),
                        merchant(BANK, DEBITED, "+2 00:00").order("o").is("b"),
                        Said.by(ACQUIRER, APPROVED, "12:00")
                                .merchant("m2")
                                .order("o")
                                .is("c")),
                "a b",
                "c");
    }

    @Test
    void anOrderNumberPaidTwiceStaysTwoTransactions() {
        together(
                List.of(
                        merchant(ACQUIRER, APPROVED, "12:00")
                                .order("o")
                                .rrn("1")
                                .is("a"),
                        merchant(BANK, DEBITED, "12:00").rrn("1").is("b"),
                        merchant(ACQUIRER, APPROVED, "12:05")
                                .order("o")
                                .rrn("2")
                                .is("c"),
                        merchant(TERMINAL, APPROVED, "12:05").order("o").is("d")),
                "a b",
                "c",
                "d");
    }

    @Test
    void anRrnJoinsWithinThreeDaysToTheSecond() {
        together(
                List.of(
                        merchant(ACQUIRER, APPROVED, "12:00:00").rrn("1").is("a"),
                        merchant(BANK, DEBITED, "+3 12:00:00").rrn("1").is("b")),
                "a b");
        together(
                List.of(
                        merchant(ACQUIRER, APPROVED, "12:00:00").rrn("1").is("a"),
                        merchant(BANK, DEBITED, "+3 12:00:01").rrn("1").is("b")),
                "a",
                "b");
    }

    @Test
    void anRrnJoinsAlongAChainOfThreeDaysEach() {
        together(
                List.of(
                        merchant(TERMINAL, APPROVED, "12:00").rrn("1").is("a"),
                        merchant(ACQUIRER, CAPTURED, "+3 12:00").rrn("1").is("b"),
                        merchant(BANK, DEBITED, "+6 12:00").rrn("1").is("c"),
                        merchant(BANK, DEBITED, "+9 12:01").rrn("1").is("d")),
                "a b c",
                "d");
    }

    @Test
    void aReturnThatTellsOnlyItsOwnTimeFindsTheLastSaleOfItsRrn() {
        together(
                List.of(
                        merchant(ACQUIRER, CAPTURED, "12:00").rrn("1").is("old"),
                        merchant(ACQUIRER, CAPTURED, "+20 12:00").rrn("1").is("new"),
                        merchant(ACQUIRER, REFUNDED, "+40 12:00").rrn("1").is("refund"),
                        merchant(BANK, CREDITED, "+45 00:00").rrn("1").is("credit")),
                "old",
                "new refund credit");
    }

    @Test
    void terminalBatchAndStanJoinOnOneBusinessDayOfTheMerchantsZone() {
        together(
                List.of(
                        merchant(TERMINAL, APPROVED, "00:00:00")
                                .slip("t", "1", "7")
                                .is("a"),
                        merchant(ACQUIRER, CAPTURED, "23:59:59")
                                .slip("t", "1", "7")
                                .is("b"),
                        merchant(TERMINAL, APPROVED, "+1 00:00:00")
                                .slip("t", "1", "7")
                                .is("c"),
                        merchant(TERMINAL, APPROVED, "12:00")
                                .slip("t", "2", "7")
                                .is("d"),
                        merchant(TERMINAL, APPROVED, "12:00")
                                .slip("t", "1", "8")
                                .is("e"),
                        merchant(TERMINAL, APPROVED, "12:00")
                                .slip("u", "1", "7")
                                .is("f")),
                "a b",
                "c",
                "d",
                "e",
                "f");
    }

    @Test
    void anObservationWithReferencesOfTwoTransactionsJoinsThem() {
        Observation slip =
                merchant(TERMINAL, APPROVED, "12:00").slip("t", "1", "7").is("slip");
        Observation line = merchant(BANK, DEBITED, "+1 00:00").rrn("1").is("line");
        together(List.of(slip, line), "slip", "line");
        Observation both = merchant(ACQUIRER, APPROVED, "12:00")
                .slip("t", "1", "7")
                .rrn("1")
                .is("both");
        together(List.of(slip, line, both), "slip line both");
    }

    // --- scope -------------------------------------------------------------------------------------------------------

    @Test
    void oneRrnAtTwoMerchantsIsTwoTransactions() {
        together(
                List.of(
                        merchant(ACQUIRER, APPROVED, "12:00").rrn("1").is("a"),
                        Said.by(ACQUIRER, APPROVED, "12:00")
                                .merchant("m2")
                                .rrn("1")
                                .is("b")),
                "a",
                "b");
    }

    @Test
    void aTerminalThatNamesOneMerchantBelongsToIt() {
        Observation teaches =
                merchant(ACQUIRER, APPROVED, "-9 12:00").terminal("t").is("teaches");
        Observation told =
                Said.by(TERMINAL, APPROVED, "12:00").terminal("t").rrn("1").is("told");
        Observation acquirer = merchant(ACQUIRER, APPROVED, "12:00").rrn("1").is("acquirer");
        together(List.of(teaches, told, acquirer), "teaches", "told acquirer");
    }

    @Test
    void aTerminalThatNamesTwoMerchantsSaysNothing() {
        Observation one = merchant(ACQUIRER, APPROVED, "-9 12:00").terminal("t").is("one");
        Observation two = Said.by(ACQUIRER, APPROVED, "-8 12:00")
                .merchant("m2")
                .terminal("t")
                .is("two");
        Observation told =
                Said.by(TERMINAL, APPROVED, "12:00").terminal("t").rrn("1").is("told");
        Observation acquirer = merchant(ACQUIRER, APPROVED, "12:00").rrn("1").is("acquirer");
        together(List.of(one, two, told, acquirer), "one", "two", "told", "acquirer");
    }

    @Test
    void aLineWithoutMerchantGoesToTheMerchantThatHasItsCard() {
        Observation here =
                merchant(ACQUIRER, APPROVED, "12:00").rrn("1").card(CARD).is("here");
        Observation there = Said.by(ACQUIRER, APPROVED, "12:00")
                .merchant("m2")
                .rrn("1")
                .card("622848******9999")
                .is("there");
        Observation line =
                Said.by(BANK, DEBITED, "+1 00:00").rrn("1").card(CARD).is("line");
        together(List.of(here, there, line), "here line", "there");
    }

    @Test
    void aLineWithoutMerchantOfACardThatTwoMerchantsHaveIsNotGuessed() {
        Observation here =
                merchant(ACQUIRER, APPROVED, "12:00").rrn("1").card(CARD).is("here");
        Observation there = Said.by(ACQUIRER, APPROVED, "12:30")
                .merchant("m2")
                .rrn("1")
                .card(CARD)
                .is("there");
        // Another amount, so that nothing joins weakly either.
        Observation line = Said.by(BANK, DEBITED, "+1 00:00")
                .asked(Money.of(1, "CNY"))
                .rrn("1")
                .card(CARD)
                .is("line");
        together(List.of(here, there, line), "here", "there", "line");
    }

    @Test
    void linesWithoutMerchantAreScopedByCard() {
        together(
                List.of(
                        Said.by(ACQUIRER, APPROVED, "12:00").rrn("1").card(CARD).is("a"),
                        Said.by(BANK, DEBITED, "12:00").rrn("1").card(CARD).is("b"),
                        Said.by(BANK, DEBITED, "12:00")
                                .rrn("1")
                                .card("622848******9999")
                                .is("c")),
                "a b",
                "c");
    }

    // --- weak --------------------------------------------------------------------------------------------------------

    @Test
    void tenMinutesAreNearAndASecondMoreIsNot() {
        Observation terminal =
                Said.by(TERMINAL, APPROVED, "12:00:00").card(CARD).is("terminal");
        weakly(
                List.of(
                        terminal,
                        Said.by(ACQUIRER, APPROVED, "12:10:00").card(CARD).is("acquirer")),
                "acquirer",
                "terminal acquirer");
        weakly(
                List.of(
                        terminal,
                        Said.by(ACQUIRER, APPROVED, "12:10:01").card(CARD).is("acquirer")),
                "",
                "terminal",
                "acquirer");
    }

    @Test
    void aBankLineBelongsToTheDayAndToTheThreeAfter() {
        Observation sale = merchant(ACQUIRER, APPROVED, "23:59:59").card(CARD).is("sale");
        weakly(List.of(sale, line("00:00:00", "line")), "line", "sale line");
        weakly(List.of(sale, line("+3 23:59:59", "line")), "line", "sale line");
        weakly(List.of(sale, line("+4 00:00:00", "line")), "", "sale", "line");
        weakly(List.of(sale, line("-1 23:59:59", "line")), "", "sale", "line");
    }

    @Test
    void asManyLinesAsTransactionsArePairedInOrderOfTime() {
        List<Observation> said = List.of(
                merchant(ACQUIRER, APPROVED, "12:00").card(CARD).rrn("1").is("first"),
                merchant(ACQUIRER, APPROVED, "18:00").card(CARD).rrn("2").is("second"),
                line("+1 01:00", "early"),
                line("+1 02:00", "late"));
        weakly(said, "early late", "first early", "second late");
    }

    @Test
    void moreLinesThanTransactionsStayApartWithCandidates() {
        List<Observation> said = List.of(
                merchant(ACQUIRER, APPROVED, "12:00").card(CARD).rrn("1").is("sale"),
                line("+1 00:00", "one"),
                line("+1 00:00", "two"));
        weakly(said, "", "sale", "one", "two");
        assertEquals(
                Map.of("sale", Set.of("one", "two"), "one", Set.of("sale"), "two", Set.of("sale")), candidates(said));
    }

    @Test
    void moreTransactionsThanLinesStayApartWithCandidates() {
        List<Observation> said = List.of(
                merchant(ACQUIRER, APPROVED, "12:00").card(CARD).rrn("1").is("first"),
                merchant(ACQUIRER, APPROVED, "18:00").card(CARD).rrn("2").is("second"),
                line("+1 00:00", "line"));
        weakly(said, "", "first", "second", "line");
        assertEquals(
                Map.of("line", Set.of("first", "second"), "first", Set.of("line"), "second", Set.of("line")),
                candidates(said));
    }

    @Test
    void twoEqualLinesAreTwoBookings() {
        weakly(List.of(line("+1 00:00", "one"), line("+1 00:00", "two")), "", "one", "two");
    }

    @Test
    void aTransactionThatHasTheLineByReferenceLacksNoOther() {
        weakly(
                List.of(
                        merchant(ACQUIRER, APPROVED, "12:00")
                                .card(CARD)
                                .rrn("1")
                                .is("sale"),
                        Said.by(BANK, DEBITED, "+1 00:00").card(CARD).rrn("1").is("booked"),
                        line("+1 00:00", "stray")),
                "",
                "sale booked",
                "stray");
    }

    @Test
    void anotherOutcomeOfTheSameSourceStillFits() {
        weakly(
                List.of(
                        merchant(ACQUIRER, APPROVED, "12:00")
                                .card(CARD)
                                .rrn("1")
                                .is("sale"),
                        Said.by(BANK, HELD, "12:00").card(CARD).rrn("1").is("hold"),
                        line("+1 00:00", "line")),
                "line",
                "sale hold line");
        weakly(
                List.of(
                        Said.by(TERMINAL, NO_ANSWER, "12:00").card(CARD).is("no-answer"),
                        Said.by(TERMINAL, SLIP_PRINTED, "12:01").card(CARD).is("slip")),
                "slip",
                "no-answer slip");
    }

    @Test
    void otherAmountsCurrenciesAndCardsAreOtherPayments() {
        Observation sale = merchant(ACQUIRER, APPROVED, "12:00").card(CARD).is("sale");
        for (Said other : List.of(
                Said.by(BANK, DEBITED, "12:00").asked(Money.of(12801, "CNY")).card(CARD),
                Said.by(BANK, DEBITED, "12:00").asked(Money.of(12800, "HKD")).card(CARD),
                Said.by(BANK, DEBITED, "12:00").card("622849******1234"),
                Said.by(BANK, DEBITED, "12:00").card("622848******1235"),
                Said.by(BANK, DEBITED, "12:00"))) {
            weakly(List.of(sale, other.is("other")), "", "sale", "other");
        }
    }

    @Test
    void theSameTokenOrWhereOneSideHasNoneTheSameDigitsAreOneCard() {
        Observation tokened =
                merchant(ACQUIRER, APPROVED, "12:00").card(TOKEN, CARD).is("sale");
        weakly(List.of(tokened, Said.by(BANK, DEBITED, "12:00").token(TOKEN).is("line")), "line", "sale line");
        weakly(List.of(tokened, Said.by(BANK, DEBITED, "12:00").card(CARD).is("line")), "line", "sale line");
        weakly(
                List.of(
                        tokened,
                        Said.by(BANK, DEBITED, "12:00").card(OTHER_TOKEN, CARD).is("line")),
                "",
                "sale",
                "line");
        weakly(
                List.of(
                        merchant(ACQUIRER, APPROVED, "12:00").card(CARD).is("sale"),
                        Said.by(BANK, DEBITED, "12:00").token(TOKEN).is("line")),
                "",
                "sale",
                "line");
    }

    @Test
    void linesWhoseReferencesContradictAreNeverPaired() {
        weakly(
                List.of(
                        merchant(ACQUIRER, APPROVED, "12:00")
                                .card(CARD)
                                .rrn("1")
                                .is("sale"),
                        Said.by(BANK, DEBITED, "12:00").card(CARD).rrn("2").is("line")),
                "",
                "sale",
                "line");
        weakly(
                List.of(
                        merchant(ACQUIRER, APPROVED, "12:00").card(CARD).is("sale"),
                        Said.by(TERMINAL, APPROVED, "12:00")
                                .merchant("m2")
                                .card(CARD)
                                .is("line")),
                "",
                "sale",
                "line");
    }

    @Test
    void nobodyJoinsWhatNothingJoins() {
        together(List.of(Said.by(BANK, DEBITED, "12:00").is("alone")), "alone");
    }

    // --- plumbing ----------------------------------------------------------------------------------------------------

    private static Said merchant(org.paywitness.verdict.Source source, org.paywitness.verdict.Outcome what, String at) {
        return Said.by(source, what, at).merchant("m");
    }

    private static Observation line(String when, String ref) {
        return Said.by(BANK, DEBITED, when).card(CARD).is(ref);
    }

    private static void together(List<Observation> said, String... groups) {
        Set<Set<String>> expected = new HashSet<>();
        for (String group : groups) {
            expected.add(words(group));
        }
        for (int i = 0; i < 20; i++) {
            Set<Set<String>> found = new HashSet<>();
            correlate(said).forEach(group -> found.add(refs(group)));
            assertEquals(expected, found);
        }
    }

    private static void weakly(List<Observation> said, String weak, String... groups) {
        together(said, groups);
        Set<String> found = new TreeSet<>();
        for (Group group : correlate(said)) {
            group.members.stream()
                    .filter(m -> group.weak.contains(m.id()))
                    .forEach(m -> found.add(m.said().sourceRef()));
        }
        assertEquals(words(weak), found);
    }

    private static Map<String, Set<String>> candidates(List<Observation> said) {
        Map<String, Set<String>> candidates = new TreeMap<>();
        for (Group group : correlate(said)) {
            Set<String> others = new TreeSet<>();
            group.candidates.forEach(other -> others.addAll(refs(other)));
            candidates.put(String.join(" ", refs(group)), others);
        }
        return candidates;
    }

    private static Set<String> words(String text) {
        return text.isEmpty() ? Set.of() : new TreeSet<>(Arrays.asList(text.split(" ")));
    }

    private static Set<String> refs(Group group) {
        Set<String> refs = new TreeSet<>();
        group.members.forEach(m -> refs.add(m.said().sourceRef()));
        return refs;
    }

    // In a new order each time. A transaction id names the observation that opened it.
    private static List<Group> correlate(List<Observation> said) {
        Map<String, Set<String>> merchants = new HashMap<>();
        List<Member> members = new ArrayList<>();
        for (Observation one : said) {
            Observation.Subject s = one.subject();
            if (s.terminalId() != null && s.merchantId() != null) {
                merchants.computeIfAbsent(s.terminalId(), t -> new HashSet<>()).add(s.merchantId());
            }
            members.add(
                    new Member(id(one.sourceRef()), one, one.transactionId() == null ? null : id(one.transactionId())));
        }
        Map<String, String> single = new HashMap<>();
        merchants.forEach((terminal, names) -> {
            if (names.size() == 1) {
                single.put(terminal, names.iterator().next());
            }
        });
        Collections.shuffle(members, SHUFFLE);
        return new Correlation(Policy.DEFAULT, single).correlate(members);
    }

    private static UUID id(String ref) {
        return UUID.nameUUIDFromBytes(ref.getBytes(StandardCharsets.UTF_8));
    }
}
