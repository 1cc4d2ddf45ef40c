package dev.espalier.bgp.wire;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760). Whatever keeps their prefixes from being told resets the session:
 * RFC 7606 sections 5.3 and 7.11 allow to disable the family instead, but then routes would be missing until somebody
 * noticed.
 */
final class MultiprotocolReader {

    private static final int IPV4_OCTETS = 4;
    private static final int IPV6_OCTETS = 16;

    private final SessionOptions options;
    private final UpdateProblems problems;

    MultiprotocolReader(SessionOptions options, UpdateProblems problems) {
        this.options = options;
        this.problems = problems;
    }

    /**
     * What MP_REACH_NLRI says.
     *
     * @param linkLocal the link-local address beside a global next hop, or null
     */
    record Reach(IpAddress nextHop, @Nullable Ipv6Address linkLocal, Nlri nlri) {}

    /** Reads the MP_REACH_NLRI at the cursor; null when its family was not agreed on. */
    @Nullable
    Reach reach(AttributeCursor attribute) throws MalformedMessageException {
        if (attribute.length() < 5) {
            throw incorrect(attribute, "MP_REACH_NLRI has only " + attribute.length() + " octets");
        }
        Family family = family(attribute);
        if (family == null) {
            return null;
        }
        byte[] octets = attribute.octets();
        int nextHopAt = attribute.value() + 4;
        int nextHopLength = octets[nextHopAt - 1] & 0xFF;
        boolean ipv4 = family.addresses() == AddressFamily.IPV4;
        boolean ipv6NextHop = nextHopLength == IPV6_OCTETS || nextHopLength == 2 * IPV6_OCTETS;
        boolean agreed = !ipv4 || options.extendedNextHop().contains(family);
        boolean expected = ipv6NextHop && agreed || nextHopLength == IPV4_OCTETS && ipv4;
        int nlriAt = nextHopAt + nextHopLength + 1; // the octet between is reserved and ignored (RFC 4760 section 3)
        if (!expected || nlriAt > attribute.end()) {
            throw incorrect(
                    attribute,
                    "MP_REACH_NLRI for " + family + " has a next hop of " + nextHopLength
                            + " octets, so its prefixes cannot be found (RFC 7606 section 7.11)"
                            + (ipv6NextHop && !agreed
                                    ? "; IPv6 next hops for it were not agreed on (RFC 8950): set extendedNextHop on both"
                                            + " sides, or on neither"
                                    : ""));
        }
        Nlri nlri = nlri(attribute, nlriAt, family);
        if (nextHopLength == IPV4_OCTETS) {
            return new Reach(checked(attribute, Ipv4Address.ofBytes(octets, nextHopAt)), null, nlri);
        }
        Ipv6Address first = Ipv6Address.ofBytes(octets, nextHopAt);
        if (nextHopLength == IPV6_OCTETS) {
            return new Reach(checked(attribute, first), null, nlri);
        }
        return reach(attribute, first, Ipv6Address.ofBytes(octets, nextHopAt + IPV6_OCTETS), nlri);
    }

    /**
     * RFC 2545 section 3 wants a global and a link-local address. Speakers that have only a link-local one are known to
     * write {@code ::} or the link-local address itself in the place of the global one.
     */
    private Reach reach(AttributeCursor attribute, Ipv6Address first, Ipv6Address second, Nlri nlri) {
        if (!second.isLinkLocal()) {
            problems.discard(
                    attribute.type(),
                    attribute.offset(),
                    "the second next hop " + second + " is not link-local and is ignored (RFC 2545 section 3)");
            return new Reach(checked(attribute, first), null, nlri);
        }
        if (first.isUnspecified() || first.isLinkLocal()) {
            return new Reach(second, null, nlri);
        }
        return new Reach(checked(attribute, first), second, nlri);
    }

    /** Reads the MP_UNREACH_NLRI at the cursor; null when its family was not agreed on. */
    @Nullable
    Nlri unreach(AttributeCursor attribute) throws MalformedMessageException {
        if (attribute.length() < 3) {
            throw incorrect(attribute, "MP_UNREACH_NLRI has only " + attribute.length() + " octets");
        }
        Family family = family(attribute);
        return family == null ? null : nlri(attribute, attribute.value() + 3, family);
    }

    private @Nullable Family family(AttributeCursor attribute) {
        int afi = Octets.u16(attribute.octets(), attribute.value());
        int safi = attribute.octets()[attribute.value() + 2] & 0xFF;
        Family family = Family.of(afi, safi);
        if (family != null && options.families().contains(family)) {
            return family;
        }
        problems.discard(
                attribute.type(),
                attribute.offset(),
                AttributeNames.of(attribute.type()) + " is for AFI " + afi + ", SAFI " + safi
                        + ", which was not agreed on, and is ignored");
        return null;
    }

    private Nlri nlri(AttributeCursor attribute, int at, Family family) throws MalformedMessageException {
        boolean addPath = options.addPathReceive().contains(family);
        byte[] octets = attribute.octets();
        int fault = NlriCheck.fault(octets, at, attribute.end(), family, addPath);
        if (fault >= 0) {
            throw incorrect(
                    attribute,
                    AttributeNames.of(attribute.type()) + ": "
                            + NlriCheck.describe(octets, fault, attribute.end(), family, addPath));
        }
        return new Nlri(family, Arrays.copyOfRange(octets, at, attribute.end()), addPath);
    }

    private IpAddress checked(AttributeCursor attribute, IpAddress nextHop) {
        if (!isUsable(nextHop)) {
            problems.treatAsWithdraw(
                    attribute.type(),
                    attribute.offset(),
                    attribute.error(
                            ErrorCode.UPDATE_OPTIONAL_ATTRIBUTE,
                            "the next hop " + nextHop + " is not the address of a host"));
        }
        return nextHop;
    }

    /** Whether an address can be one of a host, as RFC 4271 section 6.3 demands of a next hop. */
    static boolean isUsable(IpAddress nextHop) {
        return switch (nextHop) {
            case Ipv4Address v4 ->
                v4.value() >>> 24 != 0 && !v4.isLoopback() && !v4.isMulticast() && v4.value() != 0xFFFF_FFFF;
            case Ipv6Address v6 -> !v6.isUnspecified() && !v6.isLoopback() && !v6.isMulticast() && !v6.isIpv4Mapped();
        };
    }

    /** RFC 4760 section 7. */
    private static MalformedMessageException incorrect(AttributeCursor attribute, String reason) {
        return attribute.error(ErrorCode.UPDATE_OPTIONAL_ATTRIBUTE, reason);
    }
}
