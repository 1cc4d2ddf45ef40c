package dev.espalier.capture;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import java.util.Arrays;

/** Reads forward through the octets of one record, numbers in network byte order, and never beyond its end. */
final class RecordCursor {

    private final byte[] octets;
    private final int end;
    private int at;

    RecordCursor(byte[] octets) {
        this(octets, 0, octets.length);
    }

    private RecordCursor(byte[] octets, int at, int end) {
        this.octets = octets;
        this.at = at;
        this.end = end;
    }

    /** Where the next octet is, from the beginning of the record. */
    int offset() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    int u8(String what) throws MalformedRecordException {
        require(1, what);
        return octets[at++] & 0xFF;
    }

    int u16(String what) throws MalformedRecordException {
        require(2, what);
        at += 2;
        return (octets[at - 2] & 0xFF) << 8 | octets[at - 1] & 0xFF;
    }

    int i32(String what) throws MalformedRecordException {
        return u16(what) << 16 | u16(what);
    }

    long u32(String what) throws MalformedRecordException {
        return Integer.toUnsignedLong(i32(what));
    }

    void skip(int count, String what) throws MalformedRecordException {
        require(count, what);
        at += count;
    }

    byte[] take(int count, String what) throws MalformedRecordException {
        skip(count, what);
        return Arrays.copyOfRange(octets, at - count, at);
    }

    /** The next octets as a record of their own, with offsets still from the beginning of this one. */
    RecordCursor slice(int count, String what) throws MalformedRecordException {
        skip(count, what);
        return new RecordCursor(octets, at - count, at);
    }

    IpAddress address(AddressFamily family, String what) throws MalformedRecordException {
        require(family.octets(), what);
        at += family.octets();
        return switch (family) {
            case IPV4 -> Ipv4Address.ofBytes(octets, at - 4);
            case IPV6 -> Ipv6Address.ofBytes(octets, at - 16);
        };
    }

    /** A prefix in the form of NLRI: its length in bits, and no more octets than that needs. */
    IpPrefix prefix(AddressFamily family) throws MalformedRecordException {
        int lengthAt = at;
        int length = u8("prefix length");
        if (length > family.bits()) {
            throw new MalformedRecordException(lengthAt, "a prefix of " + family + " has length " + length);
        }
        byte[] address = Arrays.copyOf(take((length + 7) / 8, "prefix"), family.octets());
        return IpPrefix.of(IpAddress.ofBytes(address), length);
    }

    private void require(int count, String what) throws MalformedRecordException {
        if (count > end - at) {
            throw new MalformedRecordException(
                    at, "the record ends within: " + what + " (" + count + " octets, " + (end - at) + " left)");
        }
    }
}
