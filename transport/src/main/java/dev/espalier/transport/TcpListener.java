package dev.espalier.transport;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Event;
import dev.espalier.route.EventSink;
import dev.espalier.route.Secret;
import dev.espalier.route.Transport.Acceptance;
import dev.espalier.route.Transport.Acceptor;
import dev.espalier.route.Transport.Endpoint;
import dev.espalier.route.Transport.Listener;
import dev.espalier.route.Transport.TransportException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A listening socket, and what happens to those who come. */
final class TcpListener extends ChannelInboundHandlerAdapter implements Listener {

    /** How long to wait when the process has no file descriptor left for another connection. */
    private static final long PAUSE_MILLIS = 1000;

    private final EpollServerSocketChannel channel;
    private final AddressFamily family;
    private final Acceptor acceptor;
    private final NettyTransport transport;
    private final EventSink events;
    private final Faults faults;

    /** The blocks that have a key; guarded by this, as is the use of the socket's number, which a close could give to another. */
    private final Set<IpPrefix> secured = new HashSet<>();

    private boolean closed;

    TcpListener(
            EpollServerSocketChannel channel,
            AddressFamily family,
            Acceptor acceptor,
            NettyTransport transport,
            EventSink events) {
        this.channel = channel;
        this.family = family;
        this.acceptor = acceptor;
        this.transport = transport;
        this.events = events;
        this.faults = new Faults(events);
    }

    @Override
    public int port() {
        return channel.localAddress().getPort();
    }

    @Override
    public synchronized void password(IpPrefix peers, @Nullable Secret password) {
        if (closed) {
            throw new TransportException("the listener is closed; no password can be set for " + peers, null);
        }
        if (peers.family() != family) {
            throw new TransportException(
                    "the listener is for " + family + "; a password for " + peers + " belongs on another", null);
        }
        if (password == null && !secured.contains(peers)) {
            return;
        }
        SocketOptions.password(channel, peers, password);
        if (password == null) {
            secured.remove(peers);
        } else {
            secured.add(peers);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            transport.forget(this);
            // Waits, so that the port is free again when this returns; on the loop itself it is already done.
            ChannelFuture done = channel.close();
            if (!channel.eventLoop().inEventLoop()) {
                done.awaitUninterruptibly(PAUSE_MILLIS);
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        EpollSocketChannel accepted = (EpollSocketChannel) message;
        if (!faults.guard("accepting a connection", () -> accept(accepted))) {
            accepted.unsafe().closeForcibly();
        }
    }

    private void accept(EpollSocketChannel accepted) {
        Endpoint remote = Addresses.fromJava(accepted.remoteAddress());
        Acceptance acceptance = acceptor.accept(remote, Addresses.fromJava(accepted.localAddress()));
        if (acceptance == null) {
            accepted.unsafe().closeForcibly();
            return;
        }
        NettyLoop home = transport.own(acceptance.loop());
        String refusal = prepare(accepted, acceptance);
        if (refusal != null) {
            accepted.unsafe().closeForcibly();
            home.execute(() -> acceptance.handler().closed(refusal));
            return;
        }
        // In its own turn also when the home is this very loop: what the acceptor has asked of it comes first.
        home.execute(() -> transport.adopt(accepted, home, remote, acceptance.handler(), acceptance.minimumTtl()));
    }

    /** Sets what must be in force before the first octet is read; returns why the connection cannot be, or null. */
    private @Nullable String prepare(EpollSocketChannel accepted, Acceptance acceptance) {
        try {
            SocketOptions.ttl(accepted, family, acceptance.ttl());
            if (acceptance.minimumTtl() > 0) {
                SocketOptions.minimumTtl(accepted, family, acceptance.minimumTtl());
                int arrived = SocketOptions.arrivalTtl(accepted, family);
                if (arrived < acceptance.minimumTtl()) {
                    return "TTL security: the peer's packets arrive with a TTL of " + arrived + ", not "
                            + acceptance.minimumTtl() + " or more (RFC 5082)";
                }
            }
            return null;
        } catch (TransportException refused) {
            return refused.getMessage();
        }
    }

    /** Accepting fails when the process or the host runs out of file descriptors; trying again at once would only spin. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        events.accept(new Event(
                Event.Severity.ERROR,
                "transport.accept.failed",
                "default",
                "port " + port(),
                "Cannot accept a connection on port " + port() + ": " + KernelErrors.text(failure)
                        + ". Trying again in a second; raise the limit of open files (LimitNOFILE) if this goes on."));
        channel.config().setAutoRead(false);
        IoThreads.later(channel, PAUSE_MILLIS, () -> channel.config().setAutoRead(true));
    }
}
