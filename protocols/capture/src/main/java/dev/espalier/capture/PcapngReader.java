package dev.espalier.capture;

import dev.espalier.capture.CaptureRecord.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The newer file format of captured packets (draft-ietf-opsawg-pcapng): sections, which may differ in byte order, of blocks.
 * Blocks that hold no packets are passed over.
 */
final class PcapngReader implements RecordReader {

    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;
    private static final int LAST_KNOWN_BLOCK = 0x0C;
    private static final int BIG_ENDIAN_MAGIC = 0x1A2B3C4D;

    /** Type, length; and the length again at the end. */
    private static final int BLOCK_HEADER = 8;

    private static final int MIN_BLOCK = 12;
    private static final int MAX_BLOCK = PcapReader.MAX_PACKET + (1 << 16);

    private static final int IF_TSRESOL = 9;
    private static final int IF_TSOFFSET = 14;
    private static final int DEFAULT_RESOLUTION = 6;
    /** No file has so many, but a mutilated one may seem to. */
    private static final int MAX_INTERFACES = 4096;

    private final ByteSource in;
    private final PacketDissector packets = new PacketDissector();
    private final List<CapturingInterface> interfaces = new ArrayList<>();
    private ByteOrderReader order = new ByteOrderReader(false);
    private long records;
    private boolean finished;
    private Place place = new Place(Source.PCAP, 0, 0, null);

    /**
     * Where packets were captured.
     *
     * @param resolution the if_tsresol option: a negative power of ten, or of two with the highest bit set
     * @param offset seconds to add to every time
     */
    private record CapturingInterface(int linkType, int resolution, long offset) {
        @Nullable
        Instant time(long ticks) {
            int exponent = resolution & 0x7F;
            if ((resolution & 0x80) != 0) {
                return exponent > 32 ? null : fraction(ticks, 1L << exponent);
            }
            long perSecond = 1;
            for (int i = 0; i < exponent; i++) {
                perSecond *= 10;
            }
            return exponent > 9 ? null : fraction(ticks, perSecond);
        }

        private Instant fraction(long ticks, long perSecond) {
            long seconds = Long.divideUnsigned(ticks, perSecond);
            long rest = Long.remainderUnsigned(ticks, perSecond);
            // a time that no Instant can hold is nonsense anyway
            long bounded = Math.clamp(seconds + offset, 0, Integer.toUnsignedLong(-1) << 4);
            return Instant.ofEpochSecond(bounded, (long) (rest * (1e9 / perSecond)));
        }
    }

    PcapngReader(ByteSource in) {
        this.in = in;
    }

    static boolean begins(ByteSource in, int length) {
        return length >= MIN_BLOCK
                && in.peek(0) == 0x0A
                && in.peek(1) == 0x0D
                && in.peek(2) == 0x0D
                && in.peek(3) == 0x0A;
    }

    @Override
    public Place place() {
        return place;
    }

    @Override
    public boolean read(Consumer<CaptureRecord> sink) {
        int there = in.ensure(MIN_BLOCK);
        if (there == 0) {
            if (!finished) {
                finished = true;
                packets.finish(place, sink);
            }
            return false;
        }
        records++;
        place = new Place(Source.PCAP, records, in.position(), null);
        if (there < MIN_BLOCK) {
            in.take(there);
            sink.accept(problem(0, "the file ends within the header of a block"));
            return true;
        }
        byte[] header = new byte[MIN_BLOCK];
        for (int i = 0; i < MIN_BLOCK; i++) {
            header[i] = (byte) in.peek(i);
        }
        if (order.i32(header, 0) == SECTION_HEADER) { // reads the same in both orders
            order = new ByteOrderReader(new ByteOrderReader(false).i32(header, BLOCK_HEADER) != BIG_ENDIAN_MAGIC);
            interfaces.clear();
        }
        long length = order.u32(header, 4);
        if (length < MIN_BLOCK || length > MAX_BLOCK || length % 4 != 0) {
            seek(length, sink);
            return true;
        }
        byte[] block = in.take((int) length);
        if (block.length < length) {
            sink.accept(problem(
                    block.length,
                    "the file ends within a block of " + length + " octets, " + block.length + " are there"));
            return true;
        }
        block(block, sink);
        return true;
    }

    private void seek(long length, Consumer<CaptureRecord> sink) {
        long from = in.position();
        boolean found = in.seek(MIN_BLOCK, this::isPlausible);
        sink.accept(problem(
                4,
                "a block cannot have " + length + " octets: " + (in.position() - from) + " octets are skipped to "
                        + (found ? "what looks like the next block" : "the end of the file")));
    }

    private boolean isPlausible(byte[] octets, int at) {
        int type = order.i32(octets, at);
        long length = order.u32(octets, at + 4);
        boolean known = type >= INTERFACE_DESCRIPTION && type <= LAST_KNOWN_BLOCK || type == SECTION_HEADER;
        return known && length >= MIN_BLOCK && length <= MAX_BLOCK && length % 4 == 0;
    }

    private void block(byte[] block, Consumer<CaptureRecord> sink) {
        int type = order.i32(block, 0);
        int bodyEnd = block.length - 4;
        if (type == INTERFACE_DESCRIPTION) {
            if (bodyEnd < 16 || interfaces.size() == MAX_INTERFACES) {
                sink.accept(problem(0, "this interface description cannot be read"));
                return;
            }
            interfaces.add(description(block, bodyEnd));
        } else if (type == ENHANCED_PACKET) {
            enhancedPacket(block, bodyEnd, sink);
        } else if (type == SIMPLE_PACKET) {
            simplePacket(block, bodyEnd, sink);
        }
    }

    private CapturingInterface description(byte[] block, int end) {
        int resolution = DEFAULT_RESOLUTION;
        long offset = 0;
        int at = 16;
        while (at + 4 <= end) {
            int code = order.u16(block, at);
            int length = order.u16(block, at + 2);
            int value = at + 4;
            if (value + length > end) {
                break;
            }
            if (code == IF_TSRESOL && length >= 1) {
                resolution = block[value] & 0xFF;
            } else if (code == IF_TSOFFSET && length >= 8) {
                offset = order.u32(block, value); // beyond 32 bits nobody captures
            }
            at = value + (length + 3 & ~3);
        }
        return new CapturingInterface(order.u16(block, BLOCK_HEADER), resolution, offset);
    }

    private void enhancedPacket(byte[] block, int end, Consumer<CaptureRecord> sink) {
        int dataAt = BLOCK_HEADER + 20;
        if (end < dataAt) {
            sink.accept(problem(BLOCK_HEADER, "this packet block is too short for its own fields"));
            return;
        }
        long index = order.u32(block, BLOCK_HEADER);
        long captured = order.u32(block, BLOCK_HEADER + 12);
        if (index >= interfaces.size()) {
            sink.accept(problem(BLOCK_HEADER, "nothing describes interface " + index + " of this packet"));
            return;
        }
        if (captured > end - dataAt) {
            sink.accept(problem(
                    BLOCK_HEADER + 12,
                    "the packet has " + captured + " octets, its block has room for " + (end - dataAt)));
            return;
        }
        CapturingInterface on = interfaces.get((int) index);
        long ticks = order.u32(block, BLOCK_HEADER + 4) << 32 | order.u32(block, BLOCK_HEADER + 8);
        place = new Place(Source.PCAP, records, place.offset(), on.time(ticks));
        packets.packet(place, on.linkType(), Arrays.copyOfRange(block, dataAt, dataAt + (int) captured), sink);
    }

    /** A packet of the first interface, without a time. */
    private void simplePacket(byte[] block, int end, Consumer<CaptureRecord> sink) {
        int dataAt = BLOCK_HEADER + 4;
        if (end < dataAt || interfaces.isEmpty()) {
            sink.accept(problem(BLOCK_HEADER, "this packet block cannot be read"));
            return;
        }
        long length = Math.min(order.u32(block, BLOCK_HEADER), end - dataAt);
        byte[] packet = Arrays.copyOfRange(block, dataAt, dataAt + (int) length);
        packets.packet(place, interfaces.getFirst().linkType(), packet, sink);
    }

    private CaptureRecord problem(int recordOffset, String reason) {
        return new Problem(place, null, recordOffset, reason);
    }
}
