package dev.espalier.transport;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.EventSink;
import dev.espalier.route.Loop;
import dev.espalier.route.Transport;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * TCP by Netty's native epoll, on a few loops (threads) of its own.
 *
 * <p>One loop carries hundreds of sessions: reading from the kernel is far from being the bottleneck, and the other cores belong
 * to the routing tables. Connections that must see each other are placed on the same loop by their owner.
 *
 * <p>Any thread may call the methods of this class.
 */
public final class NettyTransport implements Transport, AutoCloseable {

    /** How long a connect may take; after that the handler hears that there was no answer. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /**
     * How many connections may wait to be accepted (the kernel caps it at {@code net.core.somaxconn}). When a reflector returns,
     * all its clients come at the same moment; BIRD's eight was seen to turn them away.
     */
    private static final int BACKLOG = 4096;

    /** Long enough for every connection to send its last message; see {@link TcpConnection}. */
    private static final Duration CLOSING = Duration.ofMillis(1200);

    /** The largest TTL; see {@link #listen}. */
    private static final int MAXIMUM_TTL = 255;

    private final EventLoopGroup group;
    private final List<NettyLoop> loops = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final ByteBufAllocator allocator = Memory.allocator();
    private final EventSink events;
    private final Faults faults;
    private final Set<TcpListener> listeners = ConcurrentHashMap.newKeySet();
    private final Set<TcpConnection> connections = ConcurrentHashMap.newKeySet();

    /** A transport with one loop. */
    public NettyTransport(EventSink events) {
        this(1, events);
    }

    /**
     * A transport with its threads running.
     *
     * @param loops how many threads, 1 or more
     * @param events hears of faults, and of connections that could not be accepted
     */
    public NettyTransport(int loops, EventSink events) {
        this.events = events;
        this.faults = new Faults(events);
        this.group = IoThreads.start(loops, "espalier-tcp");
        group.forEach(executor -> this.loops.add(new NettyLoop((EventLoop) executor, events)));
    }

    /** The next loop in turn. */
    @Override
    public Loop loop() {
        return next();
    }

    private NettyLoop next() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    /** The loop of ours that somebody hands back. */
    NettyLoop own(Loop loop) {
        if (loop instanceof NettyLoop home && loops.contains(home)) {
            return home;
        }
        throw new IllegalArgumentException(loop + " is not a loop of this transport");
    }

    @Override
    public Listener listen(ListenOptions options, Acceptor acceptor) {
        AddressFamily family = options.address().family();
        EpollServerSocketChannel channel = new EpollServerSocketChannel(Addresses.family(options.address()));
        TcpListener listener = new TcpListener(channel, family, acceptor, this, events);
        try {
            channel.config().setReuseAddress(true).setBacklog(BACKLOG).setAllocator(allocator);
            if (family == AddressFamily.IPV6) {
                SocketOptions.onlyIpv6(channel);
            }
            if (options.link() != null) {
                Addresses.index(options.link());
                SocketOptions.link(channel, options.link());
            }
            // The answer to a peer's first packet already needs the full TTL: a peer with TTL security drops all
            // others.
            SocketOptions.ttl(channel, family, MAXIMUM_TTL);
            SocketOptions.saveSyn(channel);
            channel.pipeline().addLast(listener);
            InetSocketAddress address = Addresses.toJava(options.address(), options.port(), options.link());
            IoThreads.await(here().register(channel));
            IoThreads.await(channel.bind(address));
            listeners.add(listener);
            return listener;
        } catch (TransportException refused) {
            IoThreads.close(channel);
            throw refused;
        } catch (IoThreads.Failed failed) {
            IoThreads.close(channel);
            throw new TransportException(KernelErrors.listening(options, failed.getCause()), failed.getCause());
        }
    }

    /** The caller's own loop if it is on one: waiting for another from there could end in both waiting for each other. */
    private EventLoop here() {
        for (NettyLoop loop : loops) {
            if (loop.inLoop()) {
                return loop.eventLoop();
            }
        }
        return loops.getFirst().eventLoop();
    }

    @Override
    public void connect(ConnectOptions options, Loop loop, ConnectionHandler handler) {
        NettyLoop home = own(loop);
        home.execute(() -> connectOn(home, options, handler));
    }

    private void connectOn(NettyLoop home, ConnectOptions options, ConnectionHandler handler) {
        EpollSocketChannel channel = new EpollSocketChannel(Addresses.family(options.remote()));
        InetSocketAddress remote;
        InetSocketAddress source;
        try {
            remote = Addresses.toJava(options.remote(), options.port(), options.link());
            source = options.source() == null ? null : Addresses.toJava(options.source(), 0, options.link());
            prepare(channel, options);
        } catch (TransportException refused) {
            channel.unsafe().closeForcibly();
            handler.closed(refused.getMessage());
            return;
        }
        TcpConnection connection = adopt(channel, home, Addresses.fromJava(remote), handler, options.minimumTtl());
        ChannelFuture outcome = channel.connect(remote, source);
        outcome.addListener(done -> {
            if (!done.isSuccess()) {
                connection.notOpened(KernelErrors.connecting(
                        options.remote() + " port " + options.port(), name(options.source()), done.cause()));
            }
        });
    }

    private static String name(@Nullable IpAddress source) {
        return source == null ? "any address" : source.toString();
    }

    private static void prepare(EpollSocketChannel channel, ConnectOptions options) {
        if (options.link() != null) {
            Addresses.index(options.link());
            SocketOptions.link(channel, options.link());
        }
        SocketOptions.ttl(channel, options.remote().family(), options.ttl());
        if (options.password() != null) {
            SocketOptions.password(channel, options.remote().toPrefix(), options.password());
        }
        channel.config().setReuseAddress(true);
        channel.config().setConnectTimeoutMillis((int) CONNECT_TIMEOUT.toMillis());
    }

    /** Gives a channel its connection and a home. */
    TcpConnection adopt(
            EpollSocketChannel channel, NettyLoop home, Endpoint remote, ConnectionHandler handler, int minimumTtl) {
        channel.config().setAllocator(allocator).setOption(ChannelOption.TCP_NODELAY, true);
        TcpConnection connection = new TcpConnection(channel, remote, handler, minimumTtl, faults);
        channel.pipeline().addLast(connection);
        connections.add(connection);
        channel.closeFuture().addListener(done -> connections.remove(connection));
        ChannelFuture registered = home.eventLoop().register(channel);
        registered.addListener(done -> {
            if (!done.isSuccess()) {
                channel.unsafe().closeForcibly(); // the transport is being closed
            }
        });
        return connection;
    }

    void forget(TcpListener listener) {
        listeners.remove(listener);
    }

    /**
     * Stops listening, closes every connection in an orderly way, and ends the loops. Returns after a second or so. Not to be
     * called on one of the loops.
     */
    @Override
    public void close() {
        listeners.forEach(TcpListener::close);
        connections.forEach(TcpConnection::closeFromElsewhere);
        long deadline = System.nanoTime() + CLOSING.toNanos();
        while (!connections.isEmpty()
                && System.nanoTime() < deadline
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        IoThreads.stop(group);
    }
}
