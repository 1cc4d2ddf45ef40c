package dev.espalier.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: gathers requests and has them answered one after the other, in their order (RFC 9112 section 9.3.2),
 * each on a virtual thread. While one is being answered nothing more is read, so a client that pipelines waits.
 *
 * <p>Owned by the channel's loop; only {@link HttpExchange} leaves it.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {

    private static final long LINGER_MILLIS = 1000;

    private final Channel channel;
    private final HttpHandler handler;
    private final int peerUid;
    private final Faults faults;

    private final ArrayDeque<HttpExchange> waiting = new ArrayDeque<>();
    private boolean busy;
    /** No further request is taken: this connection ends with the response on its way. */
    private boolean ending;

    private io.netty.handler.codec.http.@Nullable HttpRequest head;
    private ByteArrayOutputStream body = new ByteArrayOutputStream(0);

    HttpConnection(Channel channel, HttpHandler handler, int peerUid, Faults faults) {
        this.channel = channel;
        this.handler = handler;
        this.peerUid = peerUid;
        this.faults = faults;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (ending) {
                return; // what still comes is read so that no reset overtakes our answer, and thrown away
            }
            HttpObject part = (HttpObject) message;
            if (part.decoderResult().isFailure()) {
                malformed(part.decoderResult().cause());
                return;
            }
            if (part instanceof io.netty.handler.codec.http.HttpRequest start) {
                begin(start);
            }
            if (part instanceof HttpContent content && !ending) {
                gather(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void malformed(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            refuse(HttpExchange.problem(414, "The request line is too long."));
        } else if (cause instanceof TooLongHttpHeaderException) {
            refuse(HttpExchange.problem(431, "The headers of the request are too long."));
        } else {
            refuse(HttpExchange.problem(400, "The request is not HTTP/1.1 as RFC 9112 has it."));
        }
    }

    private void begin(io.netty.handler.codec.http.HttpRequest start) {
        head = start;
        body = new ByteArrayOutputStream(0);
        long length;
        try {
            length = HttpUtil.getContentLength(start, 0L);
        } catch (NumberFormatException notANumber) {
            malformed(notANumber);
            return;
        }
        if (length > HttpServer.BODY_LIMIT) {
            tooLarge();
        } else if (HttpUtil.is100ContinueExpected(start) && !busy && waiting.isEmpty()) {
            IoThreads.write(channel, HttpExchange.goOn());
            channel.flush();
        }
    }

    private void gather(HttpContent content) {
        int length = content.content().readableBytes();
        if (body.size() + length > HttpServer.BODY_LIMIT) {
            tooLarge();
            return;
        }
        try {
            content.content().readBytes(body, length);
        } catch (IOException impossible) {
            throw new AssertionError("an array does no input or output", impossible);
        }
        if (content instanceof LastHttpContent && head != null) {
            HttpExchange exchange = HttpExchange.of(this, channel, head, body.toByteArray(), peerUid, faults);
            head = null;
            body = new ByteArrayOutputStream(0);
            if (exchange == null) {
                malformed(new IllegalArgumentException("the target is not percent-encoded"));
                return;
            }
            waiting.add(exchange);
            channel.config().setAutoRead(false);
            next();
        }
    }

    private void tooLarge() {
        refuse(HttpExchange.problem(
                413, "The body of the request is larger than " + (HttpServer.BODY_LIMIT >> 20) + " MiB."));
    }

    /** Answers for the handler, after the requests before, and ends the connection. */
    private void refuse(HttpResponse response) {
        ending = true;
        head = null;
        waiting.add(HttpExchange.refused(this, channel, response, faults));
        next();
    }

    private void next() {
        if (busy) {
            return;
        }
        HttpExchange exchange = waiting.poll();
        if (exchange == null) {
            channel.config().setAutoRead(true);
            return;
        }
        busy = true;
        Thread.ofVirtual().name("http").start(() -> exchange.answer(handler));
    }

    /** A response is complete. On the loop. */
    void answered(boolean keepAlive) {
        busy = false;
        if (keepAlive) {
            next();
        } else {
            ending = true;
            waiting.clear();
            linger();
        }
    }

    private void linger() {
        if (!channel.isActive()) {
            return;
        }
        channel.config().setAutoRead(true);
        Future<?> shut = ((DuplexChannel) channel).shutdownOutput();
        shut.addListener(done -> {
            if (!done.isSuccess()) {
                IoThreads.close(channel);
            }
        });
        ScheduledFuture<?> patience =
                channel.eventLoop().schedule(() -> IoThreads.close(channel), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(done -> patience.cancel(false));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent && !busy) {
            IoThreads.close(channel);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        if (!(failure instanceof IOException)) {
            faults.report("an HTTP connection", failure);
        }
        IoThreads.close(channel);
    }
}
