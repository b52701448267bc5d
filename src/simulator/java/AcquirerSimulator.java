import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An acquirer that keeps its promises about money and no others: the protocol of src/docs/acquirer-protocol.md, with a
 * ledger on disk that is the judge of what moved, and misbehaviour on request. For development and tests only:
 *
 * <pre>java src/simulator/java/AcquirerSimulator.java --help</pre>
 */
final class AcquirerSimulator {
    private static final String HELP =
            """
            java src/simulator/java/AcquirerSimulator.java [options]
              --port 9090             where it listens, on this machine only
              --ledger FILE           default .paywitness/acquirer-ledger.jsonl; read again at start
              --key-id ID --secret S  verify signatures of requests, sign notifications; without: neither
              --tolerance 300         seconds that a signature's timestamp may be off
              --notify URL            where notifications go; without: none
              --fault-rate 0 --seed 1 share of calls that a transport fault befalls, and the seed of chance
              --refusal-rate 0        share of new orders that are refused for a random reason
              --take-back-rate 0      share of successes that are taken back later
              --late-ms 15000 --processing-ms 500 --forget-ms 2000 --take-back-ms 500
              --parent PID            end when that process does
            At run time: PUT /faults with any of {"rate":0.3,"seed":1,"refusal_rate":0.02,"take_back_rate":0.01,
              "late_ms":..,"processing_ms":..,"forget_ms":..,"take_back_ms":..,"next":["reset_after",..]}; next is for
              the next orders in turn (late, reset_after, reset_before, error_after, error_before, processing, twice,
              out_of_order, forget, refuse:REASON, void_too_late, take_back, none) or, with the prefix inquiry:, for the
              next inquiries (inquiry:late, inquiry:reset, inquiry:error). next replaces what was left of the last.
            GET /ledger (JSON lines), GET /ledger/{transaction_id} (what moved), GET /health
            """;

    private static final List<String> REASONS =
            List.of(("original_not_found amount_exceeds_original too_late card_closed"
                            + " card_lost_or_stolen insufficient_merchant_funds refused_by_issuer unknown")
                    .split(" "));
    private static final List<String> TRANSPORT_FAULTS = List.of(
            "late reset_after reset_before error_after error_before processing twice out_of_order forget".split(" "));
    private static final List<String> INQUIRY_FAULTS = List.of("inquiry:late", "inquiry:reset", "inquiry:error");
    private static final Set<String> OTHER_FAULTS = Set.of("none", "void_too_late", "take_back");
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int THREADS = 256;

    public static void main(String[] arguments) {
        // Answers leave at once, not when the client's acknowledgement of the last one has come.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        if (List.of(arguments).contains("--help")) {
            System.out.print(HELP);
            return;
        }
        try {
            Map<String, String> options = options(arguments);
            AcquirerSimulator simulator = new AcquirerSimulator(options);
            if (options.containsKey("parent")) {
                endWith(Long.parseLong(options.get("parent")));
            }
            simulator.start();
            System.out.println("The acquirer listens at port " + options.getOrDefault("port", "9090"));
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("The acquirer cannot start: " + e.getMessage());
            System.exit(2);
        }
    }

    private static void endWith(long parent) {
        ProcessHandle.of(parent)
                .ifPresentOrElse(process -> process.onExit().thenRun(() -> System.exit(0)), () -> System.exit(0));
    }

    private static Map<String, String> options(String[] arguments) {
        Set<String> known = Set.of(("port ledger key-id secret tolerance notify fault-rate seed refusal-rate"
                        + " take-back-rate late-ms processing-ms forget-ms take-back-ms parent")
                .split(" "));
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            String name = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
            if (!known.contains(name) || i + 1 == arguments.length) {
                throw new IllegalArgumentException("not understood: " + arguments[i] + "; see --help");
            }
            options.put(name, arguments[i + 1]);
        }
        // Not on a command line, which every user of the machine can read.
        if (System.getenv("ACQUIRER_SECRET") != null) {
            options.putIfAbsent("secret", System.getenv("ACQUIRER_SECRET"));
        }
        return options;
    }

    private final HttpServer server;
    private final Ledger ledger;
    private final Signing signing;
    private final Faults faults;
    private final Notifications notifications;
    private final ScheduledExecutorService later = Executors.newScheduledThreadPool(2);

    private AcquirerSimulator(Map<String, String> options) throws IOException {
        Path file = Path.of(options.getOrDefault("ledger", ".paywitness/acquirer-ledger.jsonl"));
        ledger = new Ledger(file.toAbsolutePath());
        String secret = options.get("secret");
        long tolerance = Long.parseLong(options.getOrDefault("tolerance", "300"));
        signing = secret == null ? null : new Signing(options.getOrDefault("key-id", "paywitness"), secret, tolerance);
        faults = new Faults();
        Map<String, String> misbehaviour = new HashMap<>(options);
        misbehaviour.keySet().retainAll(Faults.SETTINGS);
        faults.set(misbehaviour);
        String notify = options.get("notify");
        notifications = new Notifications(notify == null ? null : URI.create(notify), signing, ledger);
        int port = Integer.parseInt(options.getOrDefault("port", "9090"));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
        server.setExecutor(Executors.newFixedThreadPool(THREADS));
        server.createContext("/v1/orders", exchange -> answer(exchange, this::orders));
        server.createContext("/faults", exchange -> answer(exchange, this::misbehave));
        server.createContext("/ledger", exchange -> answer(exchange, this::read));
        server.createContext(
                "/health",
                exchange -> answer(
                        exchange,
                        body -> new Reply(200, Json.write(Map.of("status", "up", "ledger", ledger.file.toString())))));
    }

    private void start() {
        // What was begun before the last end is finished, and told.
        for (Entry entry : ledger.entries()) {
            if (entry.status.equals("processing")) {
                finishLater(entry);
            }
        }
        ledger.untold().forEach(notifications::send);
        server.start();
    }

    private record Request(String method, String path, Map<String, String> query, String body) {
        /** @throws IllegalArgumentException when a percent sign stands alone */
        static Request of(String method, URI uri, byte[] body) {
            Map<String, String> query = new HashMap<>();
            for (String pair : uri.getRawQuery() == null
                    ? new String[0]
                    : uri.getRawQuery().split("&")) {
                String[] sides = pair.split("=", 2);
                query.put(sides[0], sides.length == 1 ? "" : URLDecoder.decode(sides[1], UTF_8));
            }
            return new Request(method, uri.getPath(), query, new String(body, UTF_8));
        }
    }

    /** Null in place of a reply: the connection is closed without one. */
    private record Reply(int status, String body) {}

    private interface Handler {
        Reply handle(Request request) throws IOException;
    }

    private void answer(HttpExchange exchange, Handler handler) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
            String method = exchange.getRequestMethod();
            String target = exchange.getRequestURI().toString();
            Reply reply;
            if (body.length > MAX_BODY_BYTES) {
                reply = error(413, "the body is larger than " + MAX_BODY_BYTES + " bytes");
            } else if (target.startsWith("/v1/")
                    && signing != null
                    && !signing.verify(exchange.getRequestHeaders()::getFirst, method, target, body)) {
                reply = error(401, "the signature is missing, wrong or out of date");
            } else {
                reply = handle(handler, method, exchange.getRequestURI(), body);
            }
            if (reply != null) {
                byte[] bytes = reply.body.getBytes(UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(reply.status, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    private static Reply handle(Handler handler, String method, URI uri, byte[] body) throws IOException {
        try {
            return handler.handle(Request.of(method, uri, body));
        } catch (IllegalArgumentException e) {
            return error(400, e.getMessage());
        }
    }

    private static Reply error(int status, String why) {
        return new Reply(status, Json.write(Map.of("error", why)));
    }

    private Reply orders(Request request) throws IOException {
        if (request.method.equals("POST") && request.path.equals("/v1/orders")) {
            return order(Entry.ordered(Json.object(request.body)));
        }
        if (request.method.equals("GET") && request.path.startsWith("/v1/orders/")) {
            return inquire(request.path.substring("/v1/orders/".length()), request.query.get("operation"));
        }
        return error(404, "no such address");
    }

    private Reply order(Entry ordered) throws IOException {
        String fault = faults.nextForOrder(ordered.operation.equals("void"));
        switch (fault) {
            case "reset_before":
                return null;
            case "error_before":
                return error(500, "an error before the effect");
            default:
        }
        Entry entry;
        synchronized (ledger) {
            Entry known = ledger.find(ordered.key());
            if (known != null && !known.sameOrder(ordered)) {
                return new Reply(409, "{\"error\":\"this reference and operation are of another order\"}");
            }
            // Whatever goes wrong on the way: one reference and operation take effect once.
            entry = known == null ? carryOut(ordered, fault) : known;
        }
        switch (fault) {
            case "reset_after", "forget":
                return null;
            case "error_after":
                return error(500, "an error after the effect");
            case "late":
                LockSupport.parkNanos(Duration.ofMillis(faults.lateMillis).toNanos());
                break;
            default:
        }
        return entry.reply();
    }

    private Entry carryOut(Entry order, String fault) throws IOException {
        Entry entry;
        if (!ledger.covers(order)) {
            entry = ledger.add(order.refused("amount_exceeds_original"));
        } else if (fault.startsWith("refuse:")) {
            entry = ledger.add(order.refused(fault.substring("refuse:".length())));
        } else if (fault.equals("void_too_late") && order.operation.equals("void")) {
            entry = ledger.add(order.refused("too_late"));
        } else if (fault.equals("processing")) {
            entry = ledger.add(order.taken());
            finishLater(entry);
            return entry;
        } else {
            entry = ledger.add(order.moved());
        }
        if (fault.equals("forget")) {
            ledger.forget(entry.key(), Instant.now().plusMillis(faults.forgetMillis));
        }
        notifications.send(entry);
        if (fault.equals("twice")) {
            notifications.send(entry);
        }
        if (fault.equals("out_of_order")) {
            notifications.sendAfter(entry, entry.taken());
        }
        if (entry.status.equals("succeeded") && (fault.equals("take_back") || faults.isTakenBack())) {
            later.schedule(() -> change(entry, "taken_back"), faults.takeBackMillis, TimeUnit.MILLISECONDS);
        }
        return entry;
    }

    private void finishLater(Entry entry) {
        later.schedule(() -> change(entry, "moved"), faults.processingMillis, TimeUnit.MILLISECONDS);
    }

    private void change(Entry entry, String what) {
        try {
            Entry changed;
            synchronized (ledger) {
                changed = ledger.add(what.equals("moved") ? entry.moved() : entry.takenBack());
            }
            notifications.send(changed);
        } catch (IOException e) {
            throw new IllegalStateException("The ledger cannot be written", e);
        }
    }

    private Reply inquire(String reference, String operation) {
        switch (faults.nextForInquiry()) {
            case "inquiry:reset":
                return null;
            case "inquiry:error":
                return error(500, "an error");
            case "inquiry:late":
                LockSupport.parkNanos(Duration.ofMillis(faults.lateMillis).toNanos());
                break;
            default:
        }
        synchronized (ledger) {
            Entry entry = ledger.find(reference + " " + operation);
            boolean known = entry != null && !ledger.isForgotten(entry.key());
            return known ? entry.reply() : new Reply(404, "{\"status\":\"no_record\"}");
        }
    }

    private Reply misbehave(Request request) {
        if (!request.method.equals("PUT")) {
            return error(405, "PUT it");
        }
        Map<String, Object> wish = Json.object(request.body);
        if (wish.get("next") instanceof List<?> next) {
            faults.next(next);
        }
        Map<String, String> options = new HashMap<>();
        wish.forEach((name, value) -> {
            if (!name.equals("next")) {
                options.put(name.equals("rate") ? "fault-rate" : name.replace('_', '-'), String.valueOf(value));
            }
        });
        faults.set(options);
        return new Reply(200, "{}");
    }

    private Reply read(Request request) {
        String transaction = request.path.replaceFirst("^/ledger/?", "");
        return new Reply(200, transaction.isEmpty() ? ledger.text() : ledger.of(transaction));
    }

    /** One line of the ledger, and the state of an order after it. */
    private record Entry(
            long seq,
            String reference,
            String operation,
            String transaction,
            long amount,
            String currency,
            long original,
            String what,
            String status,
            String refusal,
            Instant at) {

        static Entry ordered(Map<String, Object> order) {
            Map<String, Object> original = Json.object(order, "original");
            String operation = Json.text(order, "operation");
            if (!operation.equals("void") && !operation.equals("refund")) {
                throw new IllegalArgumentException("operation must be void or refund");
            }
            if (!Json.text(order, "currency").equals(Json.text(original, "currency"))) {
                throw new IllegalArgumentException("currency must be the original's");
            }
            Json.text(order, "merchant_id");
            return new Entry(
                    0,
                    Json.text(order, "reference"),
                    operation,
                    Json.text(original, "transaction_id"),
                    Json.positive(order, "amount"),
                    Json.text(order, "currency"),
                    Json.positive(original, "amount"),
                    "ordered",
                    "ordered",
                    null,
                    Instant.now());
        }

        String key() {
            return reference + " " + operation;
        }

        boolean sameOrder(Entry other) {
            return transaction.equals(other.transaction) && amount == other.amount && currency.equals(other.currency);
        }

        Entry taken() {
            return become("taken", "processing", null);
        }

        Entry moved() {
            return become("moved", "succeeded", null);
        }

        Entry refused(String why) {
            return become("refused", "refused", why);
        }

        Entry takenBack() {
            return become("taken_back", "refused", "card_closed");
        }

        private Entry become(String whatNow, String statusNow, String why) {
            return new Entry(
                    0,
                    reference,
                    operation,
                    transaction,
                    amount,
                    currency,
                    original,
                    whatNow,
                    statusNow,
                    why,
                    Instant.now().truncatedTo(ChronoUnit.MILLIS));
        }

        /** What it adds to the money that has gone back. */
        long effect() {
            return what.equals("moved") ? amount : what.equals("taken_back") ? -amount : 0;
        }

        Entry numbered(long number) {
            return new Entry(
                    number, reference, operation, transaction, amount, currency, original, what, status, refusal, at);
        }

        Reply reply() {
            Map<String, Object> answer = told();
            answer.put("acquirer_reference", "A-" + UUID.nameUUIDFromBytes(key().getBytes(UTF_8)));
            return new Reply(200, Json.write(answer));
        }

        Map<String, Object> told() {
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("reference", reference);
            told.put("operation", operation);
            told.put("status", status);
            if (refusal != null) {
                told.put("refusal", refusal);
            }
            told.put("at", at.toString());
            return told;
        }

        Map<String, Object> line() {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("seq", seq);
            line.put("what", what);
            line.putAll(told());
            line.put("transaction", transaction);
            line.put("amount", amount);
            line.put("currency", currency);
            line.put("original", original);
            return line;
        }

        static Entry read(Map<String, Object> line) {
            return new Entry(
                    Json.positive(line, "seq"),
                    Json.text(line, "reference"),
                    Json.text(line, "operation"),
                    Json.text(line, "transaction"),
                    Json.positive(line, "amount"),
                    Json.text(line, "currency"),
                    Json.positive(line, "original"),
                    Json.text(line, "what"),
                    Json.text(line, "status"),
                    (String) line.get("refusal"),
                    Instant.parse(Json.text(line, "at")));
        }
    }

    /**
     * What happened, one JSON line each, on the disk before anybody is told. A line {"told": seq} says that the
     * notification of that line has been taken. Guarded by its own monitor.
     */
    private static final class Ledger {
        final Path file;
        final List<Entry> lines = new ArrayList<>();
        private final FileChannel channel;
        private final Map<String, Entry> latest = new LinkedHashMap<>();
        /** By transaction: what has moved or is being processed, so that no other order can take it as well. */
        private final Map<String, Long> promised = new HashMap<>();

        private final Map<String, Long> originals = new HashMap<>();
        private final Map<Long, Entry> untold = new LinkedHashMap<>();
        private final Map<String, Instant> forgotten = new HashMap<>();

        Ledger(Path file) throws IOException {
            this.file = file;
            Files.createDirectories(file.getParent());
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                throw new IOException("Another simulator keeps the ledger " + file);
            }
            byte[] bytes = Files.readAllBytes(file);
            int whole = bytes.length;
            // Half a line is what we were killed at: nobody was told of it.
            while (whole > 0 && bytes[whole - 1] != '\n') {
                whole--;
            }
            channel.truncate(whole).position(whole);
            new String(bytes, 0, whole, UTF_8).lines().map(Json::object).forEach(line -> {
                if (line.containsKey("told")) {
                    untold.remove(Json.positive(line, "told"));
                } else {
                    keep(Entry.read(line));
                }
            });
        }

        synchronized Entry add(Entry entry) throws IOException {
            Entry numbered = entry.numbered(lines.size() + 1L);
            write(Json.write(numbered.line()));
            channel.force(false);
            keep(numbered);
            return numbered;
        }

        private void keep(Entry entry) {
            lines.add(entry);
            Entry before = latest.put(entry.key(), entry);
            boolean isPromised = before != null && before.status.equals("processing");
            originals.putIfAbsent(entry.transaction, entry.original);
            if (entry.what.equals("taken") || entry.what.equals("moved") && !isPromised) {
                promised.merge(entry.transaction, entry.amount, Long::sum);
            } else if (entry.what.equals("taken_back")) {
                promised.merge(entry.transaction, -entry.amount, Long::sum);
            }
            if (!entry.what.equals("taken")) {
                untold.put(entry.seq, entry);
            }
        }

        private void write(String line) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        synchronized void told(Entry entry) throws IOException {
            if (untold.remove(entry.seq) != null) {
                write("{\"told\":" + entry.seq + "}");
            }
        }

        synchronized List<Entry> untold() {
            return List.copyOf(untold.values());
        }

        synchronized List<Entry> entries() {
            return List.copyOf(latest.values());
        }

        synchronized Entry find(String key) {
            return latest.get(key);
        }

        synchronized boolean covers(Entry order) {
            long original = originals.getOrDefault(order.transaction, order.original);
            return promised.getOrDefault(order.transaction, 0L) + order.amount <= original;
        }

        synchronized String of(String transaction) {
            List<Entry> entries = lines.stream()
                    .filter(line -> transaction.equals(line.transaction))
                    .toList();
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("transaction", transaction);
            answer.put("moved", entries.stream().mapToLong(Entry::effect).sum());
            answer.put("entries", entries.stream().map(Entry::line).toList());
            return Json.write(answer);
        }

        synchronized void forget(String key, Instant until) {
            forgotten.put(key, until);
        }

        synchronized boolean isForgotten(String key) {
            return forgotten.getOrDefault(key, Instant.MIN).isAfter(Instant.now());
        }

        synchronized String text() {
            StringBuilder text = new StringBuilder();
            lines.forEach(line -> text.append(Json.write(line.line())).append('\n'));
            return text.toString();
        }
    }

    /** What goes wrong next. */
    private static final class Faults {
        static final Set<String> SETTINGS = Set.of(
                "seed",
                "fault-rate",
                "refusal-rate",
                "take-back-rate",
                "late-ms",
                "processing-ms",
                "forget-ms",
                "take-back-ms");

        private final Deque<String> orders = new ArrayDeque<>();
        private final Deque<String> inquiries = new ArrayDeque<>();
        private Random chance = new Random(1);
        private double rate;
        private double refusalRate;
        private double takeBackRate;
        private volatile long lateMillis = 15_000;
        private volatile long processingMillis = 500;
        private volatile long forgetMillis = 2_000;
        private volatile long takeBackMillis = 500;

        /** @throws IllegalArgumentException naming what is not a setting, or not a number of the right kind */
        synchronized void set(Map<String, String> options) {
            options.forEach((name, value) -> {
                switch (name) {
                    case "seed" -> chance = new Random(Long.parseLong(value));
                    case "fault-rate" -> rate = share(name, value);
                    case "refusal-rate" -> refusalRate = share(name, value);
                    case "take-back-rate" -> takeBackRate = share(name, value);
                    case "late-ms" -> lateMillis = Long.parseLong(value);
                    case "processing-ms" -> processingMillis = Long.parseLong(value);
                    case "forget-ms" -> forgetMillis = Long.parseLong(value);
                    case "take-back-ms" -> takeBackMillis = Long.parseLong(value);
                    default -> throw new IllegalArgumentException("no such setting: " + name);
                }
            });
        }

        private static double share(String name, String value) {
            double share = Double.parseDouble(value);
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException(name + " must be between 0 and 1");
            }
            return share;
        }

        synchronized void next(List<?> faults) {
            for (Object fault : faults) {
                if (!isKnown(String.valueOf(fault))) {
                    throw new IllegalArgumentException("no such fault: " + fault);
                }
            }
            orders.clear();
            inquiries.clear();
            faults.forEach(fault -> (INQUIRY_FAULTS.contains(fault) ? inquiries : orders).add((String) fault));
        }

        private static boolean isKnown(String fault) {
            return TRANSPORT_FAULTS.contains(fault)
                    || INQUIRY_FAULTS.contains(fault)
                    || OTHER_FAULTS.contains(fault)
                    || fault.startsWith("refuse:") && REASONS.contains(fault.substring("refuse:".length()));
        }

        synchronized String nextForOrder(boolean isVoid) {
            if (!orders.isEmpty()) {
                return orders.poll();
            }
            if (chance.nextDouble() < refusalRate) {
                return isVoid && chance.nextBoolean()
                        ? "void_too_late"
                        : "refuse:" + REASONS.get(chance.nextInt(REASONS.size()));
            }
            return chance.nextDouble() < rate ? TRANSPORT_FAULTS.get(chance.nextInt(TRANSPORT_FAULTS.size())) : "none";
        }

        synchronized String nextForInquiry() {
            if (!inquiries.isEmpty()) {
                return inquiries.poll();
            }
            return chance.nextDouble() < rate ? INQUIRY_FAULTS.get(chance.nextInt(INQUIRY_FAULTS.size())) : "none";
        }

        synchronized boolean isTakenBack() {
            return chance.nextDouble() < takeBackRate;
        }
    }

    /** Tells of news until it is taken with 2xx, in no particular order. */
    private static final class Notifications {
        private static final long FIRST_PAUSE_MILLIS = 200;
        private static final long MAX_PAUSE_MILLIS = 5_000;

        private final URI to;
        private final Signing signing;
        private final Ledger ledger;
        private final ScheduledExecutorService senders = Executors.newScheduledThreadPool(4);
        private final HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .build();

        Notifications(URI to, Signing signing, Ledger ledger) {
            this.to = to;
            this.signing = signing;
            this.ledger = ledger;
        }

        void send(Entry news) {
            if (to != null) {
                senders.execute(() -> attempt(news, null, FIRST_PAUSE_MILLIS));
            }
        }

        /** First the news, then what was true before it. */
        void sendAfter(Entry news, Entry older) {
            if (to != null) {
                senders.execute(() -> attempt(news, older, FIRST_PAUSE_MILLIS));
            }
        }

        private void attempt(Entry news, Entry older, long pause) {
            try {
                if (isTaken(news)) {
                    ledger.told(news);
                    if (older != null) {
                        attempt(older, null, pause);
                    }
                    return;
                }
            } catch (IOException e) {
                // Again below.
            } catch (InterruptedException e) {
                return;
            }
            senders.schedule(
                    () -> attempt(news, older, Math.min(2 * pause, MAX_PAUSE_MILLIS)), pause, TimeUnit.MILLISECONDS);
        }

        private boolean isTaken(Entry news) throws IOException, InterruptedException {
            byte[] body = Json.write(news.told()).getBytes(UTF_8);
            HttpRequest.Builder request = HttpRequest.newBuilder(to)
                    .timeout(Duration.ofSeconds(5))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body));
            if (signing != null) {
                signing.headers("POST", to.getRawPath(), body).forEach(request::header);
            }
            return http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            / 100
                    == 2;
        }
    }

    private record Signing(String keyId, String secret, long toleranceSeconds) {
        private interface Headers {
            String first(String name);
        }

        boolean verify(Headers headers, String method, String target, byte[] body) {
            String timestamp = headers.first("Paywitness-Timestamp");
            String signature = headers.first("Paywitness-Signature");
            if (timestamp == null || signature == null || !timestamp.matches("\\d{1,11}")) {
                return false;
            }
            long off = Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp));
            return off <= toleranceSeconds
                    && keyId.equals(headers.first("Paywitness-Key-Id"))
                    && MessageDigest.isEqual(
                            sign(method, target, timestamp, body).getBytes(UTF_8), signature.getBytes(UTF_8));
        }

        Map<String, String> headers(String method, String target, byte[] body) {
            String timestamp = Long.toString(Instant.now().getEpochSecond());
            return Map.of(
                    "Paywitness-Key-Id", keyId,
                    "Paywitness-Timestamp", timestamp,
                    "Paywitness-Signature", sign(method, target, timestamp, body));
        }

        private String sign(String method, String target, String timestamp, byte[] body) {
            try {
                String digest = HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(body));
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
                String text = String.join("\n", method, target, timestamp, digest);
                return "v1=" + HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** As much of RFC 8259 as is needed: objects are maps, arrays lists, numbers BigDecimal. */
    private static final class Json {
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        /** @throws IllegalArgumentException unless the text is one JSON object */
        @SuppressWarnings("unchecked")
        static Map<String, Object> object(String text) {
            try {
                Json json = new Json(text.strip());
                if (json.value() instanceof Map<?, ?> object && json.at == json.text.length()) {
                    return (Map<String, Object>) object;
                }
            } catch (RuntimeException e) {
                // Said below.
            }
            throw new IllegalArgumentException("not a JSON object");
        }

        @SuppressWarnings("unchecked")
        static Map<String, Object> object(Map<String, Object> object, String name) {
            if (object.get(name) instanceof Map<?, ?> member) {
                return (Map<String, Object>) member;
            }
            throw new IllegalArgumentException(name + " must be an object");
        }

        static String text(Map<String, Object> object, String name) {
            if (object.get(name) instanceof String member && !member.isEmpty()) {
                return member;
            }
            throw new IllegalArgumentException(name + " must be a string");
        }

        static long positive(Map<String, Object> object, String name) {
            if (object.get(name) instanceof BigDecimal member && member.signum() > 0) {
                try {
                    return member.longValueExact();
                } catch (ArithmeticException e) {
                    // Said below.
                }
            }
            throw new IllegalArgumentException(name + " must be a positive integer");
        }

        private Object value() {
            skipSpace();
            char c = text.charAt(at);
            Object value =
                    switch (c) {
                        case '{' -> members();
                        case '[' -> items();
                        case '"' -> string();
                        default -> literal();
                    };
            skipSpace();
            return value;
        }

        private Map<String, Object> members() {
            Map<String, Object> members = new LinkedHashMap<>();
            at++;
            skipSpace();
            while (text.charAt(at) != '}') {
                String name = string();
                skipSpace();
                expect(':');
                members.put(name, value());
                separator('}');
            }
            at++;
            return members;
        }

        private List<Object> items() {
            List<Object> items = new ArrayList<>();
            at++;
            skipSpace();
            while (text.charAt(at) != ']') {
                items.add(value());
                separator(']');
            }
            at++;
            return items;
        }

        private void separator(char end) {
            if (text.charAt(at) != end) {
                expect(',');
                skipSpace();
            }
        }

        private String string() {
            expect('"');
            StringBuilder string = new StringBuilder();
            for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
                if (c != '\\') {
                    string.append(c);
                    continue;
                }
                char escaped = text.charAt(at++);
                int known = "\"\\/bfnrt".indexOf(escaped);
                if (escaped == 'u') {
                    string.append((char) Integer.parseInt(text.substring(at, at += 4), 16));
                } else {
                    string.append("\"\\/\b\f\n\r\t".charAt(known));
                }
            }
            return string.toString();
        }

        private Object literal() {
            int start = at;
            while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String literal = text.substring(start, at);
            return switch (literal) {
                case "true" -> true;
                case "false" -> false;
                case "null" -> null;
                default -> new BigDecimal(literal);
            };
        }

        private void skipSpace() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private void expect(char c) {
            if (text.charAt(at++) != c) {
                throw new IllegalArgumentException("not JSON");
            }
        }

        static String write(Object value) {
            if (value instanceof Map<?, ?> map) {
                List<String> members = new ArrayList<>();
                map.forEach((name, member) -> members.add(quote(name.toString()) + ":" + write(member)));
                return "{" + String.join(",", members) + "}";
            }
            if (value instanceof List<?> list) {
                return "[" + String.join(",", list.stream().map(Json::write).toList()) + "]";
            }
            return value instanceof String string ? quote(string) : String.valueOf(value);
        }

        private static String quote(String string) {
            StringBuilder quoted = new StringBuilder("\"");
            string.chars()
                    .forEach(c -> quoted.append(
                            c == '"' || c == '\\' || c < ' ' ? String.format("\\u%04x", c) : String.valueOf((char) c)));
            return quoted.append('"').toString();
        }
    }
}
