package org.paywitness.evidence;

import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.paywitness.Files;
import org.paywitness.http.Raw;

/** A form with a file, byte by byte: {@code new Sent().field("type", "slip").file("a.png", png).to(dispute, token)}. */
public final class Sent {
    static final String BOUNDARY = "----paywitness7MA4YWxkTrZu0gW";
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    public static Sent slip(String name, byte[] content) {
        return new Sent().field("type", "slip").file(name, content);
    }

    public Sent field(String name, String value) {
        return part("name=\"" + name + "\"", "", value.getBytes(StandardCharsets.UTF_8));
    }

    public Sent file(String name, byte[] content) {
        return part(
                "name=\"file\"; filename=\"" + name.replace("\"", "%22") + "\"",
                "Content-Type: application/octet-stream\r\n",
                content);
    }

    /** @param headers whole lines */
    public Sent part(String disposition, String headers, byte[] content) {
        String head =
                "--" + BOUNDARY + "\r\nContent-Disposition: form-data; " + disposition + "\r\n" + headers + "\r\n";
        body.writeBytes(Files.join(head.getBytes(StandardCharsets.UTF_8), content, Files.latin1("\r\n")));
        return this;
    }

    public byte[] form() {
        return Files.join(body.toByteArray(), Files.latin1("--" + BOUNDARY + "--\r\n"));
    }

    public static String path(String dispute) {
        return "/v1/disputes/" + dispute + "/evidence";
    }

    public byte[] request(String dispute, String token, String... headers) {
        return request(dispute, token, form(), headers);
    }

    public static byte[] request(String dispute, String token, byte[] form, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Content-Type: multipart/form-data; boundary=" + BOUNDARY;
        return Raw.request("POST", path(dispute), token, form, all);
    }

    public Response to(String dispute, String token, String... headers) throws IOException {
        return Raw.send(request(dispute, token, headers));
    }

    public static HttpResponse<byte[]> get(String path, String token, String... headers)
            throws IOException, InterruptedException {
        return ask("GET", path, token, headers);
    }

    public static HttpResponse<byte[]> ask(String method, String path, String token, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                .header("Authorization", "Bearer " + token)
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
}
