package org.paywitness.training;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.paywitness.EmbeddedPostgresResource;
import org.paywitness.acquirer.Simulator;
import org.paywitness.fault.Waiting;

/**
 * Trains the cache of the artifact for JDK 25: the packaged service in production's profile works as it will, and the JVM
 * writes down which classes it needed and what was hot. {@code Training QUARKUS_RUN_JAR CACHE SECONDS}, the last for how
 * long look-ups are asked for. Fails, and leaves no cache, when an answer is not what it should be.
 */
public final class Training {
    private static final int SALES = 400;
    private static final int CLIENTS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Trainee service;
    private final Duration duration;
    private final List<String> sales = new ArrayList<>();

    private Training(Trainee service, Duration duration) {
        this.service = service;
        this.duration = duration;
    }

    public static void main(String[] args) throws Exception {
        Path jar = Path.of(args[0]).toAbsolutePath();
        Path cache = Path.of(args[1]).toAbsolutePath();
        Files.deleteIfExists(cache);
        new EmbeddedPostgresResource().start();
        try (Simulator acquirer = Simulator.start(Files.createTempDirectory("training"));
                Trainee service = new Trainee(jar, acquirer.configuration())) {
            service.migrate();
            // Profiles of the training would have the compilers begin at once, where the start needs the cores.
            service.start("-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining", "-XX:AOTCacheOutput=" + cache);
            new Training(service, Duration.ofSeconds(Long.parseLong(args[2]))).work();
            service.stop();
            // At the same GC and heap as in the container; a cache that this JVM refuses must not be shipped.
            service.check("-XX:AOTMode=on", "-XX:AOTCache=" + cache);
        }
        System.out.printf("Trained: %s, %,d MiB%n", cache, Files.size(cache) >> 20);
        System.exit(0);
    }

    private void work() throws Exception {
        hear();
        lookUp();
        statement();
        String sale = sales.get(0);
        read(sale);
        refund(sale);
        dispute(sales.get(1));
        desk();
    }

    /** Feeds tell of sales, one by one, as an array and as lines. */
    private void hear() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < SALES; i++) {
            for (String said : said(i)) {
                lines.append(said).append('\n');
            }
        }
        JsonNode all = service.post("feed", "/v1/observations", "application/x-ndjson", lines.toString(), 200);
        for (int i = 0; i < all.get("results").size(); i += 3) {
            sales.add(all.at("/results/" + i + "/transaction_id").textValue());
        }
        for (String one : said(SALES)) {
            service.post("feed", "/v1/observations", "application/json", one, 200);
            service.post("feed", "/v1/observations", "application/json", "[" + one + "]", 200);
        }
        String complete = "{\"source\":\"bank\",\"complete_through\":\"" + Instant.now() + "\"}";
        service.post("feed", "/v1/completeness", "application/json", complete, 200);
        service.post("feed", "/v1/card-tokens", "application/json", "{\"pan\":\"6228480402564890018\"}", 200);
    }

    private static List<String> said(int number) {
        Instant at = Instant.now().minus(Duration.ofHours(3)).plusSeconds(20L * number);
        String slip = ("\"observed_at\":\"%s\",\"transaction\":{\"merchant_id\":\"m_train\",\"terminal_id\":\"T1\","
                        + "\"batch\":\"000001\",\"stan\":\"%06d\",\"rrn\":\"%012d\",\"occurred_at\":\"%s\",\"type\":\"purchase\","
                        + "\"channel\":\"chip\",\"amount\":{\"amount\":%d,\"currency\":\"CNY\"},\"card\":{\"token\":\"%s\","
                        + "\"first6\":\"622848\",\"last4\":\"%04d\",\"kind\":\"debit\",\"scheme\":\"unionpay\"}}}")
                .formatted(at, number, number, at, 12_800 + number, card(number % 40), number % 40);
        String ref = ",\"source_ref\":\"training-" + number + "\",\"outcome\":\"";
        return List.of(
                "{\"source\":\"terminal\"" + ref + "approved\"," + slip,
                "{\"source\":\"acquirer\"" + ref + "captured\"," + slip,
                "{\"source\":\"bank\"" + ref + "debited\"," + slip);
    }

    private static String card(int number) {
        return "card_01" + "%026d".formatted(number);
    }

    /** What the service is for, by several clients at once, as long as asked for. */
    private void lookUp() throws Exception {
        long end = System.nanoTime() + duration.toNanos();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        List<Future<Integer>> asked = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            Random random = new Random(client);
            asked.add(clients.submit(() -> {
                int count = 0;
                while (System.nanoTime() < end) {
                    ask(random.nextInt(SALES), count++ % 4);
                }
                return count;
            }));
        }
        int sum = 0;
        for (Future<Integer> count : asked) {
            sum += count.get();
        }
        clients.shutdown();
        System.out.println("Training: " + sum + " look-ups");
    }

    private void ask(int number, int kind) throws Exception {
        String path =
                switch (kind) {
                    case 0 -> "/v1/was-i-charged?rrn=%012d".formatted(number);
                    case 1 -> "/v1/was-i-charged?terminal_id=T1&batch=000001&stan=%06d".formatted(number);
                    case 2 -> "/v1/transactions/" + sales.get(number);
                    default -> "/v1/transactions/" + sales.get(number) + "/verdict";
                };
        JsonNode answer = service.get(path);
        JsonNode verdict = kind == 2 ? answer.get("verdict").get("verdict") : answer.get("verdict");
        if (!"charged".equals(verdict.textValue())) {
            throw new IllegalStateException(path + ": " + answer);
        }
    }

    private void statement() throws Exception {
        for (String file : List.of("pos-journal.csv", "bank-camt053.xml", "wechat-trade-bill.csv")) {
            byte[] bytes = Files.readAllBytes(Path.of("src/test/resources/fixtures/merchant-day", file));
            String id = service.post("feed", "/v1/statements?merchant_id=M0001", "application/octet-stream", bytes, 202)
                    .get("id")
                    .textValue();
            Waiting.until(file + " is read", PATIENCE, () -> service.getAs("feed", "/v1/statements/" + id)
                    .get("status")
                    .textValue()
                    .equals("done"));
        }
    }

    private void read(String sale) throws Exception {
        String at = "/v1/transactions/" + sale;
        service.get(at + "/observations");
        service.get(at + "/verdict?as_of=" + Instant.now());
        service.get("/v1/transactions?merchant_id=m_train&verdict=charged&limit=20");
        service.bytes(at + "/receipt", "application/json");
        service.bytes(at + "/receipt", "text/html");
        service.bytes(at + "/receipt", "application/pdf");
        service.get("/v1/guidance/no_answer");
        service.get("/v1/refund-policy");
    }

    private void refund(String sale) throws Exception {
        String body = "{\"transaction_id\":\"" + sale + "\",\"reason\":\"not_delivered\"}";
        String id = service.post("desk", "/v1/refunds", "application/json", body, 201)
                .get("id")
                .textValue();
        Waiting.until(
                "the refund succeeds",
                PATIENCE,
                () -> service.get("/v1/refunds/" + id).get("status").textValue().equals("succeeded"));
        service.get("/v1/refunds?merchant_id=m_train");
        service.get("/v1/refund-figures?by=merchant");
    }

    private void dispute(String sale) throws Exception {
        String body = "{\"transaction_id\":\"" + sale + "\",\"reason\":\"not_delivered\",\"text\":\"没有收到\"}";
        String at = "/v1/disputes/"
                + service.post("desk", "/v1/disputes", "application/json", body, 201)
                        .get("id")
                        .textValue();
        String boundary = "training";
        String form = "--%1$s\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nslip\r\n".formatted(boundary)
                + "--%1$s\r\nContent-Disposition: form-data; name=\"on_behalf_of\"\r\n\r\nmerchant\r\n"
                        .formatted(boundary)
                + "--%1$s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"slip.txt\"\r\n"
                        .formatted(boundary)
                + "Content-Type: text/plain\r\n\r\nA slip, signed.\r\n--%s--\r\n".formatted(boundary);
        service.post("desk", at + "/evidence", "multipart/form-data; boundary=" + boundary, form, 201);
        service.post("desk", at + "/messages", "application/json", "{\"text\":\"Please look.\"}", 201);
        service.get(at + "/checklist");
        service.get(at + "/timeline");
        service.bytes(at + "/dossier", "application/pdf");
        service.bytes(at + "/dossier", "application/zip");
        service.get("/v1/disputes?status=open");
    }

    private void desk() throws Exception {
        String terminal = "{\"terminal_id\":\"T1\",\"merchant_id\":\"m_train\",\"name\":\"till\"}";
        service.post("desk", "/v1/terminals", "application/json", terminal, 201);
        service.get("/v1/terminals?merchant_id=m_train");
        service.get("/v1/risk-signals?merchant_id=m_train");
        service.bytes("/q/metrics", "text/plain");
        service.bytes("/q/openapi", "application/json");
    }
}
