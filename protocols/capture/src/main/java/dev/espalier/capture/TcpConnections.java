package dev.espalier.capture;

import dev.espalier.net.IpAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The recorded TCP connections of BGP, a bounded number of them: the one silent for longest is forgotten first. */
final class TcpConnections {

    private static final int MAX_CONNECTIONS = 512;

    private final LinkedHashMap<Key, TcpConnection> connections = new LinkedHashMap<>(16, 0.75f, true);

    /** A connection, whichever end sent the packet: the lower address and port come first. */
    private record Key(IpAddress first, int firstPort, IpAddress second, int secondPort) {}

    void accept(Place place, TcpSegment segment, Consumer<CaptureRecord> sink) {
        int order = segment.source().compareTo(segment.destination());
        boolean forward = order < 0 || order == 0 && segment.sourcePort() <= segment.destinationPort();
        Key key = forward
                ? new Key(segment.source(), segment.sourcePort(), segment.destination(), segment.destinationPort())
                : new Key(segment.destination(), segment.destinationPort(), segment.source(), segment.sourcePort());
        TcpConnection connection = connections.get(key);
        if (connection == null) {
            if (connections.size() == MAX_CONNECTIONS) {
                forgetEldest(place, sink);
            }
            connection = new TcpConnection(key.first, key.second);
            connections.put(key, connection);
        }
        connection.accept(place, forward, segment, sink);
    }

    private void forgetEldest(Place place, Consumer<CaptureRecord> sink) {
        Map.Entry<Key, TcpConnection> eldest = connections.firstEntry();
        eldest.getValue().finish(place, sink);
        connections.remove(eldest.getKey());
    }

    void finish(Place place, Consumer<CaptureRecord> sink) {
        for (TcpConnection connection : connections.values()) {
            connection.finish(place, sink);
        }
        connections.clear();
    }
}
