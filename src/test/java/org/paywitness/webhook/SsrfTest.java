package org.paywitness.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.paywitness.webhook.Attempt.Outcome;

/** Whatever somebody writes into a URL or a name server: nothing inside is ever connected to. */
class SsrfTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] BODY = "{}".getBytes(StandardCharsets.UTF_8);

    /** Written as such in a URL; each has its port added, where the listener is. */
    private static final List<String> HOSTS = List.of(
            // IPv4 in every way that some reader takes for an address.
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "0x7f.1",
            "0X7F.0X0.0X0.0X1",
            "017700000001",
            "0177.0.0.1",
            "0177.0.0.01",
            "127.0.0.01",
            "00000177.0.0.1",
            "127.0.0.1.",
            "127.0.0.1..",
            "127.000.000.001",
            "4294967295",
            "4294967296",
            "256.0.0.1",
            "127.0.0.1.1",
            "127.0.0.0x1",
            "0",
            "0.0.0.0",
            "0x0",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.0.1",
            "169.254.169.254",
            "2852039166",
            "0xa9fea9fe",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            // IPv6, and IPv4 within it.
            "[::1]",
            "[::]",
            "[0:0:0:0:0:0:0:1]",
            "[0000:0000:0000:0000:0000:0000:0000:0001]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:7f00:0001]",
            "[::ffff:0:127.0.0.1]",
            "[::ffff:0:7f00:1]",
            "[::127.0.0.1]",
            "[::7f00:1]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b::a9fe:a9fe]",
            "[64:ff9b:1::7f00:1]",
            "[64:ff9b:1:ffff::7f00:1]",
            "[2002:7f00:1::]",
            "[2002:a9fe:a9fe::1]",
            "[2001::1]",
            "[2001:0:53aa:64c:0:ffff:80ff:fffe]",
            "[2001:2::1]",
            "[2001:10::1]",
            "[2001:20::1]",
            "[2001:db8::1]",
            "[3fff::1]",
            "[fe80::1]",
            "[fe80::1%25lo]",
            "[fe80::1%lo]",
            "[::1%25lo]",
            "[fec0::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fd12:3456:789a::1]",
            "[ff02::1]",
            "[ff0e::1]",
            "[100::1]",
            "[5f00::1]",
            "[::ffff:10.0.0.1]",
            "[127.0.0.1]",
            "[::1",
            "::1",
            // Names of this machine and of networks.
            "localhost",
            "LOCALHOST",
            "localhost.",
            "localhost.localdomain",
            "a.localhost",
            "ip6-localhost",
            "router.local",
            "metadata.google.internal",
            "metadata",
            "kubernetes.default.svc",
            "kubernetes",
            "host.docker.internal",
            "nas.lan",
            "router.home.arpa",
            // In other scripts, escaped, or with what one reader drops and another keeps.
            "１２７.0.0.1",
            "127。0。0。1",
            "①②⑦.0.0.1",
            "ⓛocalhost",
            "localhoſt",
            "%31%32%37.0.0.1",
            "127.0.0.1%00.example.org",
            "127.0.0.1%2eexample.org",
            "example.org\\@127.0.0.1",
            "example.org@127.0.0.1",
            "user:secret@127.0.0.1",
            "127.0.0.1#@example.org",
            "127.0.0.1 example.org",
            "127.0.0.1\t",
            "127.0.0.1\n.example.org",
            "127.0.0.1?.example.org",
            "example.org:80@127.0.0.1",
            "",
            "-.example.org",
            "..");

    /** What names lead to. */
    private static final Map<String, List<String>> NAMES = new LinkedHashMap<>();

    static {
        for (String address : List.of(
                "127.0.0.1",
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "169.254.169.254",
                "172.20.0.1",
                "192.168.1.1",
                "255.255.255.255",
                "::1",
                "::",
                "64:ff9b::7f00:1",
                "64:ff9b:1::7f00:1",
                "2002:7f00:1::",
                "2001:0:53aa:64c:0:ffff:80ff:fffe",
                "fe80::1",
                "fd00:ec2::254",
                "ff02::1")) {
            NAMES.put("n" + NAMES.size() + ".example.org", List.of(address));
        }
        // One of several is enough.
        NAMES.put("mixed.example.org", List.of("192.31.196.1", "127.0.0.1"));
        NAMES.put("mixed6.example.org", List.of("192.31.196.1", "::1"));
    }

    private final AtomicInteger connections = new AtomicInteger();
    private NameServer names;
    private final List<WebhookCall> calls = new ArrayList<>();
    private ServerSocket listener;
    private Vertx vertx;
    private WebhookCall strict;

    @BeforeEach
    void listen() throws Exception {
        // On every address of this machine.
        listener = new ServerSocket(0);
        Thread thread = new Thread(
                () -> {
                    while (true) {
                        try {
                            Socket connection = listener.accept();
                            connections.incrementAndGet();
                            connection.close();
                        } catch (IOException e) {
                            return;
                        }
                    }
                },
                "listener");
        thread.setDaemon(true);
        thread.start();
        names = new NameServer();
        vertx = Vertx.vertx();
        strict = call(Map.of("allow-plain-http", "true", "connect-timeout", "500ms"));
    }

    private WebhookCall call(Map<String, String> settings) {
        WebhookSettings all = Settings.of(settings);
        WebhookCall call = new WebhookCall(
                vertx, new Names(vertx, all.connectTimeout(), names.provider()), all, null, Clock.systemUTC());
        calls.add(call);
        return call;
    }

    @AfterEach
    void close() throws Exception {
        calls.forEach(WebhookCall::close);
        vertx.close().toCompletionStage().toCompletableFuture().get();
        names.close();
        listener.close();
    }

    private Outcome outcome(WebhookCall call, String url) {
        return call.send(url, "evt_1", BODY, List.of(StandardWebhook.newSecret()))
                .await()
                .atMost(PATIENCE)
                .outcome();
    }

    private String url(String host) {
        return "http://" + host + ":" + listener.getLocalPort() + "/";
    }

    @Test
    void nothingInsideIsConnectedToHoweverItIsWritten() {
        List<String> wrong = new ArrayList<>();
        for (String host : HOSTS) {
            for (String url : List.of(url(host), url(host).replace("http:", "https:"))) {
                Outcome outcome = outcome(strict, url);
                if (outcome != Outcome.FORBIDDEN_ADDRESS) {
                    wrong.add(url + " " + outcome);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(HOSTS.size() >= 60);
        assertEquals(0, connections.get());
    }

    @Test
    void nothingInsideIsConnectedToWhateverNamesLeadTo() {
        List<String> wrong = new ArrayList<>();
        NAMES.forEach((name, addresses) -> {
            names.tell(name, addresses);
            Outcome outcome = outcome(strict, url(name));
            if (outcome != Outcome.FORBIDDEN_ADDRESS) {
                wrong.add(name + " " + addresses + " " + outcome);
            }
        });
        assertEquals(List.of(), wrong);
        assertEquals(NAMES.keySet(), Set.copyOf(names.asked.keySet()));
        assertEquals(0, connections.get());
    }

    @Test
    void nameThatIsReboundIsAskedOnceForEachAttempt() {
        // Public at first, as somebody who checks and asks again to connect would find it; nobody is there (AS112).
        names.tell("rebound.example.org", List.of("192.31.196.1"), List.of("127.0.0.1"));
        Outcome first = outcome(strict, url("rebound.example.org"));
        assertTrue(Set.of(Outcome.NO_CONNECTION, Outcome.BROKEN_OFF).contains(first), first::toString);
        assertEquals(1, names.asked.get("rebound.example.org"));
        assertEquals(Outcome.FORBIDDEN_ADDRESS, outcome(strict, url("rebound.example.org")));
        assertEquals(2, names.asked.get("rebound.example.org"));
        assertEquals(Outcome.NO_ADDRESS, outcome(strict, url("nobody.example.org")));
        assertEquals(0, connections.get());
    }

    @Test
    void redirectIsNotFollowed() throws Exception {
        WebhookCall lenient = call(Map.of("allow-plain-http", "true", "allow-private-addresses", "true"));
        try (Receiver receiver = new Receiver()) {
            for (int status : List.of(301, 302, 303, 307, 308)) {
                receiver.answer(request ->
                        Receiver.Reply.of(status).with("Location", "http://127.0.0.1:" + listener.getLocalPort()));
                assertEquals(Outcome.REDIRECTED, outcome(lenient, receiver.url("/")));
            }
        }
        assertEquals(0, connections.get());
    }

    @Test
    void listenerWouldHaveSeenIt() {
        WebhookCall lenient = call(Map.of("allow-plain-http", "true", "allow-private-addresses", "true"));
        names.tell("inside.example.org", List.of("127.0.0.1"));
        for (String host : List.of("127.0.0.1", "inside.example.org", "localhost")) {
            int before = connections.get();
            outcome(lenient, url(host));
            assertEquals(before + 1, connections.get(), host);
        }
    }

    @Test
    void whatIsOnTheInternetIsAllowed() throws Exception {
        Destination.Rules rules = new Destination.Rules(false, false, Set.of(443));
        for (String url : List.of(
                "https://hooks.example.org",
                "https://hooks.example.org/a/b?c=d&e=%20f",
                "https://HOOKS.Example.ORG:443/",
                "https://xn--fsqu00a.xn--0zwm56d/",
                "https://a_b.example.org/",
                "https://8.8.8.8/",
                "https://[2606:4700::1111]/")) {
            assertTrue(Destination.of(url, rules).tls(), url);
        }
        Destination read = Destination.of("https://HOOKS.example.org?a=b", rules);
        assertEquals(new Destination(true, "hooks.example.org", 443, "/?a=b"), read);
        for (String refused : List.of(
                "http://hooks.example.org/",
                "https://hooks.example.org:8080/",
                "https://hooks.example.org:0/",
                "https://hooks.example.org:99999/",
                "https://hooks.example.org:/",
                "https://hooks.example.org/#a",
                "https:hooks.example.org",
                "https:///a",
                "//hooks.example.org/",
                "ftp://hooks.example.org/",
                "file:///etc/passwd",
                "gopher://hooks.example.org/",
                "https://hooks.example.org/" + "a".repeat(1000))) {
            try {
                Destination.of(refused, rules);
                assertEquals("refused", refused);
            } catch (Destination.Unfit e) {
                assertTrue(e.getMessage().startsWith("must "), e.getMessage());
            }
        }
        for (String address : List.of("8.8.8.8", "1.1.1.1", "223.255.255.254", "2606:4700::1111", "2a00::1")) {
            assertTrue(Address.isPublic(InetAddress.getByName(address)), address);
        }
        assertTrue(Stream.of("172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "169.253.0.1")
                .allMatch(one -> Address.isPublic(Literals.ipv4(one))));
    }
}
