package org.paywitness.webhook;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses that were written as such; no name is ever asked for. */
final class Literals {
    private Literals() {}

    /** @param text four decimal numbers */
    static InetAddress ipv4(String text) {
        String[] parts = text.split("\\.");
        byte[] bytes = new byte[parts.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(parts[i]);
        }
        return of(bytes);
    }

    /** @param text as a URL has it between its brackets; a mapped address becomes the IPv4 one that it is */
    static InetAddress ipv6(String text) {
        return of(NetUtil.createByteArrayFromIpAddressString(text));
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
