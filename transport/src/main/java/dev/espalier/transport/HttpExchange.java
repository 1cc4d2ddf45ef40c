package dev.espalier.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response. Answering happens on the virtual thread of the request; what is written goes to the channel's loop.
 */
final class HttpExchange {

    /** A client that takes nothing for as long is given up. */
    private static final long PATIENCE_MILLIS = 30_000;

    /** RFC 9110 section 5.6.7. */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final HttpConnection connection;
    private final Channel channel;
    private final Faults faults;
    private final boolean keepAlive;
    private final boolean chunks;
    private final boolean headOnly;
    private final @Nullable HttpRequest request;
    private final @Nullable HttpResponse refusal;

    private HttpExchange(
            HttpConnection connection,
            Channel channel,
            Faults faults,
            io.netty.handler.codec.http.@Nullable HttpRequest head,
            @Nullable HttpRequest request,
            @Nullable HttpResponse refusal) {
        this.connection = connection;
        this.channel = channel;
        this.faults = faults;
        this.keepAlive = head != null && HttpUtil.isKeepAlive(head);
        this.chunks = head != null && head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
        this.headOnly = request != null && request.method().equals("HEAD");
        this.request = request;
        this.refusal = refusal;
    }

    /** A complete request; null when its target cannot be decoded. */
    static @Nullable HttpExchange of(
            HttpConnection connection,
            Channel channel,
            io.netty.handler.codec.http.HttpRequest head,
            byte[] body,
            int peerUid,
            Faults faults) {
        HttpRequest request;
        try {
            request = request(head, body, peerUid);
        } catch (IllegalArgumentException notEncoded) {
            return null;
        }
        return new HttpExchange(connection, channel, faults, head, request, null);
    }

    /** A request that cannot be handled; the connection ends with the response. */
    static HttpExchange refused(HttpConnection connection, Channel channel, HttpResponse refusal, Faults faults) {
        return new HttpExchange(connection, channel, faults, null, null, refusal);
    }

    /** An answer about the request itself (RFC 9457). The sentence must not need escaping. */
    static HttpResponse problem(int status, String sentence) {
        String json = "{\"status\":" + status + ",\"title\":\""
                + HttpResponseStatus.valueOf(status).reasonPhrase() + "\",\"detail\":\"" + sentence + "\"}\n";
        return HttpResponse.of(status, "application/problem+json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** 100 Continue. */
    static io.netty.handler.codec.http.FullHttpResponse goOn() {
        return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
    }

    private static HttpRequest request(io.netty.handler.codec.http.HttpRequest head, byte[] body, int peerUid) {
        QueryStringDecoder target = new QueryStringDecoder(head.uri(), StandardCharsets.UTF_8);
        List<String> segments = new ArrayList<>();
        for (String segment : target.rawPath().split("/", -1)) {
            if (!segment.isEmpty()) {
                // A plus is a plus in a path; only a query has it for a space.
                segments.add(QueryStringDecoder.decodeComponent(segment.replace("+", "%2B")));
            }
        }
        Map<String, String> headers = new TreeMap<>();
        head.headers()
                .forEach(header -> headers.merge(
                        header.getKey().toLowerCase(Locale.ROOT),
                        header.getValue(),
                        (first, more) -> first + ", " + more));
        return new HttpRequest(
                head.method().name(),
                target.path(),
                List.copyOf(segments),
                target.parameters(),
                Map.copyOf(headers),
                body,
                peerUid);
    }

    /** Has the handler answer, and sends what it says. */
    void answer(HttpHandler handler) {
        HttpResponse response = refusal;
        if (request != null) {
            response = handle(handler, request);
        }
        if (response == null) {
            throw new AssertionError("an exchange has a request or a refusal");
        }
        switch (response.body()) {
            case HttpResponse.Body.Octets(byte[] octets) -> sendOctets(response, octets);
            case HttpResponse.Body.Streamed(HttpResponse.BodyWriter writer) -> sendStream(response, writer);
            case HttpResponse.Body.Events(HttpResponse.EventSource source) -> sendEvents(response, source);
        }
    }

    /** The top level of every request: also an Error must not leave the client without an answer. */
    private HttpResponse handle(HttpHandler handler, HttpRequest request) {
        try {
            HttpResponse response = handler.handle(request);
            head(response); // fails here rather than half-way when a header is not one
            return response;
        } catch (Throwable fault) {
            faults.report(request.method() + " " + request.path(), fault);
            return problem(500, "A fault in the agent kept it from answering; its events have the details.");
        }
    }

    private HttpHeaders head(HttpResponse response) {
        HttpHeaders headers =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status())).headers();
        response.headers().forEach(headers::set);
        headers.set(HttpHeaderNames.CONTENT_TYPE, response.contentType());
        headers.set(HttpHeaderNames.DATE, DATE.format(Instant.now()));
        return headers;
    }

    private void sendHead(HttpResponse response, HttpHeaders headers, boolean stays) {
        if (!stays) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        IoThreads.write(
                channel,
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()), headers));
    }

    private void sendOctets(HttpResponse response, byte[] octets) {
        HttpHeaders headers = head(response);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, octets.length);
        sendHead(response, headers, keepAlive);
        if (!headOnly) {
            IoThreads.write(channel, new DefaultHttpContent(Unpooled.wrappedBuffer(octets)));
        }
        end(keepAlive);
    }

    private void sendStream(HttpResponse response, HttpResponse.BodyWriter writer) {
        boolean stays = keepAlive && chunks;
        sendOpenHead(response, stays);
        if (!headOnly) {
            try (ChunkedBody out = new ChunkedBody(channel, PATIENCE_MILLIS)) {
                writer.write(out);
            } catch (IOException gone) {
                IoThreads.close(channel); // without the last chunk: the client sees that something is missing
                return;
            } catch (RuntimeException | Error fault) {
                faults.report("the body of a response", fault);
                IoThreads.close(channel);
                return;
            }
        }
        end(stays);
    }

    private void sendEvents(HttpResponse response, HttpResponse.EventSource source) {
        sendOpenHead(response, false);
        if (headOnly) {
            end(false);
            return;
        }
        channel.flush();
        ServerSentEvents stream = new ServerSentEvents(channel, faults);
        if (!faults.guard("a stream of events", () -> source.opened(stream))) {
            stream.close();
        }
    }

    /** The head of a body of unknown length: in chunks, or for HTTP/1.0 until the connection ends. */
    private void sendOpenHead(HttpResponse response, boolean stays) {
        HttpHeaders headers = head(response);
        if (chunks && !headOnly) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        sendHead(response, headers, stays);
    }

    private void end(boolean stays) {
        ChannelFuture last = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        boolean refused = last.isDone() && !last.isSuccess();
        if (refused || channel.eventLoop().isShuttingDown()) {
            return; // the server is being closed, and the connection with it
        }
        last.addListener(done -> connection.answered(stays && done.isSuccess()));
    }
}
