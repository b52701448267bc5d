package org.paywitness.webhook;

import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A name server (RFC 1035) whose answers may be kept for no time at all, and so may be others each time. */
final class NameServer implements AutoCloseable {
    private static final int A = 1;
    private static final int AAAA = 28;
    private static final int HEADER = 12;

    private final DatagramSocket socket;
    private final Map<String, List<List<String>>> answers = new ConcurrentHashMap<>();
    /** How often the address of a name was asked for. */
    final Map<String, Integer> asked = new ConcurrentHashMap<>();

    NameServer() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "name-server");
        thread.setDaemon(true);
        thread.start();
    }

    DnsServerAddressStreamProvider provider() {
        return new SingletonDnsServerAddressStreamProvider(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort()));
    }

    /** The addresses that are answered the first time, the second time, …; the last of them from then on. */
    @SafeVarargs
    final NameServer tell(String name, List<String>... times) {
        answers.put(name, List.of(times));
        return this;
    }

    private void serve() {
        byte[] buffer = new byte[512];
        while (!socket.isClosed()) {
            try {
                DatagramPacket question = new DatagramPacket(buffer, buffer.length);
                socket.receive(question);
                byte[] answer = answer(buffer, question.getLength());
                SocketAddress to = question.getSocketAddress();
                socket.send(new DatagramPacket(answer, answer.length, to));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private byte[] answer(byte[] question, int length) throws IOException {
        StringBuilder name = new StringBuilder();
        int at = HEADER;
        while (question[at] != 0) {
            name.append(name.length() == 0 ? "" : ".")
                    .append(new String(question, at + 1, question[at], StandardCharsets.US_ASCII));
            at += question[at] + 1;
        }
        int type = question[at + 2];
        int end = at + 5;
        List<byte[]> found = found(name.toString(), type);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(question, 0, 2);
        boolean known = answers.containsKey(name.toString());
        // An authoritative answer; a name that nobody told us does not exist.
        out.writeShort(0x8580 | (known ? 0 : 3));
        out.writeShort(1);
        out.writeShort(found.size());
        out.writeInt(0);
        out.write(question, HEADER, end - HEADER);
        for (byte[] address : found) {
            out.writeShort(0xC000 | HEADER);
            out.writeShort(type);
            out.writeShort(1);
            out.writeInt(0);
            out.writeShort(address.length);
            out.write(address);
        }
        assert length >= end;
        return bytes.toByteArray();
    }

    private List<byte[]> found(String name, int type) throws IOException {
        List<List<String>> times = answers.getOrDefault(name, List.of(List.of()));
        int time = type == A ? asked.merge(name, 1, Integer::sum) : asked.getOrDefault(name, 0) + 1;
        List<byte[]> found = new ArrayList<>();
        for (String text : times.get(Math.min(time, times.size()) - 1)) {
            InetAddress address = InetAddress.getByName(text);
            if (type == (address instanceof Inet4Address ? A : AAAA)) {
                found.add(address.getAddress());
            }
        }
        return found;
    }

    @Override
    public void close() {
        socket.close();
    }
}
