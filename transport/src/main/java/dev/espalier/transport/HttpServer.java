package dev.espalier.transport;

import dev.espalier.route.EventSink;
import dev.espalier.route.Transport.TransportException;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * A small HTTP/1.1 server (RFC 9112) for the agent's API, on Unix sockets and TCP, with one I/O thread of its own so that it
 * never delays a protocol. Requests are answered on virtual threads. There is no TLS: the API is for this host.
 *
 * <p>Any thread may call the methods of this class.
 */
public final class HttpServer implements AutoCloseable {

    /** The largest body of a request, in octets; larger ones are answered with 413. */
    public static final int BODY_LIMIT = 16 * 1024 * 1024;

    private static final int BACKLOG = 1024;
    private static final long IDLE_SECONDS = 60;
    private static final long PAUSE_MILLIS = 1000;

    private final HttpHandler handler;
    private final Faults faults;
    private final EventLoopGroup group = IoThreads.start(1, "espalier-http");
    private final ByteBufAllocator allocator = Memory.allocator();
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();
    private final List<SocketFile> files = new CopyOnWriteArrayList<>();

    /**
     * A server that does not listen yet.
     *
     * @param handler answers all requests
     * @param events hears of faults in the handler
     */
    public HttpServer(HttpHandler handler, EventSink events) {
        this.handler = handler;
        this.faults = new Faults(events);
    }

    /**
     * Listens on a Unix socket. A socket file that a dead daemon has left is replaced.
     *
     * @param permissions who may connect; in force before anybody can
     * @throws TransportException when another daemon answers there, or the file cannot be made
     */
    public void listen(UnixDomainSocketAddress address, Set<PosixFilePermission> permissions) {
        Path path = address.getPath();
        SocketFile.clear(path);
        EpollServerDomainSocketChannel channel = new EpollServerDomainSocketChannel();
        prepare(channel);
        try {
            SocketFile.restrict(channel.fd().intValue());
            IoThreads.await(group.register(channel));
            IoThreads.await(channel.bind(new DomainSocketAddress(path.toString())));
            listeners.add(channel);
            files.add(SocketFile.open(path, permissions));
        } catch (IoThreads.Failed failed) {
            IoThreads.close(channel);
            throw new TransportException(
                    "cannot listen on " + path + ": " + KernelErrors.text(failed.getCause()), failed.getCause());
        } catch (IOException refused) {
            IoThreads.close(channel);
            throw new TransportException(
                    "cannot set the permissions of " + path + ": " + refused.getMessage(), refused);
        }
    }

    /**
     * Listens on TCP; only a loopback address makes sense while there is no TLS.
     *
     * @param address the port 0 means any free one
     * @return the port
     * @throws TransportException when the kernel refuses
     */
    public int listen(InetSocketAddress address) {
        EpollServerSocketChannel channel = new EpollServerSocketChannel();
        prepare(channel);
        channel.config().setReuseAddress(true).setBacklog(BACKLOG);
        try {
            IoThreads.await(group.register(channel));
            IoThreads.await(channel.bind(address));
        } catch (IoThreads.Failed failed) {
            IoThreads.close(channel);
            throw new TransportException(
                    "cannot listen for HTTP on " + address + ": " + KernelErrors.text(failed.getCause()),
                    failed.getCause());
        }
        listeners.add(channel);
        return channel.localAddress().getPort();
    }

    private void prepare(ServerChannel channel) {
        channel.config().setAllocator(allocator);
        channel.pipeline().addLast(new Accepting());
    }

    /** Stops listening, ends all connections, and removes the socket files that are still ours. */
    @Override
    public void close() {
        files.forEach(SocketFile::remove);
        listeners.forEach(IoThreads::close);
        IoThreads.stop(group);
    }

    private final class Accepting extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            Channel accepted = (Channel) message;
            accepted.config().setAllocator(allocator);
            accepted.pipeline()
                    .addLast(
                            new IdleStateHandler(IDLE_SECONDS, 0, 0, TimeUnit.SECONDS),
                            new HttpRequestDecoder(),
                            new HttpResponseEncoder(),
                            new HttpConnection(accepted, handler, uid(accepted), faults));
            group.register(accepted).addListener(done -> {
                if (!done.isSuccess()) {
                    accepted.unsafe().closeForcibly(); // the server is being closed
                }
            });
        }

        /** Out of file descriptors, most likely: the transport says so more loudly; here it is enough not to spin. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            faults.report("accepting an HTTP connection", failure);
            Channel listener = context.channel();
            listener.config().setAutoRead(false);
            IoThreads.later(listener, PAUSE_MILLIS, () -> listener.config().setAutoRead(true));
        }

        private int uid(Channel accepted) {
            if (!(accepted instanceof EpollDomainSocketChannel unix)) {
                return -1;
            }
            try {
                return unix.peerCredentials().uid();
            } catch (IOException gone) {
                return -1; // the client has closed already; nobody will read what it may
            }
        }
    }
}
