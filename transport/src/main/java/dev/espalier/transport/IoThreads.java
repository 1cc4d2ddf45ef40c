package dev.espalier.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Starts and stops Netty's threads, and waits for what they do. */
final class IoThreads {

    private static final long STOPPING_MILLIS = 2000;

    /** Of the form of a hardware address. */
    private static final String MACHINE_ID = "02:00:00:00:00:00";

    private IoThreads() {}

    static EventLoopGroup start(int count, String name) {
        nameChannels();
        ThreadFactory threads = Thread.ofPlatform().daemon().name(name + "-", 0).factory();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(count, threads, EpollIoHandler.newFactory());
        // A loop that waits for no time at all looks up every second; one that waits for something does not.
        group.forEach(loop -> {
            ScheduledFuture<?> _ = loop.scheduleWithFixedDelay(() -> {}, 1, 1, TimeUnit.HOURS);
        });
        return group;
    }

    /**
     * Netty puts the host's hardware address into the identifiers of its channels, which nobody here sees. To find one it asks for all
     * links, which takes a while where there are thousands, and warns where none has one.
     */
    private static void nameChannels() {
        if (System.getProperty("io.netty.machineId") == null) {
            System.setProperty("io.netty.machineId", MACHINE_ID);
        }
    }

    static void stop(EventLoopGroup group) {
        group.shutdownGracefully(0, STOPPING_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(STOPPING_MILLIS);
    }

    /** Waits for an outcome. On the outcome's own loop it must be there already, as it is for registering and binding. */
    static void await(ChannelFuture outcome) throws Failed {
        if (!outcome.isDone()) {
            outcome.awaitUninterruptibly();
        }
        if (!outcome.isSuccess()) {
            throw new Failed(outcome.cause());
        }
    }

    /** Closes a channel; there is nothing left to do for whoever hears that it worked or did not. */
    static void close(Channel channel) {
        if (channel.isRegistered()) {
            ChannelFuture _ = channel.close();
        } else {
            channel.unsafe().closeForcibly();
        }
    }

    /** Writes a part of a message whose end has a listener, which hears of a failure of any part. */
    static void write(Channel channel, Object part) {
        ChannelFuture _ = channel.write(part, channel.voidPromise());
    }

    /** Runs a task later, on the channel's loop, whatever happens until then. */
    static void later(Channel channel, long millis, Runnable task) {
        ScheduledFuture<?> _ = channel.eventLoop().schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    /** What the kernel refused, as the cause. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        Failed(Throwable cause) {
            super(cause);
        }

        @Override
        public synchronized Throwable getCause() {
            return Objects.requireNonNull(super.getCause());
        }
    }
}
