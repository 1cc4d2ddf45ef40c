package dev.espalier.transport;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.Transport.Connection;
import dev.espalier.route.Transport.ConnectionHandler;
import dev.espalier.route.Transport.Endpoint;
import dev.espalier.route.Transport.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection: between a protocol's handler and Netty's channel.
 *
 * <p>Ending is where the care is. A socket that is closed while octets from the peer are unread makes the kernel send a reset, and
 * the reset overtakes a NOTIFICATION that the peer has not read yet. So {@link #close} sends what waits, then says that no more
 * will come (FIN), and reads and throws away what the peer still sends until it closes too, for a second at most. What the peer has not
 * acknowledged by then, it will not be told: it hears a reset.
 *
 * <p>Owned by the connection's loop.
 */
final class TcpConnection extends ChannelInboundHandlerAdapter implements Connection, Outbox.Owner {

    private static final long LINGER_MILLIS = 1000;
    /** Of the states in linux/tcp_states.h: our FIN is acknowledged, the peer's has not come. */
    private static final int TCP_FIN_WAIT2 = 5;

    private final EpollSocketChannel channel;
    private final ConnectionHandler handler;
    private final Faults faults;
    private final int minimumTtl;
    private final Outbox outbox;
    private final Inbox inbox;
    private final Consumer<ByteBuffer> reader;
    private final Endpoint remote;
    private @Nullable Endpoint local;

    private Phase phase = Phase.OPENING;
    private boolean reading = true;
    private @Nullable String reason;
    private @Nullable ScheduledFuture<?> lingering;

    private enum Phase {
        /** The handler has not heard of the connection. */
        OPENING,
        OPEN,
        /** {@link #close} was called; what the peer sends is thrown away. */
        CLOSING,
        /** The handler has heard the last. */
        CLOSED
    }

    /** @param minimumTtl what the kernel shall check from the moment of opening; 0 for nothing */
    TcpConnection(
            EpollSocketChannel channel, Endpoint remote, ConnectionHandler handler, int minimumTtl, Faults faults) {
        this.channel = channel;
        this.remote = remote;
        this.handler = handler;
        this.minimumTtl = minimumTtl;
        this.faults = faults;
        this.outbox = new Outbox(channel, this);
        this.inbox = new Inbox(channel.alloc());
        this.reader = octets -> handler.received(this, octets);
    }

    /** Tells the handler that there will be no connection. */
    void notOpened(@Nullable String why) {
        finish(why);
        IoThreads.close(channel);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (phase != Phase.OPENING) {
            return;
        }
        local = Addresses.fromJava(channel.localAddress());
        if (minimumTtl > 0 && !secureTtl()) {
            return;
        }
        phase = Phase.OPEN;
        guarded(() -> handler.opened(this));
        // Netty starts to read when this returns, unless the handler has said that it does not want to.
    }

    /**
     * Only now, and not before connecting: the peer's listener may answer with its default TTL, as BIRD's does, and that
     * answer must get through.
     */
    private boolean secureTtl() {
        try {
            SocketOptions.minimumTtl(channel, family(), minimumTtl);
            return true;
        } catch (TransportException refused) {
            notOpened(refused.getMessage());
            return false;
        }
    }

    private AddressFamily family() {
        return remote.address().family();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf octets = (ByteBuf) message;
        if (phase != Phase.OPEN) {
            octets.release();
        } else if (reading) {
            guarded(() -> inbox.take(octets, reader));
            checkInbox();
        } else {
            inbox.add(octets); // read before the kernel was told to stop
        }
    }

    private void checkInbox() {
        if (inbox.size() > Inbox.LIMIT) {
            end("this side left more than " + Inbox.LIMIT + " octets from " + name() + " unread");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        finish(reason);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        if (failure instanceof IOException) {
            broken(failure);
        } else {
            faults.report("the connection to " + name(), failure);
            end("a fault in this program ended the connection to " + name());
        }
    }

    private void broken(Throwable failure) {
        // A peer that resets while we close has what it needs: that is an orderly end.
        if (reason == null && phase == Phase.OPEN) {
            reason = KernelErrors.broken(name(), failure);
        }
        IoThreads.close(channel);
    }

    private void finish(@Nullable String why) {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        inbox.clear();
        outbox.clear();
        if (lingering != null) {
            lingering.cancel(false);
        }
        faults.guard("the handler of the connection to " + name(), () -> handler.closed(why));
    }

    private void guarded(Runnable callback) {
        if (!faults.guard("the handler of the connection to " + name(), callback)) {
            end("a fault in this program ended the connection to " + name());
        }
    }

    private String name() {
        return remote.address() + " port " + remote.port();
    }

    @Override
    public Endpoint local() {
        if (local == null) {
            throw new IllegalStateException("the connection is not open yet");
        }
        return local;
    }

    @Override
    public Endpoint remote() {
        return remote;
    }

    @Override
    public void write(byte[] octets) {
        if (phase == Phase.OPEN) {
            outbox.add(octets);
        }
    }

    @Override
    public int pendingOctets() {
        return (int) Math.min(Integer.MAX_VALUE, outbox.pending());
    }

    @Override
    public boolean writable() {
        return phase == Phase.OPEN && outbox.writable();
    }

    @Override
    public void reading(boolean wanted) {
        if (phase != Phase.OPEN || reading == wanted) {
            return;
        }
        reading = wanted;
        channel.config().setAutoRead(wanted);
        if (wanted && inbox.size() > 0) {
            // The handler may have stopped in the middle of what it was shown; nothing new need ever arrive.
            channel.eventLoop().execute(this::offerAgain);
        }
    }

    private void offerAgain() {
        if (phase == Phase.OPEN && reading) {
            guarded(() -> inbox.offer(reader));
        }
    }

    @Override
    public void close() {
        if (phase != Phase.OPEN) {
            return;
        }
        phase = Phase.CLOSING;
        inbox.clear();
        channel.config().setAutoRead(true);
        lingering = channel.eventLoop().schedule(this::giveUp, LINGER_MILLIS, TimeUnit.MILLISECONDS);
        if (outbox.pending() == 0) {
            drained();
        }
    }

    /** {@link #close} for a thread that is not the loop. */
    void closeFromElsewhere() {
        channel.eventLoop().execute(this::close);
    }

    private void giveUp() {
        if (outbox.pending() > 0) {
            end(name() + " did not take the last " + outbox.pending() + " octets within a second");
        } else if (isAcknowledged()) {
            IoThreads.close(channel);
        } else {
            end(name() + " did not acknowledge the last octets within a second");
        }
    }

    /**
     * Whether the peer's kernel has all that we sent, and our FIN. When its acknowledgements do not arrive (TTL security drops
     * them, for instance), ours repeats the oldest segment for minutes and sends nothing behind it. A reset is sent at once, so
     * that the peer does not keep a session of which nothing is left here.
     */
    private boolean isAcknowledged() {
        return channel.tcpInfo().state() == TCP_FIN_WAIT2;
    }

    @Override
    public void abort() {
        end("reset by this side");
    }

    private void end(String why) {
        if (phase == Phase.CLOSED || phase == Phase.OPENING) {
            return;
        }
        if (reason == null) {
            reason = why;
        }
        phase = Phase.CLOSING;
        inbox.clear();
        outbox.clear();
        channel.config().setSoLinger(0); // close() then sends a reset
        IoThreads.close(channel);
    }

    @Override
    public void writableAgain() {
        if (phase == Phase.OPEN) {
            guarded(() -> handler.writable(this));
        }
    }

    @Override
    public void drained() {
        if (phase == Phase.CLOSING && channel.isActive()) {
            Future<?> shut = channel.shutdownOutput();
            shut.addListener(done -> {
                if (!done.isSuccess()) {
                    IoThreads.close(channel); // the peer has reset the connection in the meantime
                }
            });
        }
    }

    @Override
    public void failed(Throwable failure) {
        // A channel that was closed from elsewhere fails what waits, too; that one has its own reason.
        if (failure instanceof ClosedChannelException) {
            return;
        }
        broken(failure);
    }
}
