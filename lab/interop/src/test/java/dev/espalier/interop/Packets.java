package dev.espalier.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A program of its own, because a thread of the tests cannot change its network namespace: sends a numbered UDP packet to each of
 * several addresses every 5 ms, and notes which numbers arrive from each of them.
 *
 * <p>Each line on its standard input is the next step: begin to send, end to send (it says how many packets each was sent), and
 * end, once nothing has arrived for a while (it says how many arrived from each). {@link Traffic} is the other side.
 */
final class Packets {

    private static final int PORT = 5001;
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int SILENCE_MILLIS = 400;
    /** As much as the kernel gives: this program may have to wait for a processor longer than the network for a route. */
    private static final int BUFFER = 1 << 20;

    private final DatagramSocket socket;
    private final List<InetAddress> others;
    private final Map<InetAddress, BitSet> heard = new ConcurrentHashMap<>();
    private volatile boolean ending;

    private Packets(DatagramSocket socket, List<InetAddress> others) {
        this.socket = socket;
        this.others = others;
    }

    /** @param arguments our address, and those of the others */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String argument : arguments) {
            addresses.add(InetAddress.getByName(argument));
        }
        BufferedReader steps = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(addresses.getFirst(), PORT))) {
            socket.setReceiveBufferSize(BUFFER);
            socket.setSoTimeout(SILENCE_MILLIS);
            Packets packets = new Packets(socket, addresses.subList(1, addresses.size()));
            Thread receiver = Thread.ofPlatform().start(packets::receive);
            System.out.println("ready");
            steps.readLine();
            System.out.println(packets.sendUntilReady(steps));
            steps.readLine();
            steps.readLine();
            packets.ending = true;
            receiver.join();
            packets.heard.forEach(
                    (from, numbers) -> System.out.println(from.getHostAddress() + " " + numbers.cardinality()));
        }
    }

    /** Sends until the next step is there; how many packets each was sent. */
    private int sendUntilReady(BufferedReader steps) throws IOException {
        int number = 0;
        long next = System.nanoTime();
        while (!steps.ready()) {
            for (InetAddress other : others) {
                send(other, number);
            }
            number++;
            next = Math.max(next + INTERVAL_NANOS, System.nanoTime());
            LockSupport.parkNanos(next - System.nanoTime());
        }
        return number;
    }

    private void send(InetAddress other, int number) {
        byte[] octets = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
        try {
            socket.send(new DatagramPacket(octets, octets.length, other, PORT));
        } catch (IOException noRoute) {
            // It will be missing there, which is what this program is for.
            System.err.println(number + " to " + other.getHostAddress() + ": " + noRoute.getMessage());
        }
    }

    private void receive() {
        DatagramPacket packet = new DatagramPacket(new byte[Integer.BYTES], Integer.BYTES);
        while (true) {
            try {
                socket.receive(packet);
                heard.computeIfAbsent(packet.getAddress(), from -> new BitSet())
                        .set(ByteBuffer.wrap(packet.getData()).getInt());
            } catch (SocketTimeoutException silence) {
                if (ending) {
                    return;
                }
            } catch (IOException failure) {
                System.err.println("receiving: " + failure.getMessage());
            }
        }
    }
}
