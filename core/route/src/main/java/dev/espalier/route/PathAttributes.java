package dev.espalier.route;

import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.net.LargeCommunity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a route says about itself: the path attributes of RFC 4271 and its successors, with the next hop beside them.
 *
 * <p>Immutable, compared by value, and kept in the form in which they travel: one array with every attribute in ascending order
 * of type, AS numbers in four octets, a two-octet length only where one octet does not suffice. Next hop and NLRI
 * (NEXT_HOP, MP_REACH_NLRI, MP_UNREACH_NLRI) are not in it, since they depend on family and peer; AS4_PATH and AS4_AGGREGATOR
 * are not in it, since they only exist towards old speakers. Sending is therefore mostly copying, and two routes agree when the
 * arrays do. The few fields that the decision process reads for every comparison are taken out once, in as few octets as they need:
 * a full table has hundreds of thousands of these.
 *
 * <p>Everything else is decoded when asked for; these methods are for policy, people and tests, not for the hot path.
 */
public final class PathAttributes {

    /** No attribute at all and no next hop: where a builder starts. */
    private static final byte[] NOTHING = new byte[0];

    private final byte[] encoded;
    private final @Nullable IpAddress nextHop;
    private final @Nullable Ipv6Address linkLocalNextHop;
    private final int hash;

    // The hot fields, derived from the array. A message has at most 65,535 octets, so lengths fit 16 bits.
    private final int neighborAs;
    private final int localPref;
    private final char asPathLength;
    private final char clusterListLength;
    private final byte origin;
    /** Which optional attributes are there: {@link #HAS_MED} and the others. */
    private final byte present;

    private static final int HAS_MED = 1;
    private static final int HAS_LOCAL_PREF = 2;
    private static final int HAS_ORIGINATOR_ID = 4;

    /**
     * From validated octets in the canonical form that the class comment describes. The array is kept, not copied.
     *
     * @param encoded the attributes
     * @param nextHop the next hop, or null for a route of our own that has none yet
     * @param linkLocalNextHop the link-local address that came beside a global IPv6 next hop (RFC 2545), or null
     */
    public static PathAttributes ofCanonical(
            byte[] encoded, @Nullable IpAddress nextHop, @Nullable Ipv6Address linkLocalNextHop) {
        return new PathAttributes(encoded, nextHop, linkLocalNextHop);
    }

    /** Starts from no attributes; {@code ORIGIN} is IGP and the AS path empty until said otherwise. */
    public static Builder builder() {
        return new Builder(new PathAttributes(NOTHING, null, null));
    }

    private PathAttributes(byte[] encoded, @Nullable IpAddress nextHop, @Nullable Ipv6Address linkLocalNextHop) {
        this.encoded = encoded;
        this.nextHop = nextHop;
        this.linkLocalNextHop = linkLocalNextHop;
        int seenOrigin = Origin.INCOMPLETE.code();
        int pathLength = 0;
        int neighbor = 0;
        int seenLocalPref = 0;
        int seen = 0;
        int clusters = 0;
        for (int at = 0; at < encoded.length; at = next(encoded, at)) {
            int value = valueAt(encoded, at);
            int length = valueLength(encoded, at);
            switch (encoded[at + 1]) {
                case AttributeType.ORIGIN ->
                    seenOrigin = Origin.ofCode(encoded[value]).code();
                case AttributeType.AS_PATH -> {
                    pathLength = AsPath.length(encoded, value, value + length);
                    neighbor = firstAs(encoded, value, value + length);
                }
                case AttributeType.MULTI_EXIT_DISC -> seen |= HAS_MED;
                case AttributeType.LOCAL_PREF -> {
                    seen |= HAS_LOCAL_PREF;
                    seenLocalPref = AsPath.intAt(encoded, value);
                }
                case AttributeType.ORIGINATOR_ID -> seen |= HAS_ORIGINATOR_ID;
                case AttributeType.CLUSTER_LIST -> clusters = length / 4;
                default -> {}
            }
        }
        this.origin = (byte) seenOrigin;
        this.asPathLength = (char) pathLength;
        this.neighborAs = neighbor;
        this.localPref = seenLocalPref;
        this.clusterListLength = (char) clusters;
        this.present = (byte) seen;
        int h = Arrays.hashCode(encoded);
        h = 31 * h + (nextHop == null ? 0 : nextHop.hashCode());
        h = 31 * h + (linkLocalNextHop == null ? 0 : linkLocalNextHop.hashCode());
        this.hash = h ^ h >>> 16;
    }

    /** The neighbouring AS as RFC 4271 section 9.1.2.2 c means it: 0 unless the path starts with a sequence. */
    private static int firstAs(byte[] path, int from, int to) {
        return to - from >= 6 && path[from] == AsPath.AS_SEQUENCE ? AsPath.intAt(path, from + 2) : 0;
    }

    private static int valueLength(byte[] octets, int at) {
        return (octets[at] & AttributeType.EXTENDED_LENGTH) == 0
                ? octets[at + 2] & 0xFF
                : (octets[at + 2] & 0xFF) << 8 | octets[at + 3] & 0xFF;
    }

    private static int valueAt(byte[] octets, int at) {
        return at + ((octets[at] & AttributeType.EXTENDED_LENGTH) == 0 ? 3 : 4);
    }

    private static int next(byte[] octets, int at) {
        return valueAt(octets, at) + valueLength(octets, at);
    }

    // ---- what the decision process reads

    /** ORIGIN; {@link Origin#INCOMPLETE} when absent. */
    public Origin origin() {
        return Origin.ofCode(origin);
    }

    /** The length of the AS path, as {@link AsPath#length()}. */
    public int asPathLength() {
        return asPathLength;
    }

    /** The AS next to us on the path, as 32 bits; 0 when the path is empty or starts with a set or a confederation segment. */
    public int neighborAs() {
        return neighborAs;
    }

    /** Whether MULTI_EXIT_DISC is there. */
    public boolean hasMed() {
        return (present & HAS_MED) != 0;
    }

    /** MULTI_EXIT_DISC as unsigned 32 bits; 0 when absent. */
    public int med() {
        return hasMed() ? AsPath.intAt(encoded, valueAt(encoded, find(AttributeType.MULTI_EXIT_DISC))) : 0;
    }

    /** Whether LOCAL_PREF is there. */
    public boolean hasLocalPref() {
        return (present & HAS_LOCAL_PREF) != 0;
    }

    /** LOCAL_PREF as unsigned 32 bits; 0 when absent. */
    public int localPref() {
        return localPref;
    }

    /** Whether ORIGINATOR_ID is there. */
    public boolean hasOriginatorId() {
        return (present & HAS_ORIGINATOR_ID) != 0;
    }

    /** ORIGINATOR_ID; 0 when absent. */
    public int originatorId() {
        return hasOriginatorId() ? AsPath.intAt(encoded, valueAt(encoded, find(AttributeType.ORIGINATOR_ID))) : 0;
    }

    /** How many clusters CLUSTER_LIST names. */
    public int clusterListLength() {
        return clusterListLength;
    }

    /** The next hop; null for a route of our own that has none yet. */
    public @Nullable IpAddress nextHop() {
        return nextHop;
    }

    /** The link-local address that came beside a global IPv6 next hop (RFC 2545 section 3); null when there was none. */
    public @Nullable Ipv6Address linkLocalNextHop() {
        return linkLocalNextHop;
    }

    // ---- what policy and people read

    /** The canonical octets, not to be changed: they are shared. */
    public byte[] encoded() {
        return encoded;
    }

    /** The AS path. */
    public AsPath asPath() {
        byte[] value = value(AttributeType.AS_PATH);
        return value == null ? AsPath.EMPTY : AsPath.ofEncoded(value);
    }

    /** Whether a community is attached. */
    public boolean hasCommunity(Community community) {
        int at = find(AttributeType.COMMUNITIES);
        if (at < 0) {
            return false;
        }
        int from = valueAt(encoded, at);
        for (int i = 0; i < valueLength(encoded, at); i += 4) {
            if (AsPath.intAt(encoded, from + i) == community.bits()) {
                return true;
            }
        }
        return false;
    }

    /** COMMUNITIES, ascending. */
    public List<Community> communities() {
        return list(AttributeType.COMMUNITIES, 4, at -> new Community(AsPath.intAt(encoded, at)));
    }

    /** EXTENDED COMMUNITIES, ascending. */
    public List<ExtendedCommunity> extendedCommunities() {
        return list(AttributeType.EXTENDED_COMMUNITIES, 8, at -> new ExtendedCommunity(longAt(at)));
    }

    /** LARGE_COMMUNITY, ascending. */
    public List<LargeCommunity> largeCommunities() {
        return list(
                AttributeType.LARGE_COMMUNITIES,
                12,
                at -> new LargeCommunity(
                        AsPath.intAt(encoded, at), AsPath.intAt(encoded, at + 4), AsPath.intAt(encoded, at + 8)));
    }

    /** CLUSTER_LIST, latest first. */
    public List<Ipv4Address> clusterList() {
        return list(AttributeType.CLUSTER_LIST, 4, at -> new Ipv4Address(AsPath.intAt(encoded, at)));
    }

    /** Whether ATOMIC_AGGREGATE is there. */
    public boolean atomicAggregate() {
        return find(AttributeType.ATOMIC_AGGREGATE) >= 0;
    }

    /** AGGREGATOR, when present. */
    public Optional<Aggregator> aggregator() {
        int at = find(AttributeType.AGGREGATOR);
        if (at < 0) {
            return Optional.empty();
        }
        int value = valueAt(encoded, at);
        return Optional.of(new Aggregator(
                Asn.ofBits(AsPath.intAt(encoded, value)), new Ipv4Address(AsPath.intAt(encoded, value + 4))));
    }

    /** The AS of OTC (RFC 9234), when present. */
    public OptionalLong onlyToCustomer() {
        int at = find(AttributeType.OTC);
        return at < 0
                ? OptionalLong.empty()
                : OptionalLong.of(Integer.toUnsignedLong(AsPath.intAt(encoded, valueAt(encoded, at))));
    }

    /** Attributes that Espalier does not know and passes on as they came. */
    public List<RawAttribute> unknown() {
        List<RawAttribute> unknown = new ArrayList<>();
        for (int at = 0; at < encoded.length; at = next(encoded, at)) {
            int type = encoded[at + 1] & 0xFF;
            if (AttributeType.requiredFlags(type) < 0) {
                unknown.add(new RawAttribute(encoded[at] & 0xFF & ~AttributeType.EXTENDED_LENGTH, type, slice(at)));
            }
        }
        return unknown;
    }

    /** The value of an attribute of this type, copied; null when absent. */
    public byte @Nullable [] value(int type) {
        int at = find(type);
        return at < 0 ? null : slice(at);
    }

    /** Starts from these attributes. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The same attributes with another next hop. */
    public PathAttributes withNextHop(@Nullable IpAddress newNextHop, @Nullable Ipv6Address newLinkLocal) {
        return new PathAttributes(encoded, newNextHop, newLinkLocal);
    }

    private int find(int type) {
        for (int at = 0; at < encoded.length; at = next(encoded, at)) {
            if ((encoded[at + 1] & 0xFF) == type) {
                return at;
            }
        }
        return -1;
    }

    private byte[] slice(int at) {
        int from = valueAt(encoded, at);
        return Arrays.copyOfRange(encoded, from, from + valueLength(encoded, at));
    }

    private long longAt(int at) {
        return (long) AsPath.intAt(encoded, at) << 32 | AsPath.intAt(encoded, at + 4) & 0xFFFF_FFFFL;
    }

    private <T> List<T> list(int type, int octets, IntFunction<T> element) {
        int at = find(type);
        if (at < 0) {
            return List.of();
        }
        int from = valueAt(encoded, at);
        int length = valueLength(encoded, at);
        List<T> elements = new ArrayList<>(length / octets);
        for (int i = 0; i + octets <= length; i += octets) {
            elements.add(element.apply(from + i));
        }
        return elements;
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || other instanceof PathAttributes attributes
                        && hash == attributes.hash
                        && Arrays.equals(encoded, attributes.encoded)
                        && java.util.Objects.equals(nextHop, attributes.nextHop)
                        && java.util.Objects.equals(linkLocalNextHop, attributes.linkLocalNextHop);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("next hop ").append(nextHop == null ? "self" : nextHop);
        text.append(", path [").append(asPath()).append("], origin ").append(origin());
        if (hasLocalPref()) {
            text.append(", local-pref ").append(Integer.toUnsignedString(localPref));
        }
        if (hasMed()) {
            text.append(", med ").append(Integer.toUnsignedString(med()));
        }
        if (!communities().isEmpty()) {
            text.append(", communities ").append(communities());
        }
        if (!largeCommunities().isEmpty()) {
            text.append(", large communities ").append(largeCommunities());
        }
        return text.toString();
    }

    /**
     * Who aggregated (RFC 4271 section 5.1.7).
     *
     * @param asn its AS
     * @param address its BGP identifier
     */
    public record Aggregator(Asn asn, Ipv4Address address) {}

    /**
     * An attribute as octets.
     *
     * @param flags the flags octet, without EXTENDED_LENGTH
     * @param type the type code, 0 to 255
     * @param value the value; not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // equals and hashCode below compare the octets
    public record RawAttribute(int flags, int type, byte[] value) {
        @Override
        public boolean equals(Object other) {
            return other instanceof RawAttribute raw
                    && flags == raw.flags
                    && type == raw.type
                    && Arrays.equals(value, raw.value);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * flags + type) + Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return "attribute " + type + " (" + java.util.HexFormat.of().formatHex(value) + ")";
        }
    }

    /** Makes changed attributes. One thread; may be used further after {@link #build()}. */
    public static final class Builder {
        private byte[] octets;
        private @Nullable IpAddress nextHop;
        private @Nullable Ipv6Address linkLocalNextHop;

        private Builder(PathAttributes start) {
            octets = start.encoded;
            nextHop = start.nextHop;
            linkLocalNextHop = start.linkLocalNextHop;
        }

        /** Sets the next hop and forgets a link-local one. */
        public Builder nextHop(@Nullable IpAddress address) {
            return nextHop(address, null);
        }

        /** Sets the next hop and the link-local address beside it. */
        public Builder nextHop(@Nullable IpAddress address, @Nullable Ipv6Address linkLocal) {
            nextHop = address;
            linkLocalNextHop = linkLocal;
            return this;
        }

        /** Sets ORIGIN. */
        public Builder origin(Origin origin) {
            return put(AttributeType.ORIGIN, new byte[] {(byte) origin.code()});
        }

        /** Sets AS_PATH. */
        public Builder asPath(AsPath path) {
            return put(AttributeType.AS_PATH, path.encoded());
        }

        /** Sets MULTI_EXIT_DISC (32 bits, unsigned). */
        public Builder med(int med) {
            return put(AttributeType.MULTI_EXIT_DISC, octetsOf(med));
        }

        /** Sets LOCAL_PREF (32 bits, unsigned). */
        public Builder localPref(int localPref) {
            return put(AttributeType.LOCAL_PREF, octetsOf(localPref));
        }

        /** Sets or removes ATOMIC_AGGREGATE. */
        public Builder atomicAggregate(boolean present) {
            return present ? put(AttributeType.ATOMIC_AGGREGATE, NOTHING) : remove(AttributeType.ATOMIC_AGGREGATE);
        }

        /** Sets AGGREGATOR. */
        public Builder aggregator(Aggregator aggregator) {
            return put(
                    AttributeType.AGGREGATOR,
                    concatenate(
                            octetsOf(aggregator.asn().bits()),
                            octetsOf(aggregator.address().value())));
        }

        /** Sets COMMUNITIES, sorted and each once; an empty list removes the attribute. */
        public Builder communities(List<Community> communities) {
            return putSet(AttributeType.COMMUNITIES, communities, c -> octetsOf(c.bits()));
        }

        /** Sets EXTENDED COMMUNITIES, sorted and each once; an empty list removes the attribute. */
        public Builder extendedCommunities(List<ExtendedCommunity> communities) {
            return putSet(
                    AttributeType.EXTENDED_COMMUNITIES,
                    communities,
                    c -> concatenate(octetsOf((int) (c.bits() >>> 32)), octetsOf((int) c.bits())));
        }

        /** Sets LARGE_COMMUNITY, sorted and each once; an empty list removes the attribute. */
        public Builder largeCommunities(List<LargeCommunity> communities) {
            return putSet(
                    AttributeType.LARGE_COMMUNITIES,
                    communities,
                    c -> concatenate(
                            concatenate(octetsOf(c.administrator()), octetsOf(c.data1())), octetsOf(c.data2())));
        }

        /** Sets ORIGINATOR_ID. */
        public Builder originatorId(int routerId) {
            return put(AttributeType.ORIGINATOR_ID, octetsOf(routerId));
        }

        /** Sets CLUSTER_LIST, latest first. */
        public Builder clusterList(List<Ipv4Address> clusters) {
            byte[] value = NOTHING;
            for (Ipv4Address cluster : clusters) {
                value = concatenate(value, cluster.toBytes());
            }
            return put(AttributeType.CLUSTER_LIST, value);
        }

        /** Sets OTC (RFC 9234). */
        public Builder onlyToCustomer(Asn asn) {
            return put(AttributeType.OTC, octetsOf(asn.bits()));
        }

        /** Sets an attribute that Espalier does not know, flags and all. */
        public Builder raw(RawAttribute attribute) {
            return put(attribute.flags(), attribute.type(), attribute.value());
        }

        /** Removes the attribute of a type, if it is there. */
        public Builder remove(int type) {
            int at = position(type);
            if (at < octets.length && (octets[at + 1] & 0xFF) == type) {
                octets = without(at, next(octets, at));
            }
            return this;
        }

        /** Removes what may not leave for another AS: unknown attributes that are not transitive. */
        public Builder removeNonTransitiveUnknown() {
            for (int at = 0; at < octets.length; ) {
                boolean unknown = AttributeType.requiredFlags(octets[at + 1] & 0xFF) < 0;
                if (unknown && (octets[at] & AttributeType.TRANSITIVE) == 0) {
                    octets = without(at, next(octets, at));
                } else {
                    at = next(octets, at);
                }
            }
            return this;
        }

        /** The attributes as set so far, with an ORIGIN and an AS_PATH whatever was set. */
        public PathAttributes build() {
            if (octets.length == 0 || octets[1] != AttributeType.ORIGIN) {
                origin(Origin.IGP);
            }
            int at = position(AttributeType.AS_PATH);
            if (at == octets.length || octets[at + 1] != AttributeType.AS_PATH) {
                asPath(AsPath.EMPTY);
            }
            return new PathAttributes(octets, nextHop, linkLocalNextHop);
        }

        private Builder put(int type, byte[] value) {
            return put(AttributeType.requiredFlags(type), type, value);
        }

        /** In one copy: every route that leaves for another AS comes through here. */
        private Builder put(int flags, int type, byte[] value) {
            int at = position(type);
            boolean replaces = at < octets.length && (octets[at + 1] & 0xFF) == type;
            int rest = replaces ? next(octets, at) : at;
            boolean extended = value.length > 255;
            int head = at + (extended ? 4 : 3);
            byte[] result = new byte[head + value.length + octets.length - rest];
            System.arraycopy(octets, 0, result, 0, at);
            result[at] =
                    (byte) (extended ? flags | AttributeType.EXTENDED_LENGTH : flags & ~AttributeType.EXTENDED_LENGTH);
            result[at + 1] = (byte) type;
            if (extended) {
                result[at + 2] = (byte) (value.length >>> 8);
            }
            result[head - 1] = (byte) value.length;
            System.arraycopy(value, 0, result, head, value.length);
            System.arraycopy(octets, rest, result, head + value.length, octets.length - rest);
            octets = result;
            return this;
        }

        private <T extends Comparable<T>> Builder putSet(
                int type, List<T> elements, java.util.function.Function<T, byte[]> octetsOf) {
            if (elements.isEmpty()) {
                return remove(type);
            }
            byte[] value = elements.stream().sorted().distinct().map(octetsOf).reduce(NOTHING, Builder::concatenate);
            return put(type, value);
        }

        /** Where an attribute of this type is or would be. */
        private int position(int type) {
            int at = 0;
            while (at < octets.length && (octets[at + 1] & 0xFF) < type) {
                at = next(octets, at);
            }
            return at;
        }

        private byte[] without(int from, int to) {
            byte[] result = new byte[octets.length - (to - from)];
            System.arraycopy(octets, 0, result, 0, from);
            System.arraycopy(octets, to, result, from, octets.length - to);
            return result;
        }

        private static byte[] concatenate(byte[] first, byte[] second) {
            byte[] result = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, result, first.length, second.length);
            return result;
        }

        private static byte[] octetsOf(int value) {
            return new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
        }
    }
}
