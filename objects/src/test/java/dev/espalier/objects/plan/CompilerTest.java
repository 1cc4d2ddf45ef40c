package dev.espalier.objects.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.Examples;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.ObjectSet;
import dev.espalier.route.Secret;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CompilerTest {

    private static final String ROUTER = """
            apiVersion: espalier.dev/v1alpha1
            kind: Router
            metadata: {name: main}
            spec: {asn: 65000}
            """;

    private static String object(String kind, String name, String spec) {
        return "---\napiVersion: espalier.dev/v1alpha1\nkind: " + kind + "\nmetadata: {name: " + name + "}\nspec: "
                + spec + "\n";
    }

    private static SpeakerConfig speaker(String text) {
        return Examples.plan(text).routers().getFirst().speaker();
    }

    private static PeerConfig peer(String spec) {
        return speaker(ROUTER + object("BgpPeer", "p", spec)).peers().getFirst();
    }

    private static String warnings(String text, NodeFacts node) {
        return switch (Examples.compile(text, node)) {
            case Compilation.Compiled compiled -> Examples.lines(compiled.warnings());
            case Compilation.Refused refused -> throw new AssertionError(Examples.lines(refused.errors()));
        };
    }

    private static NodeFacts node(List<NodeFacts.Interface> interfaces) {
        return new NodeFacts("bare", "bare", Map.of(), Map.of(), interfaces, List.of());
    }

    @Test
    void objectsForOtherNodesAreNotInThePlan() {
        Plan plan = Examples.plan(ROUTER
                + object("BgpPeer", "here", "{address: 10.9.9.1, asn: 65001, nodeSelector: {rack: \"1\"}}")
                + object("BgpPeer", "there", "{address: 10.9.9.2, asn: 65001, nodeSelector: {rack: \"2\"}}")
                + object("Advertisement", "other", "{prefixes: [10.0.0.0/8], nodeSelector: {rack: \"2\"}}"));

        assertThat(plan.routers().getFirst().speaker().peers())
                .extracting(PeerConfig::name)
                .containsExactly("here");
        assertThat(plan.routers().getFirst().speaker().originated()).isEmpty();
    }

    @Test
    void aPeerByInterfaceExchangesBothFamiliesAndIpv6NextHopsForIpv4() {
        PeerConfig peer = peer("{interface: eth7, asn: external}");
        assertThat(peer.remote()).isEqualTo(new PeerConfig.Remote.Interface("eth7"));
        assertThat(peer.families()).containsExactlyInAnyOrder(Family.IPV4_UNICAST, Family.IPV6_UNICAST);
        assertThat(peer.session().extendedNextHop()).isTrue();
        assertThat(peer("{interface: eth7, asn: external, extendedNextHop: false}")
                        .session()
                        .extendedNextHop())
                .isFalse();
        assertThat(peer("{address: \"2001:db8::1\", asn: external}").session().extendedNextHop())
                .isFalse();
        assertThat(warnings(
                        ROUTER + object("BgpPeer", "p", "{interface: eth7, asn: internal}"),
                        node(List.of(new NodeFacts.Interface("eth0", false, List.of(IpAddress.parse("10.0.0.1")))))))
                .contains("has no interface eth7: the peer waits for it");
    }

    @Test
    void aRouterForOtherNodesTakesItsPeersWithIt() {
        String elsewhere = ROUTER.replace("asn: 65000", "asn: 65000, nodeSelector: {rack: \"2\"}");

        assertThat(Examples.plan(elsewhere + object("BgpPeer", "p", "{address: 10.9.9.1, asn: 1}"))
                        .routers())
                .isEmpty();
    }

    @Test
    void templatesOfObjectsForOtherNodesNeedNothingHere() {
        assertThat(speaker(ROUTER
                                + object(
                                        "BgpPeer",
                                        "p",
                                        "{address: \"${node.labels['tor']}\", asn: 1, nodeSelector: {rack: \"2\"}}"))
                        .peers())
                .isEmpty();
    }

    @Test
    void aPasswordMayLookLikeATemplate() {
        PeerConfig peer = peer("{address: 10.9.9.1, asn: 65001, password: \"${node.name}\"}");

        assertThat(peer.session().password()).isEqualTo(Secret.of("${node.name}"));
    }

    @Test
    void noPasswordIsEverPrinted() {
        String text = ROUTER + object("BgpPeer", "p", "{address: 10.9.9.1, asn: 65001, password: sesame}");

        assertThat(Examples.compile(text).toString()).doesNotContain("sesame");
        assertThat(Examples.errors(text.replace("sesame", "sesame, port: 0"))).doesNotContain("sesame");
        assertThat(ObjectSet.parse("test.yaml", text).toString()).doesNotContain("sesame");
    }

    @Test
    void theTtlFollowsTheDistance() {
        assertThat(peer("{address: 10.9.9.1, asn: external}").session().ttl()).isEqualTo(1);
        assertThat(peer("{address: 10.9.9.1, asn: internal}").session().ttl()).isEqualTo(255);
        assertThat(peer("{address: 10.9.9.1, asn: 65000}").session().ttl()).isEqualTo(255);
        assertThat(peer("{address: 10.9.9.1, asn: 65001, ebgpMultihop: 7}")
                        .session()
                        .ttl())
                .isEqualTo(7);
        PeerConfig.Session secured =
                peer("{address: 10.9.9.1, asn: 65001, ttlSecurity: {hops: 3}}").session();
        assertThat(secured.ttl()).isEqualTo(255);
        assertThat(secured.minimumTtl()).as("RFC 5082: two routers in between").isEqualTo(253);
    }

    @Test
    void aHoldTimeOfZeroMeansNoKeepalives() {
        PeerConfig.Session session =
                peer("{address: 10.9.9.1, asn: 65001, timers: {holdTime: 0}}").session();

        assertThat(session.holdSeconds()).isZero();
        assertThat(session.keepaliveSeconds()).isZero();
    }

    @Test
    void theGatewayOfEachFamilyCanBeFound() {
        PeerConfig v6 = peer("{discover: defaultGateway, discoverFamily: ipv6, asn: external}");

        assertThat(v6.remote()).isEqualTo(new PeerConfig.Remote.Address(IpAddress.parse("fe80::1"), "eth0"));
    }

    @Test
    void withoutAGatewayThePeerWaitsAndTheRestGoesOn() {
        String text = ROUTER.replace("asn: 65000", "asn: 65000, routerId: 10.0.0.1")
                + object("BgpPeer", "tor", "{discover: defaultGateway, discoverFamily: ipv4, asn: internal}");

        assertThat(warnings(text, node(List.of())))
                .isEqualTo("test.yaml:9:18: BgpPeer/tor: spec.discover: "
                        + "node bare has no IPv4 default gateway: the peer waits for one");
    }

    @Test
    void anExternalPeerWithoutPoliciesIsWarnedOf() {
        assertThat(warnings(ROUTER + object("BgpPeer", "p", "{address: 10.9.9.1, asn: 65001}"), Examples.node()))
                .contains("has no importPolicy", "has no exportPolicy", "RFC 8212", "accept-all");
        assertThat(warnings(ROUTER + object("BgpPeer", "p", "{address: 10.9.9.1, asn: 65000}"), Examples.node()))
                .isEmpty();
    }

    @Test
    void theNodeItselfIsNoPeer() {
        String text = ROUTER + object("BgpPeer", "p", "{address: 10.1.0.2, asn: internal}");

        assertThat(speaker(text).peers()).isEmpty();
        assertThat(warnings(text, Examples.node())).contains("10.1.0.2 is this node's own: the peer is left out here");
    }

    @Test
    void theRouterIdIsTheHighestLoopbackAddressElseTheFirst() {
        NodeFacts.Interface eth0 = new NodeFacts.Interface("eth0", false, Examples.addresses("10.0.0.9", "10.0.0.10"));
        NodeFacts.Interface lo =
                new NodeFacts.Interface("lo", true, Examples.addresses("127.0.0.1", "192.0.2.1", "192.0.2.2"));

        assertThat(node(List.of(eth0, lo)).routerId()).hasToString("Optional[192.0.2.2]");
        assertThat(node(List.of(eth0)).routerId()).hasToString("Optional[10.0.0.9]");
    }

    @Test
    void aNodeWithoutIpv4AddressMustBeToldItsRouterId() {
        Compilation compilation = Examples.compile(ROUTER, node(List.of()));

        assertThat(compilation).isInstanceOf(Compilation.Refused.class);
        assertThat(Examples.lines(((Compilation.Refused) compilation).errors()))
                .isEqualTo(
                        "test.yaml:4:7: Router/main: spec: node bare has no IPv4 address to take the router id from; "
                                + "set 'routerId' to an IPv4 address that no other router uses");
    }

    @Test
    void peersToTellAreChosenByLabel() {
        String peers = """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: a, labels: {role: tor}}
                spec: {address: 10.9.9.1, asn: 65001}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: b, labels: {role: node}}
                spec: {address: 10.9.9.2, asn: 65001}
                """;
        SpeakerConfig speaker = speaker(
                ROUTER + peers + object("Advertisement", "own", "{prefixes: [10.0.0.0/8], peerSelector: {role: tor}}"));

        assertThat(speaker.originated().get(IpPrefix.parse("10.0.0.0/8")))
                .extracting(SpeakerConfig.Origination::peers)
                .isEqualTo(List.of("a"));
    }

    @Test
    void noNameIsUnknownWhileADocumentIsUnreadable() {
        String text = ROUTER + object("BgpPeer", "p", "{address: 10.9.9.1, asn: 65001, importPolicy: [later]}")
                + "---\na: [\n";

        assertThat(Examples.errors(text).lines()).singleElement().asString().contains("malformed YAML");
    }

    @Test
    void noObjectsMakeAnEmptyPlan() {
        assertThat(Examples.plan("")).isEqualTo(Plan.empty("node-1"));
    }
}
