package dev.espalier.objects.plan;

import dev.espalier.bgp.ImportFrom;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Redistribute;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.TunnelRule;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.ObjectSet;
import dev.espalier.objects.SecretReader;
import dev.espalier.objects.decode.Findings;
import dev.espalier.objects.kind.AdvertisementSpec;
import dev.espalier.objects.kind.BgpPeerSpec;
import dev.espalier.objects.kind.Kind;
import dev.espalier.objects.kind.RedistributeSpec;
import dev.espalier.objects.kind.RouterSpec;
import dev.espalier.objects.plan.Plan.PlannedRouter;
import dev.espalier.policy.Policy;
import dev.espalier.route.RoutingInstance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the plan of one node from objects and facts. Pure, but for the passwords it asks for; any thread.
 *
 * <p>Goes on after every error, so that one run finds all there are; the plan is given away only if there was none.
 */
public final class Compiler {

    private final NodeFacts facts;
    private final SecretReader secrets;
    private final Findings findings = new Findings();

    private Compiler(NodeFacts facts, SecretReader secrets) {
        this.facts = facts;
        this.secrets = secrets;
    }

    /**
     * Compiles.
     *
     * @param objects what people want, of one store
     * @param facts what the node knows of itself
     * @param secrets where passwords are kept; asked once for each peer of this node that has one
     */
    public static Compilation compile(ObjectSet objects, NodeFacts facts, SecretReader secrets) {
        return new Compiler(facts, secrets).compile(objects);
    }

    private Compilation compile(ObjectSet objects) {
        objects.errors().forEach(findings::error);
        Specs specs = new Specs(objects, facts, findings);
        PolicyLibrary policies = new PolicyLibrary(specs, objects.complete());
        RouterDirectory routers = new RouterDirectory(specs.ofKind(Kind.ROUTER), objects.complete());
        BfdProfiles bfdProfiles = new BfdProfiles(specs.ofKind(Kind.BFD_PROFILE), objects.complete());
        Separation separation = new Separation(facts);
        routers.here().forEach(separation::check);
        List<Decoded<BgpPeerSpec>> peers = specs.ofKind(Kind.BGP_PEER);
        for (Decoded<BgpPeerSpec> peer : peers) {
            // also for those that are not for here and now: their names must mean something all the same
            policies.find(peer.spec().importPolicy(), peer, "spec.importPolicy");
            policies.find(peer.spec().exportPolicy(), peer, "spec.exportPolicy");
            bfdProfiles.check(peer);
        }
        List<Decoded<RouterSpec>> allRouters = specs.ofKind(Kind.ROUTER);
        ImportCompiler imports = new ImportCompiler(allRouters, policies, objects.complete());
        for (Decoded<RouterSpec> router : allRouters) {
            redistribute(router, policies);
            imports.compile(router);
        }
        Map<String, List<Decoded<BgpPeerSpec>>> peersByRouter = byRouter(peers, BgpPeerSpec::router, routers);
        List<Decoded<AdvertisementSpec>> advertisements = specs.ofKind(Kind.ADVERTISEMENT);
        Map<String, List<Decoded<AdvertisementSpec>>> advertisementsByRouter =
                byRouter(advertisements, AdvertisementSpec::router, routers);
        AdvertisementCompiler.checkNames(advertisements, peers, objects.complete());
        advertisements.forEach(advertisement -> AdvertisementCompiler.contributors(advertisement, policies));

        PodCompiler podCompiler = new PodCompiler(specs, facts, secrets);
        PodPlan pods = podCompiler.compile();
        List<PlannedRouter> planned = new ArrayList<>();
        for (Decoded<RouterSpec> router : routers.here()) {
            PeerCompiler peerCompiler = new PeerCompiler(router, facts, secrets, policies, separation);
            List<Decoded<BgpPeerSpec>> its = peersByRouter.getOrDefault(router.name(), List.of());
            planned.add(new PlannedRouter(
                    router.name(),
                    speaker(
                            router,
                            compilePeers(its, peerCompiler),
                            redistribute(router, policies),
                            imports.compile(router),
                            router.spec().instance().equals(RoutingInstance.DEFAULT)
                                    ? TunnelCompiler.rules(pods.pools())
                                    : List.of(),
                            new AdvertisementCompiler(its, policies)
                                    .compile(advertisementsByRouter.getOrDefault(router.name(), List.of())))));
        }
        planned.sort(Comparator.comparing(PlannedRouter::name));
        FlannelPlan flannel = new FlannelCompiler(
                        specs, routers.here(), facts, (object, etcd) -> podCompiler.password(object, "spec.etcd", etcd))
                .compile();
        return findings.errors().isEmpty()
                ? new Compilation.Compiled(
                        new Plan(facts.name(), planned, bfdProfiles.byName(), pods, flannel),
                        policies.all(),
                        findings.warnings())
                : new Compilation.Refused(findings.errors());
    }

    /** The objects for this node, by the name of the Router they belong to. */
    private static <S> Map<String, List<Decoded<S>>> byRouter(
            List<Decoded<S>> objects, RouterName<S> routerName, RouterDirectory routers) {
        Map<String, List<Decoded<S>>> byRouter = new LinkedHashMap<>();
        for (Decoded<S> object : objects) {
            Decoded<RouterSpec> router = routers.find(routerName.of(object.spec()), object);
            if (router != null) {
                byRouter.computeIfAbsent(router.name(), _ -> new ArrayList<>()).add(object);
            }
        }
        return byRouter;
    }

    /** Which Router an object says it belongs to. */
    @FunctionalInterface
    private interface RouterName<S> {
        @Nullable
        String of(S spec);
    }

    private static List<PeerConfig> compilePeers(List<Decoded<BgpPeerSpec>> peers, PeerCompiler compiler) {
        List<PeerConfig> compiled = new ArrayList<>();
        for (Decoded<BgpPeerSpec> peer : peers) {
            PeerConfig config = peer.spec().enabled() ? compiler.compile(peer) : null;
            if (config != null) {
                compiled.add(config);
            }
        }
        compiled.sort(Comparator.comparing(PeerConfig::name));
        return compiled;
    }

    private static List<Redistribute> redistribute(Decoded<RouterSpec> router, PolicyLibrary policies) {
        List<Redistribute> compiled = new ArrayList<>();
        List<RedistributeSpec> specs = router.spec().redistribute();
        for (int i = 0; i < specs.size(); i++) {
            RedistributeSpec one = specs.get(i);
            Policy policy = policies.find(one.policy(), router, "spec.redistribute[" + i + "].policy");
            compiled.add(new Redistribute(one.from(), Objects.requireNonNull(policy), one.defaultRoute()));
        }
        compiled.sort(Comparator.comparing(Redistribute::from));
        return compiled;
    }

    private SpeakerConfig speaker(
            Decoded<RouterSpec> router,
            List<PeerConfig> peers,
            List<Redistribute> redistribute,
            List<ImportFrom> importFrom,
            List<TunnelRule> tunnels,
            Map<IpPrefix, SpeakerConfig.Origination> originated) {
        RouterSpec spec = router.spec();
        Ipv4Address routerId = RouterDirectory.routerId(router, facts);
        return SpeakerConfig.builder(spec.asn(), routerId)
                .instance(spec.instance())
                .device(spec.device())
                .clusterId(spec.clusterId() == null ? routerId : spec.clusterId())
                .listen(spec.listen().addresses())
                .port(spec.listen().port())
                .maximumPaths(spec.maximumPaths())
                .multipathRelax(spec.multipathRelax())
                .installRoutes(spec.installRoutes())
                .installBackupPath(spec.installBackupPath())
                .resolveViaDefault(spec.resolveViaDefault())
                .alwaysCompareMed(spec.alwaysCompareMed())
                .weighLinkBandwidth(spec.weighLinkBandwidth())
                .restartSeconds(spec.gracefulRestart().selectionDeferralTime())
                .stalePathSeconds(spec.gracefulRestart().stalePathTime())
                .honorGracefulShutdown(spec.honorGracefulShutdown())
                .drainSeconds(spec.drainSeconds())
                .peers(peers)
                .redistribute(redistribute)
                .importFrom(importFrom)
                .tunnels(tunnels)
                .originated(originated)
                .build();
    }
}
