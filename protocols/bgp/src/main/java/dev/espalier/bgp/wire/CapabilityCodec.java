package dev.espalier.bgp.wire;

import dev.espalier.net.Asn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Capabilities (RFC 5492): a code octet, a length octet, and a value whose form the code decides. */
final class CapabilityCodec {

    private static final int MULTIPROTOCOL = 1;
    private static final int ROUTE_REFRESH = 2;
    private static final int EXTENDED_NEXT_HOP = 5;
    private static final int EXTENDED_MESSAGE = 6;
    private static final int ROLE = 9;
    private static final int GRACEFUL_RESTART = 64;
    private static final int FOUR_OCTET_AS = 65;
    private static final int ADD_PATH = 69;
    private static final int ENHANCED_ROUTE_REFRESH = 70;
    private static final int LONG_LIVED_GRACEFUL_RESTART = 71;

    private static final int MAX_VALUE = 255;

    /** RFC 8950 section 4: AFI, SAFI and next hop AFI, two octets each. */
    private static final int ENCODING = 6;

    // RFC 4724 section 3 and RFC 8538 section 2: flags above twelve bits of restart time, and flags of a family
    private static final int RESTARTING = 0x8000;
    private static final int NOTIFICATION = 0x4000;
    private static final int RESTART_TIME = 0x0FFF;
    private static final int FORWARDING = 0x80;

    // RFC 7911 section 4: two bits, although it words them as three numbers
    private static final int RECEIVE = 1;
    private static final int SEND = 2;

    /** RFC 9494 section 3.1: family, flags, and a time of 24 bits. */
    private static final int LONG_LIVED_FAMILY_LENGTH = 7;

    private static final int LONG_LIVED_STALE_TIME = 0xFFFFFF;

    private CapabilityCodec() {}

    // ---- reading

    /**
     * Adds the capabilities in {@code [at, to)} to a list.
     *
     * @param from where the message begins, for the offsets in errors
     */
    static void decode(byte[] octets, int from, int at, int to, List<Capability> capabilities)
            throws MalformedMessageException {
        while (at < to) {
            int value = at + 2;
            if (value > to || value + (octets[at + 1] & 0xFF) > to) {
                throw OpenCodec.malformed(at - from, "a capability is longer than the parameter it is in");
            }
            int end = value + (octets[at + 1] & 0xFF);
            capabilities.add(capability(octets, from, at, end));
            at = end;
        }
    }

    private static Capability capability(byte[] octets, int from, int at, int end) throws MalformedMessageException {
        int code = octets[at] & 0xFF;
        int value = at + 2;
        int length = end - value;
        return switch (code) {
            case MULTIPROTOCOL -> {
                requireLength("multiprotocol", length == 4, length, at - from);
                // the third octet is reserved and ignored (RFC 4760 section 8)
                yield new Capability.Multiprotocol(Octets.u16(octets, value), octets[value + 3] & 0xFF);
            }
            case ROUTE_REFRESH -> {
                requireLength("route refresh", length == 0, length, at - from);
                yield new Capability.RouteRefresh();
            }
            case EXTENDED_NEXT_HOP -> {
                requireLength("extended next hop encoding", length % ENCODING == 0, length, at - from);
                yield extendedNextHop(octets, value, end);
            }
            case EXTENDED_MESSAGE -> {
                requireLength("extended message", length == 0, length, at - from);
                yield new Capability.ExtendedMessage();
            }
            case ROLE -> {
                requireLength("role", length == 1, length, at - from);
                yield new Capability.BgpRole(octets[value] & 0xFF);
            }
            case GRACEFUL_RESTART -> {
                requireLength("graceful restart", length >= 2 && length % 4 == 2, length, at - from);
                yield gracefulRestart(octets, value, end);
            }
            case FOUR_OCTET_AS -> {
                requireLength("four-octet AS", length == 4, length, at - from);
                yield fourOctetAs(octets, value, value - from);
            }
            case ADD_PATH -> {
                requireLength("ADD-PATH", length % 4 == 0, length, at - from);
                yield addPath(octets, value, end);
            }
            case ENHANCED_ROUTE_REFRESH -> {
                requireLength("enhanced route refresh", length == 0, length, at - from);
                yield new Capability.EnhancedRouteRefresh();
            }
            case LONG_LIVED_GRACEFUL_RESTART -> {
                boolean right = length % LONG_LIVED_FAMILY_LENGTH == 0;
                requireLength("long-lived graceful restart", right, length, at - from);
                yield longLived(octets, value, end);
            }
            default -> new Capability.Unknown(code, Arrays.copyOfRange(octets, value, end));
        };
    }

    private static void requireLength(String name, boolean right, int length, int offset)
            throws MalformedMessageException {
        if (!right) {
            throw OpenCodec.malformed(offset, "the " + name + " capability cannot have " + length + " octets");
        }
    }

    private static Capability extendedNextHop(byte[] octets, int value, int end) {
        List<Capability.NextHopEncoding> encodings = new ArrayList<>();
        for (int at = value; at < end; at += ENCODING) {
            encodings.add(new Capability.NextHopEncoding(
                    Octets.u16(octets, at), Octets.u16(octets, at + 2), Octets.u16(octets, at + 4)));
        }
        return new Capability.ExtendedNextHop(encodings);
    }

    private static Capability gracefulRestart(byte[] octets, int value, int end) {
        int head = Octets.u16(octets, value);
        List<Capability.RestartFamily> families = new ArrayList<>();
        for (int at = value + 2; at < end; at += 4) {
            families.add(new Capability.RestartFamily(
                    Octets.u16(octets, at), octets[at + 2] & 0xFF, (octets[at + 3] & FORWARDING) != 0));
        }
        return new Capability.GracefulRestart(
                (head & RESTARTING) != 0, (head & NOTIFICATION) != 0, head & RESTART_TIME, families);
    }

    private static Capability longLived(byte[] octets, int value, int end) {
        List<Capability.LongLivedFamily> families = new ArrayList<>();
        for (int at = value; at < end; at += LONG_LIVED_FAMILY_LENGTH) {
            families.add(new Capability.LongLivedFamily(
                    Octets.u16(octets, at),
                    octets[at + 2] & 0xFF,
                    (octets[at + 3] & FORWARDING) != 0,
                    Octets.i32(octets, at + 3) & LONG_LIVED_STALE_TIME));
        }
        return new Capability.LongLivedGracefulRestart(families);
    }

    private static Capability fourOctetAs(byte[] octets, int value, int offset) throws MalformedMessageException {
        int asn = Octets.i32(octets, value);
        if (asn == 0) {
            throw new MalformedMessageException(
                    ErrorCode.OPEN_MESSAGE,
                    ErrorCode.OPEN_BAD_PEER_AS,
                    new byte[0],
                    offset,
                    "nobody is in AS 0 (RFC 7607)");
        }
        return new Capability.FourOctetAs(Asn.ofBits(asn));
    }

    /** RFC 7911 section 4: with anything but 1, 2 or 3 for a family, the whole capability counts as not understood. */
    private static Capability addPath(byte[] octets, int value, int end) {
        List<Capability.AddPathFamily> families = new ArrayList<>();
        for (int at = value; at < end; at += 4) {
            int modes = octets[at + 3] & 0xFF;
            if (modes < RECEIVE || modes > (RECEIVE | SEND)) {
                return new Capability.Unknown(ADD_PATH, Arrays.copyOfRange(octets, value, end));
            }
            families.add(new Capability.AddPathFamily(
                    Octets.u16(octets, at), octets[at + 2] & 0xFF, (modes & RECEIVE) != 0, (modes & SEND) != 0));
        }
        return new Capability.AddPath(families);
    }

    // ---- writing

    /**
     * Code, length and value.
     *
     * @throws IllegalArgumentException when the value does not fit
     */
    static byte[] encode(Capability capability) {
        byte[] value =
                switch (capability) {
                    case Capability.Multiprotocol family -> {
                        byte[] octets = new byte[4];
                        Octets.putU16(octets, 0, family.afi());
                        octets[3] = (byte) family.safi();
                        yield octets;
                    }
                    case Capability.RouteRefresh refresh -> new byte[0];
                    case Capability.ExtendedNextHop extended -> extendedNextHop(extended);
                    case Capability.ExtendedMessage extended -> new byte[0];
                    case Capability.BgpRole role -> new byte[] {(byte) role.role()};
                    case Capability.GracefulRestart restart -> gracefulRestart(restart);
                    case Capability.FourOctetAs four -> {
                        byte[] octets = new byte[4];
                        Octets.putI32(octets, 0, four.asn().bits());
                        yield octets;
                    }
                    case Capability.AddPath paths -> addPath(paths);
                    case Capability.EnhancedRouteRefresh refresh -> new byte[0];
                    case Capability.LongLivedGracefulRestart restart -> longLived(restart);
                    case Capability.Unknown unknown -> unknown.value();
                };
        if (value.length > MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a capability has at most 255 octets, but code " + capability.code() + " has " + value.length);
        }
        byte[] encoded = new byte[2 + value.length];
        encoded[0] = (byte) capability.code();
        encoded[1] = (byte) value.length;
        System.arraycopy(value, 0, encoded, 2, value.length);
        return encoded;
    }

    private static byte[] extendedNextHop(Capability.ExtendedNextHop extended) {
        byte[] value = new byte[ENCODING * extended.encodings().size()];
        int at = 0;
        for (Capability.NextHopEncoding encoding : extended.encodings()) {
            Octets.putU16(value, at, encoding.afi());
            Octets.putU16(value, at + 2, encoding.safi());
            Octets.putU16(value, at + 4, encoding.nextHopAfi());
            at += ENCODING;
        }
        return value;
    }

    private static byte[] longLived(Capability.LongLivedGracefulRestart restart) {
        byte[] value = new byte[LONG_LIVED_FAMILY_LENGTH * restart.families().size()];
        int at = 0;
        for (Capability.LongLivedFamily family : restart.families()) {
            if (family.staleTime() < 0 || family.staleTime() > LONG_LIVED_STALE_TIME) {
                throw new IllegalArgumentException(
                        "a long-lived stale time is 0 to 16777215 seconds, not " + family.staleTime());
            }
            Octets.putU16(value, at, family.afi());
            value[at + 2] = (byte) family.safi();
            Octets.putI32(value, at + 3, (family.forwarding() ? FORWARDING << 24 : 0) | family.staleTime());
            at += LONG_LIVED_FAMILY_LENGTH;
        }
        return value;
    }

    private static byte[] gracefulRestart(Capability.GracefulRestart restart) {
        if (restart.restartTime() < 0 || restart.restartTime() > RESTART_TIME) {
            throw new IllegalArgumentException("a restart time is 0 to 4095 seconds, not " + restart.restartTime());
        }
        byte[] value = new byte[2 + 4 * restart.families().size()];
        int flags = (restart.restarting() ? RESTARTING : 0) | (restart.notification() ? NOTIFICATION : 0);
        Octets.putU16(value, 0, flags | restart.restartTime());
        int at = 2;
        for (Capability.RestartFamily family : restart.families()) {
            Octets.putU16(value, at, family.afi());
            value[at + 2] = (byte) family.safi();
            value[at + 3] = (byte) (family.forwarding() ? FORWARDING : 0);
            at += 4;
        }
        return value;
    }

    private static byte[] addPath(Capability.AddPath paths) {
        byte[] value = new byte[4 * paths.families().size()];
        int at = 0;
        for (Capability.AddPathFamily family : paths.families()) {
            Octets.putU16(value, at, family.afi());
            value[at + 2] = (byte) family.safi();
            value[at + 3] = (byte) ((family.receive() ? RECEIVE : 0) | (family.send() ? SEND : 0));
            at += 4;
        }
        return value;
    }
}
