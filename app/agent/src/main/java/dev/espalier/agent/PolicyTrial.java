package dev.espalier.agent;

import dev.espalier.agent.PolicyQuestion.Direction;
import dev.espalier.agent.PolicyQuestion.Judge;
import dev.espalier.agent.PolicyQuestion.Unanswerable;
import dev.espalier.agent.api.PolicyTestView;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.PeerConfig.RemoteAs;
import dev.espalier.bgp.Redistribute;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.engine.RedistributionRefusal;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.objects.plan.Compilation;
import dev.espalier.objects.plan.Plan;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.policy.NearestName;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyRoute;
import dev.espalier.route.AsPath;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks the policies of a compiled configuration about one route. Pure; the daemon's own policies judge. */
final class PolicyTrial {

    /** More names than this are not listed in an error. */
    private static final int LISTED = 12;

    private final Compilation.Compiled compiled;
    private final PolicyQuestion question;
    private final PolicyRoute route = new PolicyRoute();

    private PolicyTrial(Compilation.Compiled compiled, PolicyQuestion question) {
        this.compiled = compiled;
        this.question = question;
    }

    /**
     * The answer.
     *
     * @throws Unanswerable when there is no such peer or policy
     */
    static PolicyTestView of(Compilation.Compiled compiled, PolicyQuestion question) {
        return new PolicyTrial(compiled, question).answer();
    }

    private PolicyTestView answer() {
        route.family = question.prefix().family();
        route.high = question.prefix().address().high();
        route.low = question.prefix().address().low();
        route.length = question.prefix().length();
        route.attributes = question.attributes();
        route.neighbor = question.neighbor();
        return switch (question.judge()) {
            case Judge.Named named -> byName(named.policy());
            case Judge.OfPeer ofPeer -> ofPeer(ofPeer);
            case Judge.OfRouter ofRouter -> ofRouter(ofRouter);
        };
    }

    private PolicyTestView byName(String name) {
        Policy policy = compiled.policies().get(name);
        if (policy == null) {
            throw unknown("RoutePolicy", name, compiled.policies().keySet());
        }
        route.source = Objects.requireNonNullElse(question.source(), InstallProtocol.LOCAL);
        if (!compiled.plan().routers().isEmpty()) {
            route.localAs = compiled.plan().routers().getFirst().speaker().asn();
        }
        return explained(policy);
    }

    private PolicyTestView ofPeer(Judge.OfPeer judge) {
        List<String> names = new ArrayList<>();
        for (Plan.PlannedRouter router : compiled.plan().routers()) {
            for (PeerConfig peer : router.speaker().peers()) {
                if (peer.name().equals(judge.peer())) {
                    return ofPeer(router.speaker(), peer, judge.direction());
                }
                names.add(peer.name());
            }
        }
        throw unknown("BgpPeer", judge.peer(), names);
    }

    private PolicyTestView ofPeer(SpeakerConfig speaker, PeerConfig peer, Direction direction) {
        boolean internal = isInternal(peer.asn(), speaker.asn());
        route.localAs = speaker.asn();
        route.neighborAs = neighborAs(peer.asn(), speaker.asn());
        if (route.neighbor == null && peer.remote() instanceof PeerConfig.Remote.Address(IpAddress address, var link)) {
            route.neighbor = address;
        }
        InstallProtocol usual =
                switch (direction) {
                    case IMPORT -> internal ? InstallProtocol.IBGP : InstallProtocol.EBGP;
                    case EXPORT -> InstallProtocol.LOCAL;
                };
        route.source = Objects.requireNonNullElse(question.source(), usual);
        Policy policy =
                switch (direction) {
                    case IMPORT -> peer.importPolicy();
                    case EXPORT -> peer.exportPolicy();
                };
        return policy == null ? withoutPolicy(peer, direction, internal) : explained(policy);
    }

    private PolicyTestView ofRouter(Judge.OfRouter judge) {
        Plan.PlannedRouter router = router(judge.router());
        InstallProtocol from = judge.from();
        route.localAs = router.speaker().asn();
        route.source = from;
        for (Redistribute candidate : router.speaker().redistribute()) {
            if (candidate.from() == from) {
                return question.prefix().length() == 0 && !candidate.defaultRoute()
                        ? view(null, null, RedistributionRefusal.DEFAULT_ROUTE.toString(), List.of())
                        : explained(candidate.policy());
            }
        }
        return view(null, null, RedistributionRefusal.NOT_WANTED.toString(), List.of());
    }

    private Plan.PlannedRouter router(@Nullable String name) {
        List<Plan.PlannedRouter> routers = compiled.plan().routers();
        if (name == null && routers.size() > 1) {
            throw new Unanswerable("this node has several Routers: "
                    + String.join(
                            ", ", routers.stream().map(Plan.PlannedRouter::name).toList())
                    + "; say with --router which one is meant");
        }
        return routers.stream()
                .filter(router -> name == null || router.name().equals(name))
                .findFirst()
                .orElseThrow(() -> name == null
                        ? new Unanswerable("there is no Router on this node")
                        : unknown(
                                "Router",
                                name,
                                routers.stream().map(Plan.PlannedRouter::name).toList()));
    }

    /** As for the speaker, a peer of any AS counts as external until its OPEN says otherwise. */
    private static boolean isInternal(RemoteAs remote, Asn own) {
        return remote instanceof RemoteAs.Internal || remote instanceof RemoteAs.Exactly(Asn asn) && asn.equals(own);
    }

    private static @Nullable Asn neighborAs(RemoteAs remote, Asn own) {
        return switch (remote) {
            case RemoteAs.Exactly exactly -> exactly.asn();
            case RemoteAs.Internal _ -> own;
            case RemoteAs.External _, RemoteAs.Any _ -> null; // its OPEN says
        };
    }

    private PolicyTestView withoutPolicy(PeerConfig peer, Direction direction, boolean internal) {
        String which = direction == Direction.IMPORT ? "importPolicy" : "exportPolicy";
        String because = "peer '" + peer.name() + "' has no " + which
                + (internal ? "; an internal peer needs none" : ", and an external peer needs one (RFC 8212)");
        return view(null, internal ? question.attributes() : null, because, List.of());
    }

    private PolicyTestView explained(Policy policy) {
        Policy.Explanation explanation = policy.explain(route);
        List<PolicyTestView.Step> steps = explanation.trace().stream()
                .map(line -> new PolicyTestView.Step(line.policy(), line.statement(), line.matched(), line.detail()))
                .toList();
        Policy.Verdict verdict = explanation.verdict();
        return view(policy.name(), verdict.attributes(), verdict.because(), steps);
    }

    private PolicyTestView view(
            @Nullable String policy, @Nullable PathAttributes after, String because, List<PolicyTestView.Step> steps) {
        List<PolicyTestView.Attribute> attributes = new ArrayList<>();
        PathAttributes before = question.attributes();
        for (Shown shown : Shown.values()) {
            String then = shown.of(before);
            String now = after == null ? null : shown.of(after);
            if (shown == Shown.NEXT_HOP && after != null && now == null && then != null) {
                now = "self"; // what setNextHop self leaves to whoever sends the route
            }
            if (then != null || now != null) {
                attributes.add(new PolicyTestView.Attribute(shown.field, then, now));
            }
        }
        return new PolicyTestView(question.prefix().toString(), policy, after != null, because, steps, attributes);
    }

    /** The attributes that policies know, in the order in which people are shown them. */
    private enum Shown {
        ORIGIN("origin"),
        AS_PATH("asPath"),
        NEXT_HOP("nextHop"),
        MED("med"),
        LOCAL_PREF("localPref"),
        COMMUNITIES("communities"),
        EXT_COMMUNITIES("extCommunities"),
        LARGE_COMMUNITIES("largeCommunities");

        private final String field;

        Shown(String field) {
            this.field = field;
        }

        private @Nullable String of(PathAttributes attributes) {
            return switch (this) {
                case ORIGIN -> attributes.origin().toString();
                case AS_PATH ->
                    attributes.asPath().equals(AsPath.EMPTY)
                            ? null
                            : attributes.asPath().toString();
                case NEXT_HOP ->
                    attributes.nextHop() == null ? null : attributes.nextHop().toString();
                case MED -> attributes.hasMed() ? Integer.toUnsignedString(attributes.med()) : null;
                case LOCAL_PREF -> attributes.hasLocalPref() ? Integer.toUnsignedString(attributes.localPref()) : null;
                case COMMUNITIES -> joined(attributes.communities());
                case EXT_COMMUNITIES -> joined(attributes.extendedCommunities());
                case LARGE_COMMUNITIES -> joined(attributes.largeCommunities());
            };
        }

        private static @Nullable String joined(List<?> values) {
            return values.isEmpty()
                    ? null
                    : String.join(" ", values.stream().map(Object::toString).toList());
        }
    }

    private static Unanswerable unknown(String kind, String name, Collection<String> known) {
        String hint = NearestName.hint(name, known, LISTED);
        return new Unanswerable(
                "there is no " + kind + " '" + name + "' on this node" + (hint.isEmpty() ? "" : "; " + hint));
    }
}
