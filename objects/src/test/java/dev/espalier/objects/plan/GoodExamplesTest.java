package dev.espalier.objects.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.PeerConfig.Remote;
import dev.espalier.bgp.PeerConfig.RemoteAs;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.LargeCommunity;
import dev.espalier.objects.Examples;
import dev.espalier.policy.Policies;
import dev.espalier.policy.Policy;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Secret;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GoodExamplesTest {

    @Test
    void aNodeOfAFabricNeedsSixShortObjects() {
        Plan plan = Examples.plan(Examples.resource("examples/node.yaml"));

        assertThat(plan.node()).isEqualTo("node-1");
        SpeakerConfig speaker = plan.routers().getFirst().speaker();
        PeerConfig tor = speaker.peers().getFirst();
        assertThat(speaker)
                .isEqualTo(SpeakerConfig.builder(new Asn(65101), Ipv4Address.parse("10.1.0.2"))
                        .listen(Examples.addresses("0.0.0.0", "::"))
                        .peers(List.of(tor))
                        .originated(Map.of(
                                IpPrefix.parse("10.244.3.0/24"),
                                new SpeakerConfig.Origination(
                                        PathAttributes.builder().build(), null, true, "Advertisement/pod-block")))
                        .build());
        assertThat(tor.remote()).isEqualTo(new Remote.Address(IpAddress.parse("10.1.0.1"), null));
        assertThat(tor.asn()).isEqualTo(new RemoteAs.External());
        assertThat(tor.families()).isEqualTo(Set.of(Family.IPV4_UNICAST));
        assertThat(tor.session()).isEqualTo(PeerConfig.Session.USUAL);
        assertThat(name(tor.importPolicy())).isEqualTo("default-route-only");
        assertThat(name(tor.exportPolicy())).isEqualTo("own-blocks");
    }

    @Test
    void everyFieldReachesThePlan() {
        Plan plan = Examples.plan(Examples.resource("examples/reflector.yaml"));

        assertThat(plan.routers()).extracting(Plan.PlannedRouter::name).containsExactly("core", "tenant");
        SpeakerConfig core = plan.routers().get(0).speaker();
        PathAttributes attributes = PathAttributes.builder()
                .origin(Origin.INCOMPLETE)
                .localPref(200)
                .med(10)
                .communities(List.of(Community.parse("65000:100"), Community.NO_EXPORT))
                .largeCommunities(List.of(LargeCommunity.parse("65000:1:2")))
                .extendedCommunities(List.of(ExtendedCommunity.parse("rt:65000:1")))
                .build();
        var anycast = new SpeakerConfig.Origination(attributes, List.of("upstream"), false, "Advertisement/anycast");
        assertThat(core)
                .isEqualTo(SpeakerConfig.builder(new Asn(65000), Ipv4Address.parse("192.0.2.1"))
                        .clusterId(Ipv4Address.parse("192.0.2.254"))
                        .listen(Examples.addresses("192.0.2.1", "2001:db8::1"))
                        .port(1179)
                        .maximumPaths(4)
                        .multipathRelax(true)
                        .alwaysCompareMed(true)
                        .weighLinkBandwidth(false)
                        .installBackupPath(false)
                        .resolveViaDefault(false)
                        .restartSeconds(45)
                        .stalePathSeconds(90)
                        .peers(core.peers())
                        .originated(Map.of(
                                IpPrefix.parse("198.51.100.0/24"), anycast,
                                IpPrefix.parse("2001:db8:53::/48"), anycast))
                        .build());
        PeerConfig clients = core.peers().get(0);
        assertThat(clients)
                .isEqualTo(PeerConfig.builder("clients", new Remote.Range(IpPrefix.parse("10.0.0.0/16"), 500))
                        .asn(new RemoteAs.Internal())
                        .session(PeerConfig.Session.USUAL.toBuilder()
                                .password(Secret.of("drowssap.stneilc"))
                                .ttl(255)
                                .holdSeconds(9)
                                .keepaliveSeconds(3)
                                .connectRetrySeconds(2)
                                .gracefulRestart(60)
                                .build())
                        .families(Set.of(Family.IPV4_UNICAST, Family.IPV6_UNICAST))
                        .nextHopSelf(true)
                        .routeReflectorClient(true)
                        .addPaths(new PeerConfig.AddPaths(true, PeerConfig.AddPaths.Send.BEST, 4))
                        .build());
        PeerConfig upstream = core.peers().get(1);
        assertThat(upstream)
                .isEqualTo(PeerConfig.builder("upstream", new Remote.Address(IpAddress.parse("fe80::1"), "eth0"))
                        .asn(new RemoteAs.Exactly(new Asn(4_200_000_001L)))
                        .session(PeerConfig.Session.USUAL.toBuilder()
                                .port(1790)
                                .passive(true)
                                .ttl(255)
                                .minimumTtl(255)
                                .holdSeconds(30)
                                .keepaliveSeconds(5)
                                .connectRetrySeconds(2)
                                .gracefulRestart(0)
                                .extendedMessages(false)
                                .extendedNextHop(true)
                                .build())
                        .families(Set.of(Family.IPV6_UNICAST))
                        .importPolicy(Policies.acceptAll())
                        .exportPolicy(upstream.exportPolicy())
                        .build());
        assertThat(name(upstream.exportPolicy())).isEqualTo("customers, reject-all");
    }

    @Test
    void aSecondInstanceHasItsOwnTableAndItsOwnPeers() {
        SpeakerConfig tenant = Examples.plan(Examples.resource("examples/reflector.yaml"))
                .routers()
                .get(1)
                .speaker();

        assertThat(tenant.instance()).isEqualTo(new RoutingInstance("red", 100));
        assertThat(tenant.listen()).isEmpty();
        assertThat(tenant.peers()).extracting(PeerConfig::name).containsExactly("far");
        PeerConfig far = tenant.peers().getFirst();
        assertThat(far.session())
                .isEqualTo(PeerConfig.Session.USUAL.toBuilder()
                        .source(IpAddress.parse("10.1.0.2"))
                        .ttl(4)
                        .keepaliveSeconds(30)
                        .gracefulRestart(0)
                        .build());
    }

    private static String name(@Nullable Policy policy) {
        return policy == null ? "none" : policy.name();
    }

    @Test
    void jsonIsReadByTheSameReader() {
        Plan plan = Examples.plan("""
                {"apiVersion": "espalier.dev/v1alpha1", "kind": "Router",
                 "metadata": {"name": "main"}, "spec": {"asn": 65001}}
                """);

        assertThat(plan.routers().getFirst().speaker().asn()).isEqualTo(new Asn(65001));
    }

    @Test
    void equalTextsGiveEqualPlans() {
        String text = Examples.resource("examples/reflector.yaml");

        assertThat(Examples.plan(text)).isEqualTo(Examples.plan(text));
    }
}
