package dev.espalier.objects.plan;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bgp.AsPathOptions;
import dev.espalier.bgp.ImportFrom;
import dev.espalier.bgp.MaximumPrefixes;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Redistribute;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.SpeakerConfig.Origination;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.plan.Plan.PlannedRouter;
import dev.espalier.objects.plan.PlanChange.Effect;
import dev.espalier.objects.plan.PlanChange.Subject;
import dev.espalier.policy.Policy;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Secret;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says what changes from one plan to another, in the order of names. Pure. */
public final class PlanDiff {

    /** A field of a record: its name in configuration, its value, and what a change of it does. */
    private record Field<T>(String name, Function<T, @Nullable Object> value, Effect effect) {}

    /** Several things whose order means something. */
    private record Ranked(List<?> things) {}

    static final List<String> SEPARATE_FIELDS = List.of(
            "name", "session", "asPath", "maximumPrefixes", "addPaths", "peers", "originated", "pools", "tunnels");

    private static final List<Field<SpeakerConfig>> ROUTER = List.of(
            new Field<>("instance", SpeakerConfig::instance, Effect.ROUTER_RESTARTED),
            new Field<>("device", SpeakerConfig::device, Effect.ROUTER_RESTARTED),
            new Field<>("asn", SpeakerConfig::asn, Effect.ROUTER_RESTARTED),
            new Field<>("routerId", SpeakerConfig::routerId, Effect.ROUTER_RESTARTED),
            new Field<>("clusterId", SpeakerConfig::clusterId, Effect.ROUTES_REEVALUATED),
            new Field<>("listen.addresses", SpeakerConfig::listen, Effect.LISTENER_REOPENED),
            new Field<>("listen.port", SpeakerConfig::port, Effect.LISTENER_REOPENED),
            new Field<>("maximumPaths", SpeakerConfig::maximumPaths, Effect.ROUTES_REEVALUATED),
            new Field<>("multipathRelax", SpeakerConfig::multipathRelax, Effect.ROUTES_REEVALUATED),
            new Field<>("alwaysCompareMed", SpeakerConfig::alwaysCompareMed, Effect.ROUTES_REEVALUATED),
            new Field<>(
                    "linkBandwidth",
                    speaker -> speaker.weighLinkBandwidth() ? "weigh" : "ignore",
                    Effect.ROUTES_REEVALUATED),
            new Field<>("installRoutes", SpeakerConfig::installRoutes, Effect.ROUTES_REEVALUATED),
            new Field<>("installBackupPath", SpeakerConfig::installBackupPath, Effect.ROUTES_REEVALUATED),
            new Field<>("nextHopResolution.viaDefault", SpeakerConfig::resolveViaDefault, Effect.ROUTES_REEVALUATED),
            new Field<>("gracefulRestart.selectionDeferralTime", SpeakerConfig::restartSeconds, Effect.NONE),
            new Field<>("gracefulRestart.stalePathTime", SpeakerConfig::stalePathSeconds, Effect.NONE),
            new Field<>("gracefulShutdown.honor", SpeakerConfig::honorGracefulShutdown, Effect.ROUTES_REEVALUATED),
            new Field<>("redistribute", SpeakerConfig::redistribute, Effect.ROUTES_REEVALUATED),
            new Field<>("importFrom", speaker -> new Ranked(speaker.importFrom()), Effect.ROUTES_REEVALUATED),
            new Field<>("shutdown.drainTime", SpeakerConfig::drainSeconds, Effect.NONE));

    private static final List<Field<PeerConfig>> PEER = List.of(
            new Field<>("address", PeerConfig::remote, Effect.SESSION_RESET),
            new Field<>("asn", PeerConfig::asn, Effect.SESSION_RESET),
            new Field<>("families", PeerConfig::families, Effect.SESSION_RESET),
            new Field<>("importPolicy", PeerConfig::importPolicy, Effect.ROUTES_REEVALUATED),
            new Field<>("exportPolicy", PeerConfig::exportPolicy, Effect.ROUTES_REEVALUATED),
            new Field<>("nextHopSelf", PeerConfig::nextHopSelf, Effect.ROUTES_REEVALUATED),
            new Field<>("nextHopUnchanged", PeerConfig::nextHopUnchanged, Effect.ROUTES_REEVALUATED),
            new Field<>("routeReflectorClient", PeerConfig::routeReflectorClient, Effect.ROUTES_REEVALUATED),
            new Field<>("routeServerClient", PeerConfig::routeServerClient, Effect.ROUTES_REEVALUATED),
            new Field<>("gracefulShutdown", PeerConfig::gracefulShutdown, Effect.ROUTES_REEVALUATED),
            new Field<>("sendCommunities", PeerConfig::sendCommunities, Effect.ROUTES_REEVALUATED),
            new Field<>("sendLinkBandwidth", PeerConfig::sendLinkBandwidth, Effect.ROUTES_REEVALUATED),
            new Field<>(
                    "bfdProfile", peer -> peer.bfd() == null ? null : peer.bfd().profile(), Effect.NONE),
            new Field<>("bfdStrict", peer -> peer.bfd() != null && peer.bfd().strict(), Effect.SESSION_RESET));

    private static final List<Field<AsPathOptions>> AS_PATH = List.of(
            new Field<>("enforceFirstAs", AsPathOptions::enforceFirstAs, Effect.ROUTES_REEVALUATED),
            new Field<>("allowAsIn", AsPathOptions::allowAsIn, Effect.ROUTES_REEVALUATED),
            new Field<>("removePrivateAs", AsPathOptions::removePrivateAs, Effect.ROUTES_REEVALUATED),
            new Field<>("asOverride", AsPathOptions::asOverride, Effect.ROUTES_REEVALUATED));

    private static final List<Field<MaximumPrefixes>> MAXIMUM = List.of(
            new Field<>("maximumPrefixes.in", MaximumPrefixes::in, Effect.ROUTES_REEVALUATED),
            new Field<>("maximumPrefixes.out", MaximumPrefixes::out, Effect.ROUTES_REEVALUATED));

    private static final List<Field<PeerConfig.AddPaths>> ADD_PATHS = List.of(
            new Field<>("addPaths.receive", PeerConfig.AddPaths::receive, Effect.SESSION_RESET),
            new Field<>("addPaths.send", paths -> paths.sends() ? "several" : "none", Effect.SESSION_RESET),
            new Field<>("addPaths.sendMax", PlanDiff::pathsSent, Effect.ROUTES_REEVALUATED));

    private static final List<Field<PeerConfig.Session>> SESSION = List.of(
            new Field<>("port", PeerConfig.Session::port, Effect.SESSION_RESET),
            new Field<>("passive", PeerConfig.Session::passive, Effect.SESSION_RESET),
            new Field<>("sourceAddress", PeerConfig.Session::source, Effect.SESSION_RESET),
            new Field<>("password", PeerConfig.Session::password, Effect.SESSION_RESET),
            new Field<>("ttl", PeerConfig.Session::ttl, Effect.SESSION_RESET),
            new Field<>("minimumTtl", PeerConfig.Session::minimumTtl, Effect.SESSION_RESET),
            new Field<>("holdTime", PeerConfig.Session::holdSeconds, Effect.SESSION_RESET),
            new Field<>("keepaliveInterval", PeerConfig.Session::keepaliveSeconds, Effect.SESSION_RESET),
            new Field<>("connectRetry", PeerConfig.Session::connectRetrySeconds, Effect.SESSION_RESET),
            new Field<>("gracefulRestart.restartTime", PeerConfig.Session::gracefulRestart, Effect.SESSION_RESET),
            new Field<>(
                    "gracefulRestart.longLivedStaleTime", PeerConfig.Session::longLivedStaleTime, Effect.SESSION_RESET),
            new Field<>("sendHoldTime", PeerConfig.Session::sendHoldSeconds, Effect.SESSION_RESET),
            new Field<>("extendedMessages", PeerConfig.Session::extendedMessages, Effect.SESSION_RESET),
            new Field<>("role", PeerConfig.Session::role, Effect.SESSION_RESET),
            new Field<>("roleStrict", PeerConfig.Session::roleStrict, Effect.SESSION_RESET),
            new Field<>("localAs", PeerConfig.Session::localAs, Effect.SESSION_RESET),
            new Field<>("extendedNextHop", PeerConfig.Session::extendedNextHop, Effect.SESSION_RESET));

    private static final List<Field<Origination>> PREFIX = List.of(
            new Field<>("attributes", Origination::attributes, Effect.ROUTES_REEVALUATED),
            new Field<>("peers", Origination::peers, Effect.ROUTES_REEVALUATED),
            new Field<>("discard", Origination::discard, Effect.NONE),
            new Field<>("aggregate", Origination::aggregate, Effect.ROUTES_REEVALUATED),
            new Field<>("advertisement", Origination::because, Effect.NONE));

    private static final List<Field<BfdProfile>> BFD_PROFILE = List.of(
            new Field<>("detectMultiplier", BfdProfile::detectMultiplier, Effect.NONE),
            new Field<>("requiredMinReceive", BfdProfile::requiredMinReceiveMillis, Effect.NONE),
            new Field<>("desiredMinTransmit", BfdProfile::desiredMinTransmitMillis, Effect.NONE),
            new Field<>("minimumTtl", BfdProfile::minimumTtl, Effect.NONE),
            new Field<>("passive", BfdProfile::passive, Effect.NONE));

    private static final List<Field<PodPlan.Pool>> POOL = List.of(
            new Field<>("nodeSelector", pool -> pool.here() ? "serves this node" : "serves others", Effect.NONE),
            new Field<>("namespaceSelector", PodPlan.Pool::namespaceSelector, Effect.NONE),
            new Field<>("prefix", PodPlan.Pool::prefix, Effect.NONE),
            new Field<>("blockLength", PodPlan.Pool::blockLength, Effect.NONE),
            new Field<>("encapsulation", PodPlan.Pool::encapsulation, Effect.ROUTES_REEVALUATED),
            new Field<>("natOutgoing", PodPlan.Pool::natOutgoing, Effect.NONE),
            new Field<>("natExcept", PodPlan.Pool::natExcept, Effect.NONE),
            new Field<>("disabled", PodPlan.Pool::disabled, Effect.NONE),
            new Field<>("strictAffinity", PodPlan.Pool::strictAffinity, Effect.NONE),
            new Field<>("cooldown", PodPlan.Pool::cooldownSeconds, Effect.NONE),
            new Field<>("advertise", PodPlan.Pool::advertise, Effect.ROUTES_REEVALUATED));

    private static final List<Field<PodPlan>> PODS = List.of(
            new Field<>("tunnels", PodPlan::tunnels, Effect.ROUTES_REEVALUATED),
            new Field<>("reservations", PodPlan::reservations, Effect.NONE),
            new Field<>("state", PodPlan::state, Effect.NONE));

    private static final List<Field<FlannelPlan>> FLANNEL = List.of(
            new Field<>("etcd", FlannelPlan::etcd, Effect.NETWORK_ENTERED_ANEW),
            new Field<>("interface", FlannelPlan::link, Effect.NETWORK_ENTERED_ANEW),
            new Field<>("publicIp", FlannelPlan::publicIp, Effect.NETWORK_ENTERED_ANEW),
            new Field<>("publicIpv6", FlannelPlan::publicIpv6, Effect.NETWORK_ENTERED_ANEW),
            new Field<>("subnetFile", FlannelPlan::subnetFile, Effect.NETWORK_ENTERED_ANEW),
            new Field<>("ipMasq", FlannelPlan::ipMasq, Effect.NETWORK_ENTERED_ANEW));

    /** How many paths are sent of those there are: from many to few changes no session. */
    private static @Nullable Object pathsSent(PeerConfig.AddPaths paths) {
        return switch (paths.send()) {
            case NONE -> null;
            case ALL -> "all";
            case BEST -> paths.sendMax();
        };
    }

    private final List<PlanChange> changes = new ArrayList<>();

    private PlanDiff() {}

    /** Everything that differs; empty when the plans are equal. */
    public static List<PlanChange> between(Plan before, Plan after) {
        PlanDiff diff = new PlanDiff();
        diff.routers(before, after);
        diff.bfdProfiles(before.bfdProfiles(), after.bfdProfiles());
        diff.pods(before.pods(), after.pods());
        diff.flannel(before.flannel(), after.flannel());
        return List.copyOf(diff.changes);
    }

    /** How many fields of these records are compared, so that a test notices a new one. */
    static int comparedFields() {
        return ROUTER.size()
                + PEER.size()
                + AS_PATH.size()
                + MAXIMUM.size()
                + SESSION.size()
                + ADD_PATHS.size()
                + PREFIX.size()
                + BFD_PROFILE.size()
                + POOL.size()
                + PODS.size()
                + FLANNEL.size();
    }

    private void routers(Plan before, Plan after) {
        Map<String, PlannedRouter> old = byName(before.routers(), PlannedRouter::name);
        Map<String, PlannedRouter> next = byName(after.routers(), PlannedRouter::name);
        for (String name : union(old, next)) {
            PlannedRouter was = old.get(name);
            PlannedRouter is = next.get(name);
            whole(Subject.ROUTER, name, was, is, is == null ? Effect.ROUTER_RESTARTED : Effect.NONE);
            if (was != null && is != null) {
                fields(Subject.ROUTER, name, ROUTER, was.speaker(), is.speaker());
            }
            peers(
                    was == null ? List.of() : was.speaker().peers(),
                    is == null ? List.of() : is.speaker().peers());
            prefixes(was == null ? null : was.speaker(), is == null ? null : is.speaker());
        }
    }

    private void bfdProfiles(Map<String, BfdProfile> before, Map<String, BfdProfile> after) {
        for (String name : union(before, after)) {
            BfdProfile was = before.get(name);
            BfdProfile is = after.get(name);
            whole(Subject.BFD_PROFILE, name, was, is, Effect.NONE);
            if (was != null && is != null) {
                fields(Subject.BFD_PROFILE, name, BFD_PROFILE, was, is);
            }
        }
    }

    private void pods(PodPlan before, PodPlan after) {
        Map<String, PodPlan.Pool> old = byName(before.pools(), PodPlan.Pool::name);
        Map<String, PodPlan.Pool> next = byName(after.pools(), PodPlan.Pool::name);
        for (String name : union(old, next)) {
            PodPlan.Pool was = old.get(name);
            PodPlan.Pool is = next.get(name);
            whole(Subject.POOL, name, was, is, Effect.NONE);
            if (was != null && is != null) {
                fields(Subject.POOL, name, POOL, was, is);
            }
        }
        fields(Subject.PODS, "", PODS, before, after);
    }

    private void flannel(@Nullable FlannelPlan before, @Nullable FlannelPlan after) {
        Map<String, FlannelPlan> old = before == null ? Map.of() : Map.of(before.name(), before);
        Map<String, FlannelPlan> next = after == null ? Map.of() : Map.of(after.name(), after);
        for (String name : union(old, next)) {
            FlannelPlan was = old.get(name);
            FlannelPlan is = next.get(name);
            whole(Subject.FLANNEL, name, was, is, Effect.NONE);
            if (was != null && is != null) {
                fields(Subject.FLANNEL, name, FLANNEL, was, is);
            }
        }
    }

    private void peers(List<PeerConfig> before, List<PeerConfig> after) {
        Map<String, PeerConfig> old = byName(before, PeerConfig::name);
        Map<String, PeerConfig> next = byName(after, PeerConfig::name);
        for (String name : union(old, next)) {
            PeerConfig was = old.get(name);
            PeerConfig is = next.get(name);
            whole(Subject.PEER, name, was, is, was == null ? Effect.SESSION_STARTED : Effect.SESSION_ENDED);
            if (was != null && is != null) {
                fields(Subject.PEER, name, PEER, was, is);
                fields(Subject.PEER, name, AS_PATH, was.asPath(), is.asPath());
                fields(Subject.PEER, name, MAXIMUM, was.maximumPrefixes(), is.maximumPrefixes());
                fields(Subject.PEER, name, SESSION, was.session(), is.session());
                fields(Subject.PEER, name, ADD_PATHS, was.addPaths(), is.addPaths());
            }
        }
    }

    private void prefixes(@Nullable SpeakerConfig before, @Nullable SpeakerConfig after) {
        Map<IpPrefix, Origination> old = before == null ? Map.of() : before.originated();
        Map<IpPrefix, Origination> next = after == null ? Map.of() : after.originated();
        TreeSet<IpPrefix> all = new TreeSet<>(old.keySet());
        all.addAll(next.keySet());
        for (IpPrefix prefix : all) {
            Origination was = old.get(prefix);
            Origination is = next.get(prefix);
            String name = prefix + instanceWords(after == null ? before : after);
            whole(Subject.PREFIX, name, was, is, Effect.ROUTES_REEVALUATED);
            if (was != null && is != null) {
                fields(Subject.PREFIX, name, PREFIX, was, is);
            }
        }
    }

    private static String instanceWords(@Nullable SpeakerConfig speaker) {
        return speaker == null || speaker.instance().equals(RoutingInstance.DEFAULT) ? "" : " in " + speaker.instance();
    }

    private void whole(Subject subject, String name, @Nullable Object was, @Nullable Object is, Effect effect) {
        if (was == null || is == null) {
            String before = was == null ? null : "present";
            String after = is == null ? null : "present";
            changes.add(new PlanChange(subject, name, "", before, after, effect));
        }
    }

    private <T> void fields(Subject subject, String name, List<Field<T>> fields, T was, T is) {
        for (Field<T> field : fields) {
            Object before = field.value.apply(was);
            Object after = field.value.apply(is);
            if (!Objects.equals(before, after)) {
                changes.add(new PlanChange(subject, name, field.name, words(before), words(after), field.effect));
            }
        }
    }

    /** A value as people write it in configuration. */
    private static @Nullable String words(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Policy policy -> "'" + policy.name() + "'";
            case Secret secret -> secret.toString(); // dots
            case Collection<?> several ->
                several.stream()
                        .map(PlanDiff::words)
                        .map(String::valueOf)
                        .sorted()
                        .collect(Collectors.joining(", ", "[", "]"));
            case Ranked(List<?> things) ->
                things.stream().map(PlanDiff::words).collect(Collectors.joining(", ", "[", "]"));
            case ImportFrom source ->
                source.instance() + " by '" + source.policy().name() + "'";
            case PeerConfig.Remote.Address one ->
                one.link() == null ? one.address().toString() : one.address() + "%" + one.link();
            case PeerConfig.Remote.Interface(String link) -> "interface " + link;
            case PeerConfig.Remote.Range range -> range.range() + " (limit " + range.limit() + ")";
            case SpeakerConfig.Aggregate aggregate ->
                (aggregate.summaryOnly() ? "summary only" : "beside what it sums up")
                        + (aggregate.inheritCommunities() ? ", with its communities" : "")
                        + (aggregate.contributors() == null
                                ? ""
                                : ", of '" + aggregate.contributors().name() + "'");
            case Redistribute redistribute ->
                redistribute.from().name().toLowerCase(Locale.ROOT)
                        + (redistribute.defaultRoute() ? " with a default route" : "")
                        + " by '" + redistribute.policy().name() + "'";
            case PeerConfig.RemoteAs.Exactly number -> number.asn().toString();
            case PeerConfig.RemoteAs.Internal _ -> "internal";
            case PeerConfig.RemoteAs.External _ -> "external";
            case PeerConfig.RemoteAs.Any _ -> "any";
            case RoutingInstance instance ->
                instance.name() + " (table " + Integer.toUnsignedString(instance.kernelTable()) + ")";
            default -> value.toString();
        };
    }

    private static <T> Map<String, T> byName(List<T> things, Function<T, String> name) {
        Map<String, T> byName = new TreeMap<>();
        things.forEach(thing -> byName.put(name.apply(thing), thing));
        return byName;
    }

    private static Set<String> union(Map<String, ?> one, Map<String, ?> other) {
        TreeSet<String> names = new TreeSet<>(one.keySet());
        names.addAll(other.keySet());
        return names;
    }
}
