package org.paywitness.webhook;

import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What names lead to. The JVM's resolver blocks, and Quarkus has Vert.x use that one; here a server of names that is slow
 * keeps nobody else waiting. No search domains: a name means the same within a cluster as outside.
 */
final class Names implements AutoCloseable {
    private final Vertx vertx;
    private final Duration patience;
    private final DnsServerAddressStreamProvider servers;
    private NioEventLoopGroup loop;
    private DnsNameResolver resolver;

    /** With the servers of this machine. */
    Names(Vertx vertx, Duration patience) {
        this(vertx, patience, null);
    }

    /** @param servers null: those of this machine */
    Names(Vertx vertx, Duration patience, DnsServerAddressStreamProvider servers) {
        this.vertx = vertx;
        this.patience = patience;
        this.servers = servers;
    }

    // A process that sends nothing needs none of it.
    private synchronized DnsNameResolver resolver() {
        if (resolver == null) {
            loop = new NioEventLoopGroup(1, new DefaultThreadFactory("webhook-names", true));
            resolver = new DnsNameResolverBuilder(loop.next())
                    .datagramChannelType(NioDatagramChannel.class)
                    .socketChannelType(NioSocketChannel.class)
                    .nameServerProvider(servers == null ? DnsServerAddressStreamProviders.platformDefault() : servers)
                    .resolvedAddressTypes(ResolvedAddressTypes.IPV4_PREFERRED)
                    .searchDomains(List.of())
                    .ndots(1)
                    .queryTimeoutMillis(Math.max(1, patience.toMillis() / 2))
                    .build();
        }
        return resolver;
    }

    /** All addresses of a name. Fails where there are none. */
    Future<List<InetAddress>> addresses(String host) {
        // Back to whoever asks: what follows must not run on the resolver's thread.
        var context = vertx.getOrCreateContext();
        Promise<List<InetAddress>> found = Promise.promise();
        resolver()
                .resolveAll(host)
                .addListener(done -> context.runOnContext(back -> {
                    if (done.isSuccess()) {
                        @SuppressWarnings("unchecked")
                        List<InetAddress> all = (List<InetAddress>) done.getNow();
                        found.complete(all);
                    } else {
                        found.fail(done.cause());
                    }
                }));
        return found.future();
    }

    @Override
    public synchronized void close() {
        if (resolver != null) {
            resolver.close();
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
