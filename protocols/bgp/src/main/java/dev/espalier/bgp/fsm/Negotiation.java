package dev.espalier.bgp.fsm;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.session.RestartFlags;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.Transport.Endpoint;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What two OPENs come to: makes ours, and judges the neighbour's (RFC 4271 section 6.2, RFC 5492). Pure.
 *
 * <p>What is wrong with an OPEN whoever reads it (version, hold time, identifier 0) the decoder has already refused; here is what
 * depends on who we are and whom we expect.
 */
public final class Negotiation {

    private static final int VERSION = 4;
    private static final byte[] NO_DATA = {};
    private static final Capability.NextHopEncoding IPV4_BY_IPV6 = new Capability.NextHopEncoding(
            Family.IPV4_UNICAST.afi(), Family.IPV4_UNICAST.safi(), Family.IPV6_UNICAST.afi());

    private Negotiation() {}

    /** The verdict on a neighbour's OPEN. */
    public sealed interface Verdict {
        /** It is acceptable. */
        record Agreed(Negotiated negotiated) implements Verdict {}

        /**
         * It is not.
         *
         * @param notification what the neighbour must be told
         * @param reason a sentence for people, which says what to change
         */
        record Refused(Message.Notification notification, String reason) implements Verdict {}
    }

    /** Our OPEN to a neighbour, as things stand now. */
    public static Message.Open open(LocalSpeaker local, PeerConfig peer, RestartFlags restart) {
        List<Capability> capabilities = new ArrayList<>();
        List<Family> families = peer.families().stream().sorted().toList();
        families.forEach(family -> capabilities.add(new Capability.Multiprotocol(family)));
        capabilities.add(new Capability.RouteRefresh());
        if (peer.session().extendedNextHop() && families.contains(Family.IPV4_UNICAST)) {
            capabilities.add(new Capability.ExtendedNextHop(List.of(IPV4_BY_IPV6)));
        }
        capabilities.add(new Capability.EnhancedRouteRefresh());
        if (peer.session().extendedMessages()) {
            capabilities.add(new Capability.ExtendedMessage());
        }
        if (peer.session().role() != null) {
            capabilities.add(new Capability.BgpRole(peer.session().role().code()));
        }
        if (peer.session().gracefulRestart() > 0) {
            List<Capability.RestartFamily> kept = families.stream()
                    .map(f -> new Capability.RestartFamily(f.afi(), f.safi(), restart.forwardingPreserved(f)))
                    .toList();
            capabilities.add(new Capability.GracefulRestart(
                    restart.restarting(), true, peer.session().gracefulRestart(), kept));
        }
        int staleTime = peer.session().longLivedStaleTime();
        if (peer.session().gracefulRestart() > 0 && staleTime > 0) {
            capabilities.add(new Capability.LongLivedGracefulRestart(families.stream()
                    .map(f -> new Capability.LongLivedFamily(
                            f.afi(), f.safi(), restart.forwardingPreserved(f), staleTime))
                    .toList()));
        }
        capabilities.add(new Capability.FourOctetAs(local.asn()));
        AddPathAgreement.offer(peer).ifPresent(capabilities::add);
        Asn field = local.asn().fitsTwoOctets() ? local.asn() : Asn.AS_TRANS;
        return new Message.Open(
                VERSION, (int) field.value(), peer.session().holdSeconds(), local.routerId(), capabilities);
    }

    /**
     * Judges a neighbour's OPEN.
     *
     * @param ownEnd our end of the connection it came on
     * @param peerEnd the neighbour's
     */
    public static Verdict judge(
            Message.Open open, LocalSpeaker local, PeerConfig peer, Endpoint ownEnd, Endpoint peerEnd) {
        Asn peerAs = asn(open);
        Verdict.Refused wrongAs = judgeAs(peerAs, local, peer, peerEnd);
        if (wrongAs != null) {
            return wrongAs;
        }
        boolean internal = peerAs.equals(local.asn());
        Verdict.Refused wrongIdentifier = judgeIdentifier(open.routerId(), internal, local, peerEnd);
        if (wrongIdentifier != null) {
            return wrongIdentifier;
        }
        String wrongRole = internal ? null : RoleCheck.fault(open, peer.session(), peerEnd.address());
        if (wrongRole != null) {
            return refuse(ErrorCode.OPEN_ROLE_MISMATCH, NO_DATA, wrongRole);
        }
        Set<Family> shared = sharedFamilies(open, peer);
        if (shared.isEmpty()) {
            return refuse(
                    ErrorCode.OPEN_UNSUPPORTED_CAPABILITY,
                    wanted(peer),
                    peerEnd.address() + " has no address family in common with us: we want " + names(peer.families())
                            + "; enable one of them there or change spec.families");
        }
        return new Verdict.Agreed(agree(open, local, peerAs, internal, shared, peer, ownEnd, peerEnd));
    }

    private static Negotiated agree(
            Message.Open open,
            LocalSpeaker local,
            Asn peerAs,
            boolean internal,
            Set<Family> shared,
            PeerConfig peer,
            Endpoint ownEnd,
            Endpoint peerEnd) {
        PeerConfig.Session session = peer.session();
        AddPathAgreement addPath = AddPathAgreement.of(open, peer.addPaths(), shared);
        SessionOptions options = new SessionOptions(
                find(open, Capability.FourOctetAs.class) != null,
                session.extendedMessages() && find(open, Capability.ExtendedMessage.class) != null,
                internal,
                shared,
                addPath.receive(),
                addPath.send(),
                extendedNextHop(open, shared, session));
        int hold = Math.min(session.holdSeconds(), open.holdTime());
        Capability.GracefulRestart saidOfRestart = find(open, Capability.GracefulRestart.class);
        Capability.GracefulRestart restart = session.gracefulRestart() > 0 ? saidOfRestart : null;
        boolean refresh = find(open, Capability.RouteRefresh.class) != null;
        return new Negotiated(
                options,
                local.asn(),
                internal ? null : session.role(),
                peerAs,
                open.routerId(),
                ownEnd,
                peerEnd,
                hold,
                keepaliveSeconds(hold, session.keepaliveSeconds()),
                refresh,
                refresh && find(open, Capability.EnhancedRouteRefresh.class) != null,
                restart,
                restart == null ? Set.of() : restartFamilies(restart, shared),
                // RFC 9494 section 3.1: without the other capability this one is ignored
                saidOfRestart == null ? null : find(open, Capability.LongLivedGracefulRestart.class),
                open.capabilities());
    }

    /** Where both have said that IPv4 routes may have IPv6 next hops (RFC 8950 section 4). */
    private static Set<Family> extendedNextHop(Message.Open open, Set<Family> shared, PeerConfig.Session session) {
        Capability.ExtendedNextHop theirs = find(open, Capability.ExtendedNextHop.class);
        boolean agreed = session.extendedNextHop()
                && shared.contains(Family.IPV4_UNICAST)
                && theirs != null
                && theirs.allows(Family.IPV4_UNICAST);
        return agreed ? Set.of(Family.IPV4_UNICAST) : Set.of();
    }

    /** RFC 4271 section 4.4: a third of the hold time is a reasonable longest interval. */
    private static int keepaliveSeconds(int hold, int wanted) {
        if (hold == 0) {
            return 0;
        }
        return wanted > 0 ? Math.min(wanted, hold / 3) : hold / 3;
    }

    /** The neighbour's AS: the capability's (RFC 6793), else that of the OPEN's own field. */
    private static Asn asn(Message.Open open) {
        Capability.FourOctetAs capability = find(open, Capability.FourOctetAs.class);
        return capability == null ? new Asn(open.myAs()) : capability.asn();
    }

    private static Verdict.@Nullable Refused judgeAs(
            Asn actual, LocalSpeaker local, PeerConfig peer, Endpoint peerEnd) {
        if (actual.value() == 0 || actual.equals(Asn.AS_TRANS)) {
            // RFC 7607 for 0; AS_TRANS only stands for others (RFC 6793 section 9).
            return refuse(
                    ErrorCode.OPEN_BAD_PEER_AS,
                    NO_DATA,
                    peerEnd.address() + " says AS " + actual + ", which nobody may have");
        }
        if (!peer.asn().admits(actual, local.asn())) {
            return refuse(
                    ErrorCode.OPEN_BAD_PEER_AS,
                    NO_DATA,
                    "peer says AS " + actual + ", configured is " + describe(peer.asn(), local.asn())
                            + ": change spec.asn or the peer");
        }
        return null;
    }

    private static Verdict.@Nullable Refused judgeIdentifier(
            Ipv4Address routerId, boolean internal, LocalSpeaker local, Endpoint peerEnd) {
        // RFC 6286: identifiers are unique within an AS, and only there.
        if (internal && routerId.equals(local.routerId())) {
            return refuse(
                    ErrorCode.OPEN_BAD_BGP_IDENTIFIER,
                    NO_DATA,
                    peerEnd.address() + " has our own BGP identifier " + routerId
                            + ": give one of the two another router id");
        }
        return null;
    }

    /** RFC 4760 section 8; without any such capability a speaker means IPv4 unicast. */
    private static Set<Family> sharedFamilies(Message.Open open, PeerConfig peer) {
        Set<Family> theirs = EnumSet.noneOf(Family.class);
        boolean said = false;
        for (Capability capability : open.capabilities()) {
            if (capability instanceof Capability.Multiprotocol(int afi, int safi)) {
                said = true;
                Family family = Family.of(afi, safi);
                if (family != null) {
                    theirs.add(family);
                }
            }
        }
        if (!said) {
            theirs.add(Family.IPV4_UNICAST);
        }
        theirs.retainAll(peer.families());
        return theirs;
    }

    private static Set<Family> restartFamilies(Capability.GracefulRestart restart, Set<Family> shared) {
        Set<Family> families = EnumSet.noneOf(Family.class);
        for (Capability.RestartFamily kept : restart.families()) {
            Family family = Family.of(kept.afi(), kept.safi());
            if (family != null && shared.contains(family)) {
                families.add(family);
            }
        }
        return families;
    }

    /** The first capability of a kind: where one is repeated, RFC 5492 section 4 leaves the choice to us. */
    private static <C extends Capability> @Nullable C find(Message.Open open, Class<C> kind) {
        for (Capability capability : open.capabilities()) {
            if (kind.isInstance(capability)) {
                return kind.cast(capability);
            }
        }
        return null;
    }

    /** RFC 5492 section 5: the data lists the capabilities that are missing, as they would stand in an OPEN. */
    private static byte[] wanted(PeerConfig peer) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (Family family : peer.families().stream().sorted().toList()) {
            data.writeBytes(
                    new byte[] {1, 4, (byte) (family.afi() >>> 8), (byte) family.afi(), 0, (byte) family.safi()});
        }
        return data.toByteArray();
    }

    private static String describe(PeerConfig.RemoteAs wanted, Asn own) {
        return switch (wanted) {
            case PeerConfig.RemoteAs.Exactly number -> number.asn().toString();
            case PeerConfig.RemoteAs.Internal internal -> "internal (" + own + ")";
            case PeerConfig.RemoteAs.External external -> "external (any but " + own + ")";
            case PeerConfig.RemoteAs.Any any -> "any";
        };
    }

    private static String names(Set<Family> families) {
        return String.join(
                ", ", families.stream().sorted().map(Family::toString).toList());
    }

    private static Verdict.Refused refuse(int subcode, byte[] data, String reason) {
        return new Verdict.Refused(new Message.Notification(ErrorCode.OPEN_MESSAGE, subcode, data), reason);
    }
}
