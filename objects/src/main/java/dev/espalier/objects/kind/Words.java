package dev.espalier.objects.kind;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.LargeCommunity;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.route.Origin;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decoders of the words that several kinds share. */
final class Words {

    static final long MAX_UNSIGNED_32 = 0xFFFF_FFFFL;

    static final Decoder<Asn> ASN = Decoders.parsed("an AS number", Words::asn);
    static final Decoder<IpAddress> ADDRESS = Decoders.parsed("an IP address", IpAddress::parse);
    static final Decoder<IpPrefix> PREFIX = Decoders.parsed("a prefix", IpPrefix::parse);
    static final Decoder<Community> COMMUNITY = Decoders.parsed("a community", Community::parse);
    static final Decoder<LargeCommunity> LARGE_COMMUNITY = Decoders.parsed("a large community", LargeCommunity::parse);
    static final Decoder<ExtendedCommunity> EXT_COMMUNITY =
            Decoders.parsed("an extended community", ExtendedCommunity::parse);
    static final Decoder<Ipv4Address> ROUTER_ID = Decoders.parsed("an IPv4 address", Words::routerId);
    static final Decoder<Long> UNSIGNED_32 = Decoders.number(0, MAX_UNSIGNED_32, "");
    static final Decoder<Integer> PORT = Decoders.integer(1, 65535, "");
    static final Decoder<Boolean> BOOLEAN = Decoders.BOOLEAN;
    static final Decoder<Origin> ORIGIN =
            Decoders.choice(Map.of("igp", Origin.IGP, "egp", Origin.EGP, "incomplete", Origin.INCOMPLETE));
    static final Decoder<List<Family>> FAMILIES = Decoders.someOf(
            Decoders.choice(Map.of("ipv4-unicast", Family.IPV4_UNICAST, "ipv6-unicast", Family.IPV6_UNICAST)));
    static final Decoder<AddressFamily> ADDRESS_FAMILY =
            Decoders.choice(Map.of("ipv4", AddressFamily.IPV4, "ipv6", AddressFamily.IPV6));
    static final Decoder<List<String>> NAMES = Decoders.someOf(Decoders.TEXT);

    private Words() {}

    /** The nodes an object is for: those that have all these labels. Absent means every node. */
    static Map<String, String> nodeSelector(Fields fields) {
        return fields.optional("nodeSelector", Decoders.TEXT_BY_NAME, Map.of());
    }

    /** An AS number that a speaker can have. */
    static Asn asn(String text) {
        Asn asn = Asn.parse(text);
        if (asn.value() == 0 || asn.equals(Asn.AS_TRANS) || asn.value() == 0xFFFF || asn.value() == MAX_UNSIGNED_32) {
            throw new IllegalArgumentException("AS " + asn + " is reserved and cannot be the AS of a router");
        }
        return asn;
    }

    private static Ipv4Address routerId(String text) {
        Ipv4Address id = Ipv4Address.parse(text);
        if (id.isUnspecified()) {
            throw new IllegalArgumentException("0.0.0.0 cannot be an identifier (RFC 6286)");
        }
        return id;
    }

    /**
     * An address, and for a link-local one the link: {@code fe80::1%eth0}.
     *
     * @throws IllegalArgumentException with a sentence for people
     */
    static BgpPeerSpec.Remote.Address neighbor(String text) {
        int percent = text.indexOf('%');
        IpAddress address = IpAddress.parse(percent < 0 ? text : text.substring(0, percent));
        @Nullable String link = percent < 0 ? null : text.substring(percent + 1);
        if (address.isUnspecified() || address.isMulticast()) {
            throw new IllegalArgumentException("'" + text + "' cannot be the address of a neighbour");
        }
        boolean needsLink = address.isLinkLocal() && address.family() == AddressFamily.IPV6;
        if (needsLink && (link == null || link.isBlank())) {
            throw new IllegalArgumentException(
                    "'" + text + "' is link-local and needs the interface it is on; write " + address + "%eth0");
        }
        if (!needsLink && link != null) {
            throw new IllegalArgumentException(
                    "'" + address + "' is not link-local, so no interface belongs to it; write " + address);
        }
        return new BgpPeerSpec.Remote.Address(address, link);
    }

    /** The name of an interface: the kernel's IFNAMSIZ, and what it lets nobody use. */
    static BgpPeerSpec.Remote.Interface link(String text) {
        boolean possible = !text.isEmpty()
                && text.length() <= 15
                && text.chars().noneMatch(c -> c == '/' || c == ':' || Character.isWhitespace(c));
        if (!possible) {
            throw new IllegalArgumentException("'" + text
                    + "' cannot be the name of an interface: 1 to 15 characters without '/', ':' and blanks");
        }
        return new BgpPeerSpec.Remote.Interface(text);
    }
}
