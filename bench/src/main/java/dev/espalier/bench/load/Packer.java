package dev.espalier.bench.load;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Packs prefixes into UPDATE messages, one after the other in one array that grows. Before the clock starts; one thread. */
final class Packer {

    private static final int LONGEST_PREFIX = 9;

    /** Before the prefixes of an MP_REACH_NLRI: its head, the family, {@link Peer#NEXT_HOP_6} and a reserved octet (RFC 4760). */
    private static final byte[] REACH =
            HexFormat.of().parseHex("900e0000" + "000201" + "10" + "fd000010025400000000000000000001" + "00");

    private static final byte[] UNREACH = HexFormat.of().parseHex("900f0000" + "000201");
    private static final int ATTRIBUTE_HEAD = 4;

    private final Prefixes prefixes;
    private byte[] octets = new byte[1 << 16];
    private int end;

    /** Where the withdrawal that still has room begins; -1 when there is none. */
    private int open = -1;

    private boolean openIpv6;

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
            attributes.copyTo(octets, start + Octets.HEADER + 4);
            end = start + Octets.HEADER + 4 + attributes.length();
            int reach = end;
            boolean ipv6 = prefixes.isIpv6(next);
            if (ipv6) {
                put(REACH);
            }
            while (next < last && end - start <= Octets.LONGEST_MESSAGE - LONGEST_PREFIX) {
                end = prefixes.write(next++, octets, end);
            }
            int inAttributes = ipv6 ? end - reach : 0;
            if (ipv6) {
                Octets.put16(octets, reach + 2, inAttributes - ATTRIBUTE_HEAD);
            }
            Octets.put16(octets, start + Octets.HEADER + 2, attributes.length() + inAttributes);
            Octets.header(octets, start, end - start, Octets.UPDATE);
        }
    }

    /** Withdraws the prefixes from {@code first} to below {@code last}, together with those before. */
    void withdraw(int first, int last) {
        for (int next = first; next < last; next++) {
            if (open < 0) {
                reserve();
                open = end;
                openIpv6 = prefixes.isIpv6(next);
                end += Octets.HEADER + (openIpv6 ? 4 : 2);
                if (openIpv6) {
                    put(UNREACH);
                }
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
        put(message);
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

    private void put(byte[] some) {
        System.arraycopy(some, 0, octets, end, some.length);
        end += some.length;
    }

    private void closeWithdrawal() {
        int fields = open + Octets.HEADER;
        if (openIpv6) {
            Octets.put16(octets, fields, 0);
            Octets.put16(octets, fields + 2, end - fields - 4);
            Octets.put16(octets, fields + 6, end - fields - 4 - ATTRIBUTE_HEAD);
        } else {
            Octets.put16(octets, fields, end - fields - 2);
            Octets.put16(octets, end, 0);
            end += 2;
        }
        Octets.header(octets, open, end - open, Octets.UPDATE);
        open = -1;
    }

    private void reserve() {
        if (octets.length - end < Octets.LONGEST_MESSAGE) {
            octets = Arrays.copyOf(octets, octets.length * 2);
        }
    }
}
