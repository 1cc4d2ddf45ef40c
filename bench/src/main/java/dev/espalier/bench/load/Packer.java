package dev.espalier.bench.load;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Packs prefixes into UPDATE messages, one after the other in one array that grows. Before the clock starts; one thread. */
final class Packer {

    private static final int LONGEST_PREFIX = 5;

    private final Prefixes prefixes;
    private byte[] octets = new byte[1 << 16];
    private int end;

    /** Where the withdrawal that still has room begins; -1 when there is none. */
    private int open = -1;

    Packer(Prefixes prefixes) {
        this.prefixes = prefixes;
    }

    /** Announces the prefixes from {@code first} to below {@code last} with one set of attributes. */
    void announce(int first, int last, Attributes attributes) {
        int next = first;
        while (next < last) {
            reserve();
            int start = end;
            Octets.put16(octets, start + Octets.HEADER, 0);
            Octets.put16(octets, start + Octets.HEADER + 2, attributes.length());
            attributes.copyTo(octets, start + Octets.HEADER + 4);
            end = start + Octets.HEADER + 4 + attributes.length();
            while (next < last && end - start <= Octets.LONGEST_MESSAGE - LONGEST_PREFIX) {
                end = prefixes.write(next++, octets, end);
            }
            Octets.header(octets, start, end - start, Octets.UPDATE);
        }
    }

    /** Withdraws the prefixes from {@code first} to below {@code last}, together with those before. */
    void withdraw(int first, int last) {
        for (int next = first; next < last; next++) {
            if (open < 0) {
                reserve();
                open = end;
                end += Octets.HEADER + 2;
            }
            end = prefixes.write(next, octets, end);
            if (end - open > Octets.LONGEST_MESSAGE - LONGEST_PREFIX - 2) {
                closeWithdrawal();
            }
        }
    }

    /** Adds a message as it is. */
    void append(byte[] message) {
        reserve();
        System.arraycopy(message, 0, octets, end, message.length);
        end += message.length;
    }

    /** How many octets there are. */
    int size() {
        return end;
    }

    /** All messages, outside the heap. */
    ByteBuffer buffer() {
        if (open >= 0) {
            closeWithdrawal();
        }
        return ByteBuffer.allocateDirect(end).put(octets, 0, end).flip();
    }

    private void closeWithdrawal() {
        Octets.put16(octets, open + Octets.HEADER, end - open - Octets.HEADER - 2);
        Octets.put16(octets, end, 0);
        end += 2;
        Octets.header(octets, open, end - open, Octets.UPDATE);
        open = -1;
    }

    private void reserve() {
        if (octets.length - end < Octets.LONGEST_MESSAGE) {
            octets = Arrays.copyOf(octets, octets.length * 2);
        }
    }
}
