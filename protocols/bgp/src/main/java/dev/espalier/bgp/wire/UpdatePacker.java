package dev.espalier.bgp.wire;

import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.route.AttributeType;
import dev.espalier.route.PathAttributes;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Packs routes into as few UPDATE messages as fit: withdrawals of a family share messages, announcements share one per
 * set of attributes, each filled up to the longest message allowed.
 *
 * <p>Use: {@link #begin} with attributes (or {@link #beginWithdrawal}), then {@link #add} for each prefix, and so on;
 * {@link #end} after the last. Finished messages go to the consumer in order. Not thread-safe.
 *
 * <p>IPv4 prefixes with an IPv4 next hop travel in the NLRI field, all others in MP_REACH_NLRI, which comes first among
 * the attributes as RFC 7606 section 5.1 demands; the others follow in ascending order of type. Attributes are written
 * as given: what a peer may see of LOCAL_PREF and the like is not decided here.
 */
public final class UpdatePacker {

    /** What the run being packed consists of, and so which field its prefixes are in. */
    private enum Run {
        NONE,
        NLRI,
        MP_REACH,
        WITHDRAWN_ROUTES,
        MP_UNREACH
    }

    private static final int WITHDRAWN_AT = Message.HEADER_LENGTH + 2;
    private static final int ATTRIBUTES_AT = WITHDRAWN_AT + 2;
    private static final int EMPTY_UPDATE = ATTRIBUTES_AT;

    private final SessionOptions options;
    private final Consumer<byte[]> messages;
    private final AttributeWriter attributes;
    private final int maxLength;

    /** The message, from its marker on; one octet more, see {@link #finishMultiprotocol}. */
    private final byte[] buffer;

    private Run run = Run.NONE;
    private boolean addPath;
    /** Where the value of MP_REACH_NLRI or MP_UNREACH_NLRI begins. */
    private int multiprotocolAt;
    /** Where the first prefix goes. */
    private int prefixesAt;
    /** Where the next prefix goes. */
    private int position;
    /** How many octets of attributes follow the prefixes. */
    private int trailing;

    /** Packs for sessions with these options; every finished message, header included, is given to the consumer. */
    public UpdatePacker(SessionOptions options, Consumer<byte[]> messages) {
        this.options = options;
        this.messages = messages;
        attributes = new AttributeWriter(options.fourOctetAs());
        maxLength = options.maxMessageLength();
        buffer = new byte[maxLength + 1];
    }

    /**
     * Starts a run of announcements with the same attributes, and finishes the run before.
     *
     * @return whether the attributes leave room for at least one prefix; if not, the run must not be added to, and its
     *     prefixes are to be withdrawn
     * @throws IllegalArgumentException when the attributes have no next hop, an IPv4 one for IPv6 prefixes, or an IPv6 one for
     *     IPv4 prefixes where that was not agreed on (RFC 8950)
     */
    public boolean begin(Family family, PathAttributes attributes) {
        end();
        IpAddress nextHop = attributes.nextHop();
        if (nextHop == null) {
            throw new IllegalArgumentException("a route without a next hop cannot be announced: " + attributes);
        }
        addPath = options.addPathSend().contains(family);
        if (family == Family.IPV4_UNICAST && nextHop instanceof Ipv4Address v4) {
            return beginField(family, attributes, v4);
        }
        boolean agreed =
                family != Family.IPV4_UNICAST || options.extendedNextHop().contains(family);
        if (!(nextHop instanceof Ipv6Address v6) || !agreed) {
            throw new IllegalArgumentException(family + " cannot have the next hop " + nextHop);
        }
        return beginReach(family, attributes, v6);
    }

    private boolean beginField(Family family, PathAttributes route, Ipv4Address nextHop) {
        attributes.write(route, nextHop);
        int length = attributes.length();
        if (ATTRIBUTES_AT + length + longestPrefix(family) > maxLength) {
            return false;
        }
        Octets.putU16(buffer, Message.HEADER_LENGTH, 0);
        Octets.putU16(buffer, WITHDRAWN_AT, length);
        System.arraycopy(attributes.octets(), 0, buffer, ATTRIBUTES_AT, length);
        start(Run.NLRI, ATTRIBUTES_AT + length, 0);
        return true;
    }

    private boolean beginReach(Family family, PathAttributes route, Ipv6Address nextHop) {
        attributes.write(route, null);
        Ipv6Address linkLocal = route.linkLocalNextHop();
        int nextHopLength = linkLocal == null ? 16 : 32;
        int valueLength = 4 + nextHopLength + 1 + longestPrefix(family); // of one prefix: less than 256
        if (EMPTY_UPDATE + 3 + valueLength + attributes.length() > maxLength) {
            return false;
        }
        int at = beginMultiprotocol(family);
        buffer[at++] = (byte) nextHopLength;
        at = putAddress(at, nextHop);
        if (linkLocal != null) {
            at = putAddress(at, linkLocal);
        }
        buffer[at++] = 0; // reserved
        start(Run.MP_REACH, at, attributes.length());
        return true;
    }

    /** Starts a run of withdrawals, and finishes the run before. */
    public void beginWithdrawal(Family family) {
        end();
        addPath = options.addPathSend().contains(family);
        if (family == Family.IPV4_UNICAST) {
            start(Run.WITHDRAWN_ROUTES, WITHDRAWN_AT, 2); // the length of no attributes follows
        } else {
            start(Run.MP_UNREACH, beginMultiprotocol(family), 0);
        }
    }

    /** Writes the family, with room for the longer form of the attribute's head before it. */
    private int beginMultiprotocol(Family family) {
        multiprotocolAt = ATTRIBUTES_AT + 4;
        Octets.putU16(buffer, multiprotocolAt, family.afi());
        buffer[multiprotocolAt + 2] = (byte) family.safi();
        return multiprotocolAt + 3;
    }

    private void start(Run newRun, int newPrefixesAt, int newTrailing) {
        run = newRun;
        prefixesAt = newPrefixesAt;
        position = newPrefixesAt;
        trailing = newTrailing;
    }

    /**
     * Adds a prefix to the run; the path identifier is used only where ADD-PATH is sent.
     *
     * @throws IllegalStateException when no run has been started, or {@link #begin} returned false
     */
    public void add(int pathId, long high, long low, int length) {
        if (run == Run.NONE) {
            throw new IllegalStateException("a prefix can only be added to a run");
        }
        int octets = length + 7 >>> 3;
        int needed = (addPath ? 5 : 1) + octets;
        if (!hasRoom(needed)) {
            finish();
        }
        int at = position;
        if (addPath) {
            Octets.putI32(buffer, at, pathId);
            at += 4;
        }
        buffer[at++] = (byte) length;
        for (int i = 0; i < octets; i++) {
            buffer[at++] = (byte) (i < 8 ? high >>> 56 - 8 * i : low >>> 120 - 8 * i);
        }
        position = at;
    }

    private boolean hasRoom(int needed) {
        int end = position + needed + trailing;
        // the buffer has the longer head, which a short value does not need
        boolean shortHead = isMultiprotocol() && position + needed - multiprotocolAt <= 255;
        return end - (shortHead ? 1 : 0) <= maxLength;
    }

    private boolean isMultiprotocol() {
        return run == Run.MP_REACH || run == Run.MP_UNREACH;
    }

    /** Finishes the run. Without one, nothing happens. */
    public void end() {
        if (run != Run.NONE && position > prefixesAt) {
            finish();
        }
        run = Run.NONE;
    }

    private void finish() {
        switch (run) {
            case NLRI -> emit(0, position);
            case WITHDRAWN_ROUTES -> {
                Octets.putU16(buffer, Message.HEADER_LENGTH, position - WITHDRAWN_AT);
                Octets.putU16(buffer, position, 0);
                emit(0, position + 2);
            }
            case MP_REACH -> {
                System.arraycopy(attributes.octets(), 0, buffer, position, trailing);
                finishMultiprotocol(AttributeType.MP_REACH_NLRI);
            }
            case MP_UNREACH -> finishMultiprotocol(AttributeType.MP_UNREACH_NLRI);
            case NONE -> throw new IllegalStateException("there is nothing to finish");
        }
        position = prefixesAt;
    }

    /**
     * Writes what comes before the value. The two-octet length may be used only above 255 (RFC 4271 section 4.3); with
     * the one-octet length the message begins one octet later in the buffer.
     */
    private void finishMultiprotocol(int type) {
        int valueLength = position - multiprotocolAt;
        boolean extended = valueLength > 255;
        int start = extended ? 0 : 1;
        int end = position + trailing;
        Octets.putU16(buffer, start + Message.HEADER_LENGTH, 0);
        Octets.putU16(buffer, start + WITHDRAWN_AT, end - start - ATTRIBUTES_AT);
        int at = start + ATTRIBUTES_AT;
        buffer[at] = (byte) (AttributeType.OPTIONAL | (extended ? AttributeType.EXTENDED_LENGTH : 0));
        buffer[at + 1] = (byte) type;
        if (extended) {
            Octets.putU16(buffer, at + 2, valueLength);
        } else {
            buffer[at + 2] = (byte) valueLength;
        }
        emit(start, end);
    }

    private void emit(int start, int end) {
        MessageType.putHeader(buffer, start, end - start, MessageType.UPDATE);
        messages.accept(Arrays.copyOfRange(buffer, start, end));
    }

    private int longestPrefix(Family family) {
        return (addPath ? 5 : 1) + family.addresses().octets();
    }

    private int putAddress(int at, Ipv6Address address) {
        Octets.putI64(buffer, at, address.high());
        Octets.putI64(buffer, at + 8, address.low());
        return at + 16;
    }

    /** The End-of-RIB marker of a family (RFC 4724 section 2). */
    public static byte[] endOfRib(Family family) {
        boolean empty = family == Family.IPV4_UNICAST;
        byte[] message = new byte[empty ? EMPTY_UPDATE : EMPTY_UPDATE + 6];
        MessageType.putHeader(message, 0, message.length, MessageType.UPDATE);
        if (!empty) {
            message[WITHDRAWN_AT + 1] = 6;
            message[ATTRIBUTES_AT] = (byte) AttributeType.OPTIONAL;
            message[ATTRIBUTES_AT + 1] = AttributeType.MP_UNREACH_NLRI;
            message[ATTRIBUTES_AT + 2] = 3;
            Octets.putU16(message, ATTRIBUTES_AT + 3, family.afi());
            message[ATTRIBUTES_AT + 5] = (byte) family.safi();
        }
        return message;
    }
}
