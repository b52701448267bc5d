package org.paywitness.acquirer;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paywitness.acquirer.Answer.InDoubt;
import org.paywitness.acquirer.Answer.NoRecord;
import org.paywitness.acquirer.Answer.NotSent;
import org.paywitness.acquirer.Answer.Processing;
import org.paywitness.acquirer.Answer.Refused;
import org.paywitness.acquirer.Answer.Succeeded;
import org.paywitness.fault.Waiting;
import org.paywitness.money.Money;

/** Against a real acquirer process that misbehaves on request; its ledger is the judge. */
@QuarkusTest
class HttpAcquirerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    static Path directory;

    private static Simulator simulator;

    @Inject
    Vertx vertx;

    @Inject
    TlsConfigurationRegistry certificates;

    @Inject
    ObjectMapper json;

    @Inject
    MeterRegistry meters;

    private final List<HttpAcquirer> made = new ArrayList<>();

    @BeforeAll
    static void startAcquirer() {
        simulator = Simulator.start(directory);
    }

    @AfterAll
    static void stopAcquirer() {
        simulator.close();
    }

    @BeforeEach
    void behave() {
        simulator.next();
        simulator.faults("{\"rate\":0,\"late_ms\":1500,\"forget_ms\":700,\"processing_ms\":100,\"take_back_ms\":100}");
    }

    @AfterEach
    void closeAcquirers() {
        made.forEach(HttpAcquirer::close);
    }

    private HttpAcquirer acquirer(Map<String, String> settings) {
        HttpAcquirer acquirer =
                new HttpAcquirer(settings(settings), vertx, certificates, json, meters, Clock.systemUTC());
        made.add(acquirer);
        return acquirer;
    }

    /** By names without their prefix. */
    static AcquirerSettings settings(Map<String, String> settings) {
        Map<String, String> named = new HashMap<>();
        settings.forEach((name, value) -> named.put("paywitness.acquirer." + name, value));
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(AcquirerSettings.class)
                .withSources(new PropertiesConfigSource(named, "test", 1))
                .build()
                .getConfigMapping(AcquirerSettings.class);
    }

    /** To ask this one. */
    static AcquirerSettings settings(Simulator other) {
        return settings(withoutPrefix(other));
    }

    private static Map<String, String> withoutPrefix(Simulator other) {
        Map<String, String> all = new HashMap<>();
        other.configuration().forEach((name, value) -> all.put(name.replace("paywitness.acquirer.", ""), value));
        return all;
    }

    private static Map<String, String> with(String... settings) {
        Map<String, String> all = withoutPrefix(simulator);
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return all;
    }

    private static Order order(Operation operation) {
        String id = UUID.randomUUID().toString();
        return new Order("rfd_" + id, operation, "m_1", Money.of(300, "CNY"), original("txn_" + id));
    }

    static Order.Original original(String transaction) {
        Instant at = Instant.parse("2026-11-21T04:01:05Z");
        Money amount = Money.of(500, "CNY");
        return new Order.Original(transaction, amount, at, "T1", "000012", "004217", "632512000417", null, null, null);
    }

    private static Answer submit(HttpAcquirer acquirer, Order order) {
        return acquirer.submit(order).await().atMost(PATIENCE);
    }

    private static Answer inquire(HttpAcquirer acquirer, Order order) {
        return acquirer.inquire(order.merchantId(), order.reference(), order.operation())
                .await()
                .atMost(PATIENCE);
    }

    private static long moved(Order order) {
        return simulator.moved(order.original().transactionId());
    }

    private static void assertIs(Class<? extends Answer> expected, Answer answer) {
        assertInstanceOf(expected, answer, answer::toString);
    }

    @Test
    void orderIsCarriedOutOnceHoweverOftenItIsSent() {
        HttpAcquirer acquirer = acquirer(with());
        Order order = order(Operation.VOID);
        assertIs(NoRecord.class, inquire(acquirer, order));
        Succeeded first = assertInstanceOf(Succeeded.class, submit(acquirer, order));
        assertTrue(Duration.between(first.at(), Instant.now()).abs().compareTo(PATIENCE) < 0, first::toString);
        assertEquals(first, submit(acquirer, order));
        assertEquals(first, inquire(acquirer, order));
        assertEquals(300, moved(order));
    }

    @Test
    void ordersOfOneMomentAreCarriedOutOnce() {
        HttpAcquirer acquirer = acquirer(with());
        Order order = order(Operation.REFUND);
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            answers.add(acquirer.submit(order).subscribeAsCompletionStage());
        }
        answers.forEach(answer -> assertIs(Succeeded.class, answer.join()));
        assertEquals(300, moved(order));
    }

    @Test
    void silenceIsDoubtWhetherOrNotItTookEffect() {
        HttpAcquirer acquirer = acquirer(with("read-timeout", "400ms"));
        Map<String, Long> effects =
                Map.of("reset_before", 0L, "reset_after", 300L, "error_before", 0L, "error_after", 300L, "late", 300L);
        effects.forEach((fault, effect) -> {
            Order order = order(Operation.REFUND);
            simulator.next(fault);
            assertIs(InDoubt.class, submit(acquirer, order));
            assertEquals(effect, moved(order), fault);
            assertIs(effect == 0 ? NoRecord.class : Succeeded.class, inquire(acquirer, order));
            assertIs(Succeeded.class, submit(acquirer, order));
            assertEquals(300, moved(order), fault);
        });
    }

    @Test
    void lateAnswerWithinTheTimeIsAnAnswer() {
        simulator.faults("{\"late_ms\":200}").next("late");
        Order order = order(Operation.REFUND);
        assertIs(Succeeded.class, submit(acquirer(with()), order));
    }

    @Test
    void processingEndsByItself() {
        HttpAcquirer acquirer = acquirer(with());
        Order order = order(Operation.REFUND);
        simulator.next("processing");
        assertIs(Processing.class, submit(acquirer, order));
        Waiting.until("it ends", PATIENCE, () -> inquire(acquirer, order) instanceof Succeeded);
        assertEquals(300, moved(order));
    }

    @Test
    void forgottenOrderIsRememberedAndNeverDoubled() {
        HttpAcquirer acquirer = acquirer(with());
        Order order = order(Operation.REFUND);
        simulator.next("forget");
        assertIs(InDoubt.class, submit(acquirer, order));
        assertIs(NoRecord.class, inquire(acquirer, order));
        assertIs(Succeeded.class, submit(acquirer, order));
        Waiting.until("it remembers", PATIENCE, () -> inquire(acquirer, order) instanceof Succeeded);
        assertEquals(300, moved(order));
    }

    @Test
    void everyRefusalIsToldWithItsReason() {
        HttpAcquirer acquirer = acquirer(with());
        for (Refusal reason : Refusal.values()) {
            Order order = order(Operation.REFUND);
            simulator.next("refuse:" + reason.code());
            Refused refused = assertInstanceOf(Refused.class, submit(acquirer, order));
            assertEquals(reason, refused.refusal());
            assertEquals(refused, inquire(acquirer, order));
            assertEquals(0, moved(order));
        }
    }

    @Test
    void voidThatIsTooLateGoesOnAsARefundOfTheSameReference() {
        HttpAcquirer acquirer = acquirer(with());
        Order order = order(Operation.VOID);
        simulator.next("void_too_late");
        Refused refused = assertInstanceOf(Refused.class, submit(acquirer, order));
        assertEquals(Refusal.TOO_LATE, refused.refusal());
        Order refund =
                new Order(order.reference(), Operation.REFUND, order.merchantId(), order.amount(), order.original());
        assertIs(NoRecord.class, inquire(acquirer, refund));
        assertIs(Succeeded.class, submit(acquirer, refund));
        assertEquals(300, moved(order));
    }

    @Test
    void acquirerHasItsOwnBooks() {
        HttpAcquirer acquirer = acquirer(with());
        Order order = order(Operation.REFUND);
        assertIs(Succeeded.class, submit(acquirer, order));
        Order beyond =
                new Order(order.reference() + "b", Operation.REFUND, "m_1", Money.of(201, "CNY"), order.original());
        Refused refused = assertInstanceOf(Refused.class, submit(acquirer, beyond));
        assertEquals(Refusal.AMOUNT_EXCEEDS_ORIGINAL, refused.refusal());
        Order other = new Order(order.reference(), Operation.REFUND, "m_1", Money.of(1, "CNY"), order.original());
        assertIs(NotSent.class, submit(acquirer, other));
        assertEquals(300, moved(order));
    }

    @Test
    void successMayBeTakenBack() {
        HttpAcquirer acquirer = acquirer(with());
        Order order = order(Operation.REFUND);
        simulator.next("take_back");
        assertIs(Succeeded.class, submit(acquirer, order));
        Waiting.until("it is taken back", PATIENCE, () -> inquire(acquirer, order) instanceof Refused);
        assertEquals(0, moved(order));
    }

    @Test
    void inquiryWithoutAnAnswerIsNoNews() {
        HttpAcquirer acquirer = acquirer(with("read-timeout", "400ms"));
        Order order = order(Operation.REFUND);
        assertIs(Succeeded.class, submit(acquirer, order));
        simulator.next("inquiry:late", "inquiry:reset", "inquiry:error");
        for (int i = 0; i < 3; i++) {
            assertIs(InDoubt.class, inquire(acquirer, order));
        }
        assertIs(Succeeded.class, inquire(acquirer, order));
    }

    @Test
    void acquirerThatDiesForgetsNothing() {
        HttpAcquirer acquirer = acquirer(with());
        Order order = order(Operation.REFUND);
        Order unfinished = order(Operation.REFUND);
        assertIs(Succeeded.class, submit(acquirer, order));
        simulator.faults("{\"processing_ms\":60000}").next("processing");
        assertIs(Processing.class, submit(acquirer, unfinished));
        simulator.kill();
        assertIs(NotSent.class, submit(acquirer(with()), order));
        simulator.restart("--processing-ms", "1");
        assertIs(Succeeded.class, submit(acquirer(with()), order));
        Waiting.until("it ends", PATIENCE, () -> inquire(acquirer(with()), unfinished) instanceof Succeeded);
        assertEquals(300, moved(order));
        assertEquals(300, moved(unfinished));
    }

    @Test
    void otherSecretIsTurnedAwayAtTheDoor() {
        HttpAcquirer acquirer = acquirer(with("secret", "another secret of more than thirty-two bytes"));
        Order order = order(Operation.REFUND);
        assertIs(NotSent.class, submit(acquirer, order));
        assertIs(NotSent.class, inquire(acquirer, order));
        assertIs(NotSent.class, submit(acquirer(with("key-id", "another")), order));
        assertEquals(0, moved(order));
    }

    @Test
    void nobodyThereIsNotSent() {
        for (String url :
                List.of("http://localhost:1", "http://no-such-host.invalid", "https://" + simulatorAddress())) {
            Order order = order(Operation.REFUND);
            assertIs(NotSent.class, submit(acquirer(with("url", url)), order));
            assertIs(NotSent.class, inquire(acquirer(with("url", url)), order));
        }
    }

    private static String simulatorAddress() {
        return simulator.url().substring("http://".length());
    }

    @Test
    void withoutAnAcquirerNothingIsSent() {
        HttpAcquirer acquirer = acquirer(Map.of());
        assertFalse(acquirer.isConfigured());
        assertIs(NotSent.class, submit(acquirer, order(Operation.REFUND)));
        assertIs(NotSent.class, inquire(acquirer, order(Operation.REFUND)));
        assertTrue(acquirer(with()).isConfigured());
    }

    @Test
    void circuitOpensWhenNobodyAnswersAndClosesAgain() {
        HttpAcquirer acquirer =
                acquirer(with("circuit.window", "4", "circuit.delay", "300ms", "circuit.successes", "1"));
        simulator.next("error_before", "error_before", "error_before", "error_before");
        Order order = order(Operation.REFUND);
        for (int i = 0; i < 4; i++) {
            assertIs(InDoubt.class, submit(acquirer, order));
        }
        NotSent open = assertInstanceOf(NotSent.class, submit(acquirer, order));
        assertEquals("the circuit is open", open.why());
        Waiting.until("the circuit closes", PATIENCE, () -> submit(acquirer, order) instanceof Succeeded);
        assertEquals(300, moved(order));
    }

    @Test
    void refusalsDoNotOpenTheCircuit() {
        HttpAcquirer acquirer = acquirer(with("circuit.window", "4"));
        for (int i = 0; i < 8; i++) {
            simulator.next("refuse:card_closed");
            assertIs(Refused.class, submit(acquirer, order(Operation.REFUND)));
        }
    }

    @Test
    void tooManyAtOnceAreNotSent() {
        simulator.next("late", "late");
        HttpAcquirer narrow = acquirer(with("bulkhead.limit", "1", "bulkhead.queue", "1"));
        assertEquals(Map.of("Succeeded", 2L, "NotSent", 1L), threeAtOnce(narrow));
        simulator.next("late", "late");
        HttpAcquirer fewConnections =
                acquirer(with("max-connections", "1", "max-waiting-for-connection", "1", "connect-timeout", "10s"));
        // Whether the first still waits when the last comes is a matter of luck.
        Map<String, Long> count = threeAtOnce(fewConnections);
        assertTrue(count.get("Succeeded") >= 1 && count.get("NotSent") >= 1, count::toString);
        assertEquals(Set.of("Succeeded", "NotSent"), count.keySet());
    }

    private static Map<String, Long> threeAtOnce(HttpAcquirer acquirer) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            answers.add(acquirer.submit(order(Operation.REFUND)).subscribeAsCompletionStage());
        }
        Map<String, Long> count = new HashMap<>();
        answers.forEach(answer -> count.merge(answer.join().getClass().getSimpleName(), 1L, Long::sum));
        return count;
    }

    @Test
    void whoWaitsTooLongForAConnectionIsNotSentAndLeavesThePoolWhole() {
        simulator.next("late");
        HttpAcquirer acquirer = acquirer(with("max-connections", "1", "connect-timeout", "300ms"));
        Map<String, Long> count = threeAtOnce(acquirer);
        assertEquals(Map.of("Succeeded", 1L, "NotSent", 2L), count);
        assertIs(Succeeded.class, submit(acquirer, order(Operation.REFUND)));
    }

    @Test
    void noFaultDoublesAnOrder() {
        simulator.faults("{\"rate\":0.5,\"seed\":3,\"late_ms\":300}");
        HttpAcquirer acquirer = acquirer(with("read-timeout", "150ms", "circuit.delay", "20ms"));
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            orders.add(order(Operation.REFUND));
        }
        List<CompletableFuture<Answer>> first = orders.stream()
                .map(order -> acquirer.submit(order).subscribeAsCompletionStage())
                .toList();
        first.forEach(CompletableFuture::join);
        for (Order order : orders) {
            Waiting.until("an end", PATIENCE, () -> submit(acquirer, order) instanceof Succeeded);
        }
        simulator.faults("{\"rate\":0}");
        for (Order order : orders) {
            Waiting.until("one movement", PATIENCE, () -> moved(order) == 300);
        }
    }

    @Test
    void answerThatGoesOnAndOnIsNone() throws Exception {
        HttpServer endless = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        endless.createContext("/api/v1/orders", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[5_000]);
            exchange.getResponseBody().flush();
        });
        endless.start();
        HttpAcquirer acquirer = acquirer(
                with("url", "http://localhost:" + endless.getAddress().getPort() + "/api/", "max-answer-size", "4K"));
        InDoubt doubt = assertInstanceOf(InDoubt.class, submit(acquirer, order(Operation.REFUND)));
        assertTrue(doubt.why().contains("more than 4096 bytes"), doubt.why());
        endless.stop(0);
    }

    @Test
    void callsAreCountedByWhatCameOfThem() {
        double before = meters.timer("paywitness.acquirer.calls", "operation", "void", "outcome", "succeeded")
                .count();
        assertIs(Succeeded.class, submit(acquirer(with()), order(Operation.VOID)));
        double after = meters.timer("paywitness.acquirer.calls", "operation", "void", "outcome", "succeeded")
                .count();
        assertEquals(before + 1, after);
    }

    @Test
    void worksOnAnEventLoop() {
        HttpAcquirer acquirer = acquirer(with());
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        vertx.getOrCreateContext()
                .runOnContext(now ->
                        acquirer.submit(order(Operation.REFUND)).subscribe().with(answer::complete));
        assertIs(Succeeded.class, answer.join());
    }

    @Test
    void mistakesAreToldAtTheStart() {
        assertAll(
                () -> assertRefused("url", with("allow-plain-http", "false")),
                () -> assertRefused("url", with("url", "ftp://a.example")),
                () -> assertRefused("url", with("url", "nonsense")),
                () -> assertRefused("url", with("url", "https://user@a.example")),
                () -> assertRefused("url", with("url", "https://a.example/?x=1")),
                () -> assertRefused("secret", with("secret", "short")),
                () -> assertRefused("tls-configuration-name", with("tls-configuration-name", "unheard-of")),
                () -> assertRefused("read-timeout", with("read-timeout", "0s")),
                () -> assertRefused("connect-timeout", with("connect-timeout", "365d")),
                () -> assertRefused("keep-alive", with("keep-alive", "10ms")),
                () -> assertRefused("key-id", without("key-id")),
                () -> assertRefused("secret", without("secret")));
    }

    private static Map<String, String> without(String name) {
        Map<String, String> settings = with();
        settings.remove(name);
        return settings;
    }

    private void assertRefused(String property, Map<String, String> settings) {
        String told = assertThrows(ConfigurationException.class, () -> acquirer(settings))
                .getMessage();
        assertTrue(told.startsWith("paywitness.acquirer." + property + " "), told);
        assertFalse(told.contains(Simulator.SECRET), "the secret is never told");
    }
}
