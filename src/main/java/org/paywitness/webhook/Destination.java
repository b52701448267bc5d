package org.paywitness.webhook;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an endpoint is, as its URL says; read once, strictly, and never again by anybody with rules of its own: a
 * {@code https} URL with a name or a canonical address, without a user or a fragment.
 *
 * @param host in lower case, without brackets
 * @param port as it is connected to
 * @param target path and query, as they are sent
 */
record Destination(boolean tls, String host, int port, String target) {
    /** Why a URL is no destination, in words that are fit to be read. */
    static final class Unfit extends Exception {
        Unfit(String why) {
            super(why, null, false, false);
        }
    }

    private static final int MAX_LENGTH = 1000;
    private static final int MAX_HOST_LENGTH = 253;
    private static final int HTTPS = 443;
    private static final int HTTP = 80;
    private static final int MAX_PORT = 65_535;

    /** Visible ASCII but what a URL must escape: backslashes and the like are read differently by different readers. */
    private static final Pattern CHARACTERS = Pattern.compile("(?:[!#$&-;=?-\\[\\]_a-zA-Z~]|%[0-9a-fA-F]{2})+");

    private static final Pattern URL = Pattern.compile("(?i)(https?)://([^/?#]*)(/[^?#]*)?(\\?[^#]*)?(#.*)?");
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\[\\]]*]|[^\\[\\]:@]+)(?::(\\d{1,5}))?");

    private static final Pattern NAME =
            Pattern.compile("(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    /** Four decimal numbers without leading zeros: anything else is a number to some and a name to others. */
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)");

    private static final Pattern ENDS_IN_A_NUMBER = Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)\\.?");
    private static final Pattern LEADING_ZERO = Pattern.compile("(?:.*\\.)?0\\d.*");

    /** Names that are never those of a server on the internet (RFC 6761, RFC 6762, RFC 8375, RFC 9476). */
    private static final Set<String> SPECIAL = Set.of(
            "localhost",
            "localdomain",
            "local",
            "internal",
            "intranet",
            "lan",
            "home",
            "corp",
            "private",
            "arpa",
            "invalid",
            "test",
            "onion",
            "alt",
            "svc");

    /**
     * @param rules what is allowed
     * @throws Unfit with what is wrong with it
     */
    static Destination of(String url, Rules rules) throws Unfit {
        if (url.length() > MAX_LENGTH || !CHARACTERS.matcher(url).matches()) {
            throw new Unfit("must have at most " + MAX_LENGTH
                    + " characters, in ASCII and escaped where needed; names in other scripts as xn--");
        }
        Matcher whole = URL.matcher(url);
        if (!whole.matches()) {
            throw new Unfit("must be an absolute https URL");
        }
        boolean tls = whole.group(1).equalsIgnoreCase("https");
        if (!tls && !rules.plainHttp()) {
            throw new Unfit("must be https");
        }
        if (whole.group(5) != null) {
            throw new Unfit("must have no fragment");
        }
        if (whole.group(2).indexOf('@') >= 0) {
            throw new Unfit("must not name a user");
        }
        Matcher authority = AUTHORITY.matcher(whole.group(2));
        if (!authority.matches()) {
            throw new Unfit("must have a host, perhaps with a port");
        }
        int port = authority.group(2) != null ? Integer.parseInt(authority.group(2)) : tls ? HTTPS : HTTP;
        if (port < 1
                || port > MAX_PORT
                || !rules.ports().isEmpty() && !rules.ports().contains(port)) {
            throw new Unfit(
                    rules.ports().isEmpty()
                            ? "must have a port that exists"
                            : "must have one of the ports " + rules.ports());
        }
        String path = whole.group(3) == null ? "/" : whole.group(3);
        String target = whole.group(4) == null ? path : path + whole.group(4);
        return new Destination(tls, host(authority.group(1).toLowerCase(Locale.ROOT), rules), port, target);
    }

    private static String host(String host, Rules rules) throws Unfit {
        if (host.startsWith("[")) {
            return literal6(host, rules);
        }
        if (ENDS_IN_A_NUMBER.matcher(host).matches()) {
            return literal4(host, rules);
        }
        if (host.length() > MAX_HOST_LENGTH || !NAME.matcher(host).matches()) {
            throw new Unfit("must have a host name of letters, digits and hyphens, without a dot at its end");
        }
        String top = host.substring(host.lastIndexOf('.') + 1);
        if (!rules.privateAddresses() && (top.length() == host.length() || SPECIAL.contains(top))) {
            throw new Unfit("must have a host on the internet");
        }
        return host;
    }

    private static String literal4(String host, Rules rules) throws Unfit {
        if (!IPV4.matcher(host).matches() || LEADING_ZERO.matcher(host).matches()) {
            throw new Unfit("must have an IPv4 address as four decimal numbers, or a name");
        }
        return allowed(host, Literals.ipv4(host), rules);
    }

    private static String literal6(String host, Rules rules) throws Unfit {
        String inner = host.substring(1, host.length() - 1);
        if (inner.indexOf('%') >= 0 || inner.indexOf('.') >= 0) {
            throw new Unfit("must have an IPv6 address without zone and without an IPv4 address in it");
        }
        if (!NetUtil.isValidIpV6Address(inner)) {
            throw new Unfit("must have an IPv6 address between its brackets");
        }
        return allowed(inner, Literals.ipv6(inner), rules);
    }

    private static String allowed(String host, InetAddress address, Rules rules) throws Unfit {
        if (!rules.privateAddresses() && !Address.isPublic(address)) {
            throw new Unfit("must have an address on the internet");
        }
        return host;
    }

    /** The address that the host is; null where it is a name. */
    InetAddress literal() {
        if (host.indexOf(':') >= 0) {
            return Literals.ipv6(host);
        }
        return IPV4.matcher(host).matches() ? Literals.ipv4(host) : null;
    }

    /**
     * What destinations are allowed.
     *
     * @param ports empty: any
     */
    record Rules(boolean plainHttp, boolean privateAddresses, Set<Integer> ports) {}
}
