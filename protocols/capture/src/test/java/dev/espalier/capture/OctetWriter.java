package dev.espalier.capture;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;

/** Numbers and addresses in network byte order, one behind the other. */
final class OctetWriter {

    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

    OctetWriter u8(int value) {
        octets.write(value);
        return this;
    }

    OctetWriter u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    OctetWriter u32(long value) {
        return u16((int) (value >>> 16)).u16((int) value);
    }

    OctetWriter hex(String digits) {
        return bytes(HexFormat.of().parseHex(digits.replace(" ", "")));
    }

    OctetWriter bytes(byte[] value) {
        octets.writeBytes(value);
        return this;
    }

    OctetWriter address(String text) {
        return bytes(IpAddress.parse(text).toBytes());
    }

    /** The length in bits, and as many octets as that needs. */
    OctetWriter prefix(IpPrefix prefix) {
        return u8(prefix.length()).bytes(Arrays.copyOf(prefix.address().toBytes(), (prefix.length() + 7) / 8));
    }

    /** The octets with their number before them, in two octets. */
    OctetWriter counted(byte[] value) {
        return u16(value.length).bytes(value);
    }

    /** An MRT record (RFC 6396 section 2). */
    OctetWriter mrt(long seconds, int type, int subtype, byte[] content) {
        return u32(seconds).u16(type).u16(subtype).u32(content.length).bytes(content);
    }

    byte[] toBytes() {
        return octets.toByteArray();
    }
}
