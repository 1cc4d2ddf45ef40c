package dev.espalier.capture;

import java.util.Map;
import java.util.TreeMap;

/**
 * One direction of a recorded TCP connection: puts segments in order, drops what was sent again, and gives up on what the
 * capture has missed. It has missed something for sure when the receiver acknowledges what lies behind it; without such a
 * sign, when too much has gathered behind it.
 */
final class TcpStream {

    /** How many octets may wait behind a gap. */
    private static final int MAX_WAITING = 1 << 18;
    /** A segment further away than any window is from another connection, or damaged. */
    private static final long MAX_AHEAD = 1L << 30;

    private final MessageStream messages = new MessageStream();
    /** By the number of the first octet, counted on without wrapping. */
    private final TreeMap<Long, byte[]> waiting = new TreeMap<>();

    private int waitingOctets;
    private boolean started;
    private boolean sawSyn;
    private int synSequence;
    /** The number of the octet that is expected next. */
    private long next;

    /** Takes what comes out. */
    interface Output {
        /** A message, header included. */
        void message(byte[] octets);

        /** Something is missing or cannot be read. */
        void problem(String reason);
    }

    /** Whether this SYN opens another connection than the one recorded so far. */
    boolean isNewBeginning(TcpSegment syn) {
        return started && !(sawSyn && synSequence == syn.sequence());
    }

    void accept(TcpSegment segment, Output output) {
        if (segment.isSyn() && !(sawSyn && synSequence == segment.sequence())) {
            sawSyn = true;
            synSequence = segment.sequence();
            begin(segment.sequence() + 1);
            messages.begin();
        }
        byte[] payload = segment.payload();
        if (payload.length > 0) {
            int sequence = segment.isSyn() ? segment.sequence() + 1 : segment.sequence();
            if (!started) {
                begin(sequence);
            }
            arrive(absolute(sequence), payload, output);
        }
        if (segment.isReset() || segment.isFin() && waiting.isEmpty() && absolute(segment.sequence()) <= next) {
            finish(output);
        }
    }

    private void begin(int sequence) {
        started = true;
        next = Integer.toUnsignedLong(sequence) + (1L << 32); // room for what was sent before
        waiting.clear();
        waitingOctets = 0;
    }

    private long absolute(int sequence) {
        return next + (sequence - (int) next);
    }

    private void arrive(long at, byte[] payload, Output output) {
        if (Math.abs(at - next) > MAX_AHEAD) {
            output.problem("a TCP segment is " + Math.abs(at - next) + " octets away from where the stream is"
                    + " and is ignored");
            return;
        }
        byte[] before = waiting.get(at);
        if (before == null || before.length < payload.length) {
            waiting.put(at, payload);
            waitingOctets += payload.length - (before == null ? 0 : before.length);
        }
        deliver(output);
        while (waitingOctets > MAX_WAITING) {
            skipGap(output);
        }
    }

    /** Passes on what is in order. */
    private void deliver(Output output) {
        while (!waiting.isEmpty() && waiting.firstKey() <= next) {
            Map.Entry<Long, byte[]> segment = waiting.pollFirstEntry();
            byte[] octets = segment.getValue();
            waitingOctets -= octets.length;
            long known = next - segment.getKey();
            if (known < octets.length) {
                next += octets.length - known;
                messages.feed(octets, (int) known, output);
            }
        }
    }

    private void skipGap(Output output) {
        long resume = waiting.firstKey();
        messages.gap(resume - next, output);
        next = resume;
        deliver(output);
    }

    /** The receiver has everything before this octet: what is not here by now will not come. */
    void acknowledged(int acknowledgement, Output output) {
        while (started && !waiting.isEmpty() && absolute(acknowledgement) >= waiting.firstKey()) {
            skipGap(output);
        }
    }

    /** Nothing new will come, unless the connection is opened again; what was sent before may well come once more. */
    void finish(Output output) {
        while (!waiting.isEmpty()) {
            skipGap(output);
        }
        messages.end(output);
    }
}
