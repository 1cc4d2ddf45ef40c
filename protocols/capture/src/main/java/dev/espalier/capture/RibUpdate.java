package dev.espalier.capture;

import dev.espalier.bgp.wire.Message;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.AttributeType;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * The UPDATE that would have announced a route of a dumped table. A table has only attributes, and its MP_REACH_NLRI only
 * the next hop (RFC 6396 section 4.3.4): the prefix is put where it was, so that the one decoder of messages can read both.
 */
final class RibUpdate {

    private static final int ATTRIBUTES_AT = Message.HEADER_LENGTH + 4;
    private static final int UPDATE = 2;
    private static final int UNICAST = 1;

    private final IpPrefix prefix;
    private final byte[] block;

    // MP_REACH_NLRI in the block; empty and at its end when there is none
    private int reachAt;
    private int reachValue;
    private int reachEnd;
    /** How many octets longer MP_REACH_NLRI has become. */
    private int growth;

    RibUpdate(IpPrefix prefix, byte[] block) {
        this.prefix = prefix;
        this.block = block;
        findReach();
    }

    /** Looks for MP_REACH_NLRI up to the first attribute that is too long; the decoder will complain about that one. */
    private void findReach() {
        int at = 0;
        while (at + 3 <= block.length) {
            boolean extended = (block[at] & AttributeType.EXTENDED_LENGTH) != 0;
            int value = at + (extended ? 4 : 3);
            if (value > block.length) {
                break;
            }
            int end = value + (extended ? u16(at + 2) : block[at + 2] & 0xFF);
            if (end > block.length) {
                break;
            }
            if (block[at + 1] == AttributeType.MP_REACH_NLRI && end > value) {
                reachAt = at;
                reachValue = value;
                reachEnd = end;
                return;
            }
            at = end;
        }
        reachAt = block.length;
        reachValue = block.length;
        reachEnd = block.length;
    }

    private int u16(int at) {
        return (block[at] & 0xFF) << 8 | block[at + 1] & 0xFF;
    }

    /** The message; longer than 65535 octets if the attributes are. */
    byte[] message() {
        byte[] reach = reach();
        growth = reach.length - (reachEnd - reachAt);
        byte[] field = reachAt < reachEnd || prefix.family() == AddressFamily.IPV6 ? new byte[0] : nlri();
        int attributes = block.length + growth;
        byte[] message = new byte[ATTRIBUTES_AT + attributes + field.length];
        Arrays.fill(message, 0, 16, (byte) 0xFF);
        putU16(message, 16, message.length);
        message[18] = UPDATE;
        putU16(message, ATTRIBUTES_AT - 2, attributes);
        System.arraycopy(block, 0, message, ATTRIBUTES_AT, reachAt);
        System.arraycopy(reach, 0, message, ATTRIBUTES_AT + reachAt, reach.length);
        System.arraycopy(block, reachEnd, message, ATTRIBUTES_AT + reachAt + reach.length, block.length - reachEnd);
        System.arraycopy(field, 0, message, ATTRIBUTES_AT + attributes, field.length);
        return message;
    }

    /** MP_REACH_NLRI as it was on the wire. Some write it whole into the table: then it begins with an AFI, so with 0. */
    private byte[] reach() {
        if (reachAt == reachEnd) {
            return new byte[0];
        }
        boolean whole = block[reachValue] == 0 && reachEnd - reachValue >= 4;
        int nextHopAt = reachValue + (whole ? 3 : 0);
        int nextHopEnd = nextHopAt + 1 + (block[nextHopAt] & 0xFF);
        if (nextHopEnd > reachEnd) {
            return Arrays.copyOfRange(block, reachAt, reachEnd); // the decoder says that it is too short
        }
        ByteArrayOutputStream value = new ByteArrayOutputStream(64);
        value.write(0);
        value.write(prefix.family() == AddressFamily.IPV4 ? 1 : 2);
        value.write(UNICAST); // a multicast route has the same attributes
        value.write(block, nextHopAt, nextHopEnd - nextHopAt);
        value.write(0);
        value.writeBytes(nlri());
        byte[] attribute = new byte[4 + value.size()];
        attribute[0] = (byte) (block[reachAt] | AttributeType.EXTENDED_LENGTH);
        attribute[1] = AttributeType.MP_REACH_NLRI;
        putU16(attribute, 2, value.size());
        System.arraycopy(value.toByteArray(), 0, attribute, 4, value.size());
        return attribute;
    }

    private byte[] nlri() {
        byte[] nlri = new byte[1 + (prefix.length() + 7) / 8];
        nlri[0] = (byte) prefix.length();
        System.arraycopy(prefix.address().toBytes(), 0, nlri, 1, nlri.length - 1);
        return nlri;
    }

    /** The place in the table's attributes that a place in the message stands for. */
    int blockOffset(int messageOffset) {
        int offset = Math.max(0, messageOffset - ATTRIBUTES_AT);
        if (offset <= reachAt) {
            return offset;
        }
        int behind = reachEnd + growth;
        return offset < behind ? reachAt : Math.min(block.length, offset - growth);
    }

    private static void putU16(byte[] octets, int at, int value) {
        octets[at] = (byte) (value >>> 8);
        octets[at + 1] = (byte) value;
    }
}
