package dev.espalier.policy;

import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Action.MedChange;
import dev.espalier.route.PathAttributes;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says conditions, what they saw, and actions in the words of the configuration. For {@link Policy#explain} only. */
final class Wording {

    private Wording() {}

    /** A condition: {@code matchPrefixSet any 'customers'}. */
    static String of(Condition condition) {
        String value =
                switch (condition) {
                    case Condition.MatchSet match -> lower(match.matchSetOptions()) + " '" + match.set() + "'";
                    case Condition.AsPathLength length -> lower(length.operator()) + " " + length.value();
                    case Condition.MedEq med -> Long.toString(med.value());
                    case Condition.LocalPrefEq localPref -> Long.toString(localPref.value());
                    case Condition.OriginEq origin -> origin.origin().toString();
                    case Condition.RouteTypeEq type -> lower(type.routeType());
                    case Condition.NextHopIn nextHop -> nextHop.prefixes().toString();
                    case Condition.AfiSafiIn family ->
                        family.families().stream().sorted().toList().toString();
                    case Condition.InstallProtocolEq protocol -> lower(protocol.source());
                    case Condition.CallPolicy call -> "'" + call.policy() + "'";
                };
        return condition.field() + " " + value;
    }

    /** What a condition looks at, as this route has it: {@code the prefix is 10.0.0.0/8}. */
    static String seen(Condition condition, Evaluation evaluation) {
        PolicyRoute route = evaluation.route();
        PathAttributes attributes = evaluation.attributes();
        return switch (condition) {
            case Condition.MatchPrefixSet _ ->
                "the prefix is " + IpPrefix.of(route.family, route.high, route.low, route.length);
            case Condition.MatchNeighborSet _ -> "the neighbor is " + orNone(route.neighbor);
            case Condition.MatchCommunitySet _ -> "the communities are " + evaluation.communities();
            case Condition.MatchExtCommunitySet _ -> "the extended communities are " + evaluation.extCommunities();
            case Condition.MatchLargeCommunitySet _ -> "the large communities are " + evaluation.largeCommunities();
            case Condition.MatchAsPathSet _ -> "the AS path is [" + evaluation.asPathText() + "]";
            case Condition.AsPathLength _ -> "the AS path has length " + attributes.asPathLength();
            case Condition.MedEq _ ->
                "the MED is " + (attributes.hasMed() ? Integer.toUnsignedString(attributes.med()) : "absent");
            case Condition.LocalPrefEq _ ->
                "the local preference is "
                        + (attributes.hasLocalPref() ? Integer.toUnsignedString(attributes.localPref()) : "absent");
            case Condition.OriginEq _ -> "the origin is " + attributes.origin();
            case Condition.RouteTypeEq _ -> "the route is " + lower(RouteType.of(route.source));
            case Condition.NextHopIn _ -> "the next hop is " + orNone(attributes.nextHop());
            case Condition.AfiSafiIn _ -> "the family is " + route.family;
            case Condition.InstallProtocolEq _ -> "the route comes from " + lower(route.source);
            case Condition.CallPolicy _ -> "that policy does not accept the route";
        };
    }

    /** What a statement does with a route that meets its conditions: {@code setLocalPref 200, accept}. */
    static String of(Statement statement) {
        return Stream.concat(statement.actions().stream().map(Wording::of), Stream.of(of(statement.policyResult())))
                .collect(Collectors.joining(", "));
    }

    /** What a default action does. */
    static String of(DefaultAction defaultAction) {
        return switch (defaultAction) {
            case ACCEPT -> "accept";
            case REJECT -> "reject";
            case NEXT_POLICY -> "next policy";
        };
    }

    private static String of(PolicyResult result) {
        return switch (result) {
            case ACCEPT -> "accept";
            case REJECT -> "reject";
            case NEXT -> "next statement";
        };
    }

    /** An action: {@code setMed +10}. */
    static String of(Action action) {
        String value =
                switch (action) {
                    case Action.SetLocalPref set -> Long.toString(set.value());
                    case Action.SetMed set -> sign(set.change()) + set.value();
                    case Action.SetOrigin set -> set.origin().toString();
                    case Action.SetNextHop set ->
                        set.address() == null ? "self" : set.address().toString();
                    case Action.SetAsPathPrepend set ->
                        (set.asn() == null ? "own AS" : set.asn().toString()) + " x" + set.repeatN();
                    case Action.SetLinkBandwidth set ->
                        "%.0f bit/s%s".formatted(8.0 * set.bytesPerSecond(), set.transitive() ? ", transitive" : "");
                    case Action.SetCommunities<?> set ->
                        lower(set.option()) + " "
                                + Stream.concat(
                                                set.inline().stream().map(Object::toString),
                                                set.sets().stream().map(name -> "'" + name + "'"))
                                        .collect(Collectors.joining(" "));
                };
        return (action.field() + " " + value).strip();
    }

    private static String sign(MedChange change) {
        return switch (change) {
            case SET -> "";
            case ADD -> "+";
            case SUBTRACT -> "-";
        };
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String orNone(@Nullable Object value) {
        return value == null ? "none" : value.toString();
    }
}
