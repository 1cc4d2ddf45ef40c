package dev.espalier.interop;

import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageEncoder;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A program that answers as a neighbour at every address of its namespace. Under {@link #SPEAKING} it speaks BGP: OPEN, KEEPALIVE,
 * one route, End-of-RIB, and a KEEPALIVE now and then. Anywhere else it takes the connection and says nothing. Its identifier is
 * the address it was called at. It ends with its parent's pipe.
 */
final class Responders {

    static final long ASN = 65002;
    /** Addresses that begin so speak. */
    static final String SPEAKING = "10.60.";

    private static final int HOLD_SECONDS = 90;

    private Responders() {}

    public static void main(String[] arguments) throws IOException {
        Thread.ofPlatform().daemon().start(Responders::endWithTheParent);
        try (ServerSocket server = new ServerSocket()) {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 179), 4096);
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        }
    }

    private static void endWithTheParent() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException gone) {
            // as good as an end
        }
        System.exit(0);
    }

    private static void serve(Socket socket) {
        try (socket) {
            if (socket.getLocalAddress().getHostAddress().startsWith(SPEAKING)) {
                speak(socket);
            } else {
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
        } catch (IOException over) {
            // the other side has ended it
        }
    }

    private static void speak(Socket socket) throws IOException {
        Ipv4Address self = new Ipv4Address(
                ByteBuffer.wrap(socket.getLocalAddress().getAddress()).getInt());
        OutputStream out = socket.getOutputStream();
        out.write(MessageEncoder.encode(new Message.Open(
                4,
                (int) ASN,
                HOLD_SECONDS,
                self,
                List.of(new Capability.Multiprotocol(Family.IPV4_UNICAST), new Capability.FourOctetAs(new Asn(ASN))))));
        out.write(MessageEncoder.encode(new Message.Keepalive()));
        out.write(route(self));
        out.write(UpdatePacker.endOfRib(Family.IPV4_UNICAST));
        InputStream in = socket.getInputStream();
        socket.setSoTimeout(HOLD_SECONDS * 1000 / 3);
        byte[] heard = new byte[4096];
        while (true) {
            try {
                if (in.read(heard) < 0) {
                    return;
                }
            } catch (SocketTimeoutException quiet) {
                // a KEEPALIVE is due in any case
            }
            out.write(MessageEncoder.encode(new Message.Keepalive()));
        }
    }

    /** An UPDATE with one /24 that only this address announces: 20.x.y.0/24 for 10.60.x.y. */
    private static byte[] route(Ipv4Address self) {
        int address = self.value();
        ByteBuffer update = ByteBuffer.allocate(47).putLong(-1).putLong(-1).putShort((short) 47);
        update.put((byte) 2).putShort((short) 0).putShort((short) 20);
        update.put(new byte[] {0x40, 1, 1, 0});
        update.put(new byte[] {0x40, 2, 6, 2, 1}).putInt((int) ASN);
        update.put(new byte[] {0x40, 3, 4}).putInt(address);
        return update.put((byte) 24)
                .put((byte) 20)
                .put((byte) (address >> 8))
                .put((byte) address)
                .array();
    }
}
