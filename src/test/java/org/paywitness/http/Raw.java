package org.paywitness.http;

import io.restassured.RestAssured;
import io.restassured.builder.ResponseBuilder;
import io.restassured.response.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Requests byte by byte, as no decent client would send them. */
public final class Raw {
    private static final int TIMEOUT_MILLIS = 30_000;

    private Raw() {}

    public static Socket connect() throws IOException {
        Socket socket = new Socket("localhost", RestAssured.port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** A request with a body of its true length; the token may be null. {@code headers} are lines without ends. */
    public static byte[] request(String method, String path, String token, byte[] body, String... headers) {
        StringBuilder head =
                new StringBuilder(method.toUpperCase(java.util.Locale.ROOT) + " " + path + " HTTP/1.1\r\n");
        head.append("Host: localhost\r\nConnection: close\r\n");
        if (token != null) {
            head.append("Authorization: Bearer ").append(token).append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        if (body != null) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(body == null ? new byte[0] : body);
        return out.toByteArray();
    }

    /** Announces a body of this many bytes and sends none of it. */
    static Response announce(String method, String path, String token, long bytes, String... headers)
            throws IOException {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Content-Length: " + bytes;
        return send(request(method, path, token, null, all));
    }

    public static Response send(byte[] request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request);
            return read(socket);
        }
    }

    /** The answer, from a connection that the server closes after it. */
    public static Response read(Socket socket) throws IOException {
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int body = answer.indexOf("\r\n\r\n");
        if (body < 0) {
            throw new IOException("no answer: " + answer);
        }
        ResponseBuilder response = new ResponseBuilder();
        String[] lines = answer.substring(0, body).split("\r\n");
        response.setStatusCode(Integer.parseInt(lines[0].split(" ")[1]));
        for (int i = 1; i < lines.length; i++) {
            String[] header = lines[i].split(": ?", 2);
            response.setHeader(header[0], header[1]);
            if (header[0].equalsIgnoreCase("content-type")) {
                response.setContentType(header[1]);
            }
        }
        return response.setBody(answer.substring(body + 4)).build();
    }
}
