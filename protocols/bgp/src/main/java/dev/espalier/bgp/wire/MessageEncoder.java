package dev.espalier.bgp.wire;

/** Writes messages other than UPDATE, header included; see {@link UpdatePacker} for those. Stateless; any thread. */
public final class MessageEncoder {

    private MessageEncoder() {}

    /**
     * The octets of a message, header included. The data of a NOTIFICATION is cut off at 4096 octets in all, which
     * every peer can read.
     *
     * @throws IllegalArgumentException for an UPDATE, and for an OPEN whose capabilities do not fit
     */
    public static byte[] encode(Message message) {
        return switch (message) {
            case Message.Open open -> OpenCodec.encode(open);
            case Message.Keepalive keepalive -> withHeader(MessageType.KEEPALIVE, 0);
            case Message.Notification notification -> notification(notification);
            case Message.RouteRefresh refresh -> routeRefresh(refresh);
            case Message.Update update ->
                throw new IllegalArgumentException("UPDATE messages are written by an UpdatePacker");
        };
    }

    private static byte[] notification(Message.Notification notification) {
        int room = Message.MAX_LENGTH - Message.HEADER_LENGTH - 2;
        int dataLength = Math.min(notification.data().length, room);
        byte[] octets = withHeader(MessageType.NOTIFICATION, 2 + dataLength);
        octets[Message.HEADER_LENGTH] = (byte) notification.code();
        octets[Message.HEADER_LENGTH + 1] = (byte) notification.subcode();
        System.arraycopy(notification.data(), 0, octets, Message.HEADER_LENGTH + 2, dataLength);
        return octets;
    }

    private static byte[] routeRefresh(Message.RouteRefresh refresh) {
        byte[] octets = withHeader(MessageType.ROUTE_REFRESH, 4);
        Octets.putU16(octets, Message.HEADER_LENGTH, refresh.afi());
        octets[Message.HEADER_LENGTH + 2] = (byte) refresh.subtype();
        octets[Message.HEADER_LENGTH + 3] = (byte) refresh.safi();
        return octets;
    }

    private static byte[] withHeader(int type, int contentLength) {
        byte[] octets = new byte[Message.HEADER_LENGTH + contentLength];
        MessageType.putHeader(octets, 0, octets.length, type);
        return octets;
    }
}
