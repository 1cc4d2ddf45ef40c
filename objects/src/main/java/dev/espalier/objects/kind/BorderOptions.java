package dev.espalier.objects.kind;

import dev.espalier.bgp.AsPathOptions;
import dev.espalier.bgp.AsPathOptions.RemovePrivateAs;
import dev.espalier.bgp.CommunityKind;
import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.MaximumPrefixes;
import dev.espalier.bgp.Role;
import dev.espalier.bgp.SendLinkBandwidth;
import dev.espalier.net.Asn;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What happens to routes between a peer and us: roles, AS numbers, next hops, communities and limits.
 *
 * @param role what we are to it
 * @param roleStrict whether it must say its role
 * @param asPath what may be in AS paths, and how they are changed
 * @param localAs the AS it knows us by, or null for the Router's
 * @param nextHopUnchanged see {@link dev.espalier.bgp.PeerConfig}
 * @param routeServerClient see {@link dev.espalier.bgp.PeerConfig}
 * @param sendCommunities which communities it is told
 * @param sendLinkBandwidth which link bandwidth it is told
 * @param maximumPrefixes how many routes it may send and be sent
 * @param externalOnly the fields given that mean something for an external peer only
 */
public record BorderOptions(
        @Nullable Role role,
        boolean roleStrict,
        AsPathOptions asPath,
        @Nullable LocalAs localAs,
        boolean nextHopUnchanged,
        boolean routeServerClient,
        Set<CommunityKind> sendCommunities,
        SendLinkBandwidth sendLinkBandwidth,
        MaximumPrefixes maximumPrefixes,
        List<String> externalOnly) {

    private static final int DEFAULT_WARN_AT = 75;
    private static final int DEFAULT_RESTART_SECONDS = 300;
    private static final Asn STAND_IN = new Asn(64512);

    private static final Decoder<Role> ROLE = Decoders.choice(byWord(Role.values()));
    private static final Decoder<List<CommunityKind>> COMMUNITIES =
            Decoders.listOf(Decoders.choice(byWord(CommunityKind.values())));
    private static final Decoder<MaximumPrefixes.Action> ACTION =
            Decoders.choice(byWord(MaximumPrefixes.Action.values()));
    private static final Decoder<SendLinkBandwidth> LINK_BANDWIDTH =
            Decoders.choice(byWord(SendLinkBandwidth.values()));
    private static final Decoder<Integer> COUNT = Decoders.integer(1, Integer.MAX_VALUE, "prefixes");

    private static <E extends Enum<E>> Map<String, E> byWord(E[] values) {
        return Arrays.stream(values).collect(Collectors.toMap(E::toString, Function.identity()));
    }

    static BorderOptions decode(Fields fields) {
        Role role = fields.optional("role", ROLE);
        // A route server does not put itself into the path (RFC 7947 section 2.2.2.1).
        boolean firstAs = fields.optional("enforceFirstAs", Decoders.BOOLEAN, role != Role.RS_CLIENT);
        BorderOptions options = new BorderOptions(
                role,
                fields.optional("roleStrict", Decoders.BOOLEAN, false),
                new AsPathOptions(
                        firstAs,
                        fields.optional("allowAsIn", Decoders.integer(1, 10, "times"), 0),
                        fields.optional("removePrivateAs", Decoders.object(BorderOptions::removePrivateAs)),
                        fields.optional("asOverride", Decoders.BOOLEAN, false)),
                fields.optional("localAs", Decoders.object(BorderOptions::localAs)),
                fields.optional("nextHopUnchanged", Decoders.BOOLEAN, false),
                fields.optional("routeServerClient", Decoders.BOOLEAN, false),
                fields.has("sendCommunities")
                        ? Set.copyOf(fields.optional("sendCommunities", COMMUNITIES, List.of()))
                        : EnumSet.allOf(CommunityKind.class),
                fields.optional("sendLinkBandwidth", LINK_BANDWIDTH, SendLinkBandwidth.RECEIVED),
                fields.optional(
                        "maximumPrefixes", Decoders.object(BorderOptions::maximumPrefixes), MaximumPrefixes.NONE),
                Stream.of(
                                "role",
                                "enforceFirstAs",
                                "removePrivateAs",
                                "asOverride",
                                "localAs",
                                "nextHopUnchanged",
                                "routeServerClient")
                        .filter(fields::has)
                        .toList());
        if (options.roleStrict() && !fields.has("role")) {
            fields.error("roleStrict", "means something only beside 'role'", "say in 'role' what we are to the peer");
        }
        fields.exclude("nextHopSelf", "nextHopUnchanged", "the next hop is either ours or left as it is");
        if (options.sendLinkBandwidth() == SendLinkBandwidth.CUMULATIVE
                && !options.sendCommunities().contains(CommunityKind.EXTENDED)) {
            fields.error(
                    "sendLinkBandwidth",
                    "needs extended communities, and 'sendCommunities' has none",
                    "add 'extended' there, or remove this");
        }
        if (options.routeServerClient()) {
            for (String field : List.of("nextHopSelf", "removePrivateAs", "asOverride", "localAs")) {
                fields.exclude(
                        "routeServerClient",
                        field,
                        "a route server passes AS path and next hop on as they are (RFC 7947)");
            }
        }
        return options;
    }

    private static RemovePrivateAs removePrivateAs(Fields fields) {
        return new RemovePrivateAs(
                fields.optional("mode", Decoders.choice(Map.of("remove", false, "replace", true)), false),
                fields.optional("all", Decoders.BOOLEAN, false));
    }

    private static LocalAs localAs(Fields fields) {
        return new LocalAs(
                fields.required("asn", Words.ASN, STAND_IN),
                fields.optional("prepend", Decoders.BOOLEAN, true),
                fields.optional("replaceAs", Decoders.BOOLEAN, false));
    }

    private static MaximumPrefixes maximumPrefixes(Fields fields) {
        return new MaximumPrefixes(
                fields.optional("in", Decoders.object(BorderOptions::in)), fields.optional("out", COUNT, 0));
    }

    private static MaximumPrefixes.In in(Fields fields) {
        MaximumPrefixes.Action action = fields.optional("action", ACTION, MaximumPrefixes.Action.RESTART);
        if (action != MaximumPrefixes.Action.RESTART && fields.has("restartAfter")) {
            fields.error("restartAfter", "means something only beside 'action: restart'", "remove one of the two");
        }
        return new MaximumPrefixes.In(
                fields.required("limit", COUNT, 1),
                fields.optional("warnAt", Decoders.integer(1, 100, "percent"), DEFAULT_WARN_AT),
                action,
                fields.optional("restartAfter", Decoders.integer(1, 65535, "seconds"), DEFAULT_RESTART_SECONDS),
                fields.optional("count", Decoders.choice(Map.of("received", false, "accepted", true)), false));
    }
}
