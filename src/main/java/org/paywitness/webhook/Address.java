package org.paywitness.webhook;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/**
 * Which addresses of the internet may be connected to: those that are global unicast and nothing else, by IANA's special
 * purpose registries (RFC 6890 and its successors). What carries an IPv4 address within an IPv6 one (NAT64, 6to4, Teredo)
 * leads wherever a gateway leads, and is refused as a whole.
 */
final class Address {
    /** The first so many bits of these bytes. */
    private record Net(byte[] bytes, int bits) {
        boolean contains(byte[] address) {
            if (address.length != bytes.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> bit % 8;
                if ((bytes[bit / 8] & mask) != (address[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final List<Net> NOT_PUBLIC_4 = List.of(
            // "This network", private ones, and that of carriers (which is also where Alibaba's metadata is).
            v4(0, 0, 0, 0, 8),
            v4(10, 0, 0, 0, 8),
            v4(100, 64, 0, 0, 10),
            v4(127, 0, 0, 0, 8),
            // Link-local: the metadata of most clouds.
            v4(169, 254, 0, 0, 16),
            v4(172, 16, 0, 0, 12),
            // Protocol assignments, with Oracle's metadata among them.
            v4(192, 0, 0, 0, 24),
            v4(192, 0, 2, 0, 24),
            // Relays of 6to4.
            v4(192, 88, 99, 0, 24),
            v4(192, 168, 0, 0, 16),
            // Benchmarks and documentation.
            v4(198, 18, 0, 0, 15),
            v4(198, 51, 100, 0, 24),
            v4(203, 0, 113, 0, 24),
            // Azure's platform: public by its number, and never outside of a machine there.
            v4(168, 63, 129, 16, 32),
            // Multicast, reserved, broadcast.
            v4(224, 0, 0, 0, 4),
            v4(240, 0, 0, 0, 4));

    /** All that is global unicast; loopback, mapped, compatible, NAT64, local and multicast addresses lie outside. */
    private static final Net GLOBAL_6 = v6(0x2000, 0, 0, 3);

    private static final List<Net> NOT_PUBLIC_6 = List.of(
            // Protocol assignments: Teredo, benchmarks, ORCHID.
            v6(0x2001, 0, 0, 23),
            v6(0x2001, 0x0db8, 0, 32),
            // 6to4.
            v6(0x2002, 0, 0, 16),
            // Documentation.
            v6(0x3fff, 0, 0, 20));

    private Address() {}

    /** Whether we may connect to it. */
    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return NOT_PUBLIC_4.stream().noneMatch(net -> net.contains(bytes));
        }
        return address instanceof Inet6Address inet6
                && inet6.getScopeId() == 0
                && GLOBAL_6.contains(bytes)
                && NOT_PUBLIC_6.stream().noneMatch(net -> net.contains(bytes));
    }

    private static Net v4(int a, int b, int c, int d, int bits) {
        return new Net(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d}, bits);
    }

    private static Net v6(int first, int second, int third, int bits) {
        byte[] bytes = new byte[16];
        int[] groups = {first, second, third};
        for (int i = 0; i < groups.length; i++) {
            bytes[2 * i] = (byte) (groups[i] >> 8);
            bytes[2 * i + 1] = (byte) groups[i];
        }
        return new Net(bytes, bits);
    }
}
