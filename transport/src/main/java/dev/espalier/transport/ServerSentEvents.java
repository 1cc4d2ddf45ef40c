package dev.espalier.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Server-sent events on a channel. The events that wait for a slow client are counted in octets; the count is the only state that
 * threads share.
 */
final class ServerSentEvents implements EventStream {

    /** Octets that may wait for one client; some thousands of events. */
    static final int LIMIT = 1024 * 1024;

    /** How long a dropped client has to read what was on its way. */
    private static final long FAREWELL_SECONDS = 5;

    /** A comment now and then tells a client that the agent still lives, and us when a client does not. */
    private static final long COMMENT_SECONDS = 15;

    private final Channel channel;
    private final Faults faults;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();

    ServerSentEvents(Channel channel, Faults faults) {
        this.channel = channel;
        this.faults = faults;
        ScheduledFuture<?> comments = channel.eventLoop()
                .scheduleAtFixedRate(() -> send(": \n\n"), COMMENT_SECONDS, COMMENT_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(done -> {
            ended.set(true);
            comments.cancel(false);
        });
    }

    @Override
    public boolean send(String event, String data) {
        StringBuilder text = new StringBuilder(data.length() + event.length() + 24);
        text.append("event: ").append(event).append('\n');
        data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
        if (data.isEmpty()) {
            text.append("data\n"); // an event without data would not be dispatched
        }
        return send(text.append('\n').toString());
    }

    private boolean send(String text) {
        if (ended.get()) {
            return false;
        }
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        if (waiting.addAndGet(octets.length) > LIMIT) {
            end(": dropped, because the client reads too slowly; connect again for the present state\n\n");
            return false;
        }
        ChannelFuture outcome = channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(octets)));
        outcome.addListener(done -> waiting.addAndGet(-octets.length));
        return true;
    }

    @Override
    public void onClose(Runnable task) {
        channel.closeFuture().addListener(done -> faults.guard("the end of a stream of events", task));
    }

    @Override
    public void close() {
        end("");
    }

    private void end(String comment) {
        if (ended.getAndSet(true)) {
            return;
        }
        if (!comment.isEmpty()) {
            byte[] octets = comment.getBytes(StandardCharsets.UTF_8);
            IoThreads.write(channel, new DefaultHttpContent(Unpooled.wrappedBuffer(octets)));
        }
        ChannelFuture last = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        last.addListener(done -> IoThreads.close(channel));
        ScheduledFuture<?> farewell =
                channel.eventLoop().schedule(() -> IoThreads.close(channel), FAREWELL_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(done -> farewell.cancel(false));
    }
}
