package dev.espalier.objects.kind;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.policy.DefinedSet;
import dev.espalier.policy.PolicyDefinition;
import java.util.List;
import java.util.function.Function;

/**
 * A kind of object. A further kind is a further constant here, and a record with its decoder beside it.
 *
 * @param <S> the record of its spec
 * @param name as {@code kind} spells it
 * @param decoder the decoder of the spec, for an object of a name
 * @param perNode whether it may select nodes, and have values that are templates over the node
 */
public record Kind<S>(String name, Function<String, Decoder<S>> decoder, boolean perNode) {

    /** A BGP instance. */
    public static final Kind<RouterSpec> ROUTER = new Kind<>("Router", _ -> RouterSpec.DECODER, true);
    /** Whom to talk to. */
    public static final Kind<BgpPeerSpec> BGP_PEER = new Kind<>("BgpPeer", _ -> BgpPeerSpec.DECODER, true);
    /** What to announce. */
    public static final Kind<AdvertisementSpec> ADVERTISEMENT =
            new Kind<>("Advertisement", _ -> AdvertisementSpec.DECODER, true);
    /** How BFD sessions are held. */
    public static final Kind<BfdProfile> BFD_PROFILE = new Kind<>("BfdProfile", _ -> BfdProfileDecoder.DECODER, false);
    /** Addresses for pods. */
    public static final Kind<IpPoolSpec> IP_POOL = new Kind<>("IpPool", _ -> IpPoolSpec.DECODER, false);
    /** Addresses that no pod gets. */
    public static final Kind<IpReservationSpec> IP_RESERVATION =
            new Kind<>("IpReservation", _ -> IpReservationSpec.DECODER, false);
    /** Where state is kept that several nodes write. */
    public static final Kind<StateStoreSpec> STATE_STORE = new Kind<>("StateStore", _ -> StateStoreSpec.DECODER, true);
    /** A flannel network. */
    public static final Kind<FlannelSpec> FLANNEL = new Kind<>("Flannel", _ -> FlannelSpec.DECODER, true);
    /** Which routes pass, and how they are changed. */
    public static final Kind<PolicyDefinition> ROUTE_POLICY = new Kind<>("RoutePolicy", PolicyDecoder::of, false);
    /** Prefixes for policies to name. */
    public static final Kind<DefinedSet> PREFIX_SET = new Kind<>("PrefixSet", SetDecoder::prefixes, false);
    /** Neighbours for policies to name. */
    public static final Kind<DefinedSet> NEIGHBOR_SET = new Kind<>("NeighborSet", SetDecoder::neighbors, false);
    /** Communities for policies to name. */
    public static final Kind<DefinedSet> COMMUNITY_SET = new Kind<>(
            "CommunitySet", name -> SetDecoder.members(members -> new DefinedSet.CommunitySet(name, members)), false);
    /** Extended communities for policies to name. */
    public static final Kind<DefinedSet> EXT_COMMUNITY_SET = new Kind<>(
            "ExtCommunitySet",
            name -> SetDecoder.members(members -> new DefinedSet.ExtCommunitySet(name, members)),
            false);
    /** Large communities for policies to name. */
    public static final Kind<DefinedSet> LARGE_COMMUNITY_SET = new Kind<>(
            "LargeCommunitySet",
            name -> SetDecoder.members(members -> new DefinedSet.LargeCommunitySet(name, members)),
            false);
    /** Patterns of AS paths for policies to name. */
    public static final Kind<DefinedSet> AS_PATH_SET = new Kind<>(
            "AsPathSet", name -> SetDecoder.members(members -> new DefinedSet.AsPathSet(name, members)), false);

    /** The kinds of sets. */
    public static final List<Kind<DefinedSet>> SETS =
            List.of(PREFIX_SET, NEIGHBOR_SET, COMMUNITY_SET, EXT_COMMUNITY_SET, LARGE_COMMUNITY_SET, AS_PATH_SET);

    /** The names of all kinds. */
    public static final List<String> NAMES = List.of(
            ROUTER.name,
            BGP_PEER.name,
            ADVERTISEMENT.name,
            BFD_PROFILE.name,
            IP_POOL.name,
            IP_RESERVATION.name,
            STATE_STORE.name,
            FLANNEL.name,
            ROUTE_POLICY.name,
            PREFIX_SET.name,
            NEIGHBOR_SET.name,
            COMMUNITY_SET.name,
            EXT_COMMUNITY_SET.name,
            LARGE_COMMUNITY_SET.name,
            AS_PATH_SET.name);
}
