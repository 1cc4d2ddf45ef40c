package dev.espalier.capture;

import dev.espalier.capture.CaptureRecord.Problem;
import java.time.Instant;
import java.util.function.Consumer;

/** The classic file format of captured packets, in either byte order, with microseconds or nanoseconds. */
final class PcapReader implements RecordReader {

    private static final int FILE_HEADER = 24;
    private static final int PACKET_HEADER = 16;
    private static final int MICROSECONDS = 0xA1B2C3D4;
    private static final int NANOSECONDS = 0xA1B23C4D;
    /** The longest packet that any tool writes, and some more; what claims more is no packet. */
    static final int MAX_PACKET = 1 << 19;

    private static final int DAY = 24 * 3600;

    private final ByteSource in;
    private final ByteOrderReader order;
    private final boolean nanoseconds;
    private final int linkType;
    private final PacketDissector packets = new PacketDissector();
    private long records;
    private long lastSeconds;
    private boolean finished;
    private Place place = new Place(Source.PCAP, 0, 0, null);

    PcapReader(ByteSource in) {
        this.in = in;
        byte[] header = in.take(FILE_HEADER);
        order = new ByteOrderReader(header[0] != (byte) 0xA1);
        nanoseconds = order.i32(header, 0) == NANOSECONDS;
        // the upper half may tell of a frame check sequence behind each packet, which IP lengths leave out anyway
        linkType = header.length < FILE_HEADER ? -1 : order.i32(header, 20) & 0xFFFF;
    }

    static boolean begins(ByteSource in, int length) {
        if (length < FILE_HEADER) {
            return false;
        }
        int magic = in.peek(0) << 24 | in.peek(1) << 16 | in.peek(2) << 8 | in.peek(3);
        int swapped = Integer.reverseBytes(magic);
        return magic == MICROSECONDS || magic == NANOSECONDS || swapped == MICROSECONDS || swapped == NANOSECONDS;
    }

    @Override
    public Place place() {
        return place;
    }

    @Override
    public boolean read(Consumer<CaptureRecord> sink) {
        int there = in.ensure(PACKET_HEADER);
        if (there == 0) {
            if (!finished) {
                finished = true;
                packets.finish(place, sink);
            }
            return false;
        }
        records++;
        place = new Place(Source.PCAP, records, in.position(), null);
        byte[] header = new byte[PACKET_HEADER];
        for (int i = 0; i < there; i++) {
            header[i] = (byte) in.peek(i);
        }
        if (there < PACKET_HEADER) {
            in.take(there);
            sink.accept(new Problem(place, null, 0, "the file ends within the header of a packet"));
            return true;
        }
        long length = order.u32(header, 8);
        if (length > MAX_PACKET) {
            seek(length, sink);
            return true;
        }
        lastSeconds = order.u32(header, 0);
        long fraction = order.u32(header, 4);
        Instant time = Instant.ofEpochSecond(lastSeconds, nanoseconds ? fraction : 1000 * fraction);
        place = new Place(Source.PCAP, records, place.offset(), time);
        in.take(PACKET_HEADER);
        byte[] packet = in.take((int) length);
        if (packet.length < length) {
            String reason =
                    "the file ends within a packet: " + length + " octets should follow, " + packet.length + " do";
            sink.accept(new Problem(place, null, PACKET_HEADER + packet.length, reason));
        }
        packets.packet(place, linkType, packet, sink);
        return true;
    }

    private void seek(long length, Consumer<CaptureRecord> sink) {
        long from = in.position();
        boolean found = in.seek(PACKET_HEADER, this::isPlausible);
        sink.accept(new Problem(
                place,
                null,
                8,
                "a packet cannot have " + length + " octets: " + (in.position() - from) + " octets are skipped to "
                        + (found ? "what looks like the next packet" : "the end of the file")));
    }

    private boolean isPlausible(byte[] octets, int at) {
        long seconds = order.u32(octets, at);
        long captured = order.u32(octets, at + 8);
        boolean near = lastSeconds == 0 || Math.abs(seconds - lastSeconds) < DAY;
        return near
                && order.u32(octets, at + 4) < (nanoseconds ? 1_000_000_000 : 1_000_000)
                && captured >= 14
                && captured <= order.u32(octets, at + 12)
                && order.u32(octets, at + 12) <= MAX_PACKET;
    }
}
