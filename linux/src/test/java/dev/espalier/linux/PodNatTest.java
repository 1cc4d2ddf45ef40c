package dev.espalier.linux;

import static dev.espalier.linux.Conversations.SILENCE;
import static dev.espalier.linux.Conversations.connect;
import static dev.espalier.linux.Conversations.connectInVain;
import static dev.espalier.linux.Conversations.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.linux.PortMapping.Protocol;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a host translates for its pods ({@link PodHost}), as servers see it that say who called. */
@Tag("netns")
class PodNatTest {

    private static final int WEB = 80;
    private static final int MAPPED = 8080;
    private static final List<IpPrefix> POOLS =
            List.of(IpPrefix.parse("10.1.0.0/16"), IpPrefix.parse("2001:db8:1::/64"));
    private static final NatRules OUTGOING = new NatRules(POOLS, POOLS, List.of(), List.of(), true);

    private final PodHost scene = new PodHost();
    private final TestNamespace host = scene.host;
    private final TestNamespace pod = scene.pod;
    private final TestNamespace other = scene.other;
    private final TestNamespace outside = scene.outside;
    private final Conversations servers = scene.servers;
    private final PodNat nat = new PodNat(host.namespace());

    @AfterEach
    void remove() {
        nat.close();
        scene.close();
    }

    /** Both protocols on a port of the host lead to the pod, in the family of its address. */
    private static List<PortMapping> mapped(@Nullable String hostAddress, int hostPort, String podAddress) {
        @Nullable IpAddress address = hostAddress == null ? null : IpAddress.parse(hostAddress);
        IpAddress to = IpAddress.parse(podAddress);
        return List.of(
                new PortMapping("pods/c1/eth0", Protocol.TCP, address, hostPort, to, WEB),
                new PortMapping("pods/c1/eth0", Protocol.UDP, address, hostPort, to, WEB));
    }

    private String rulesets() {
        return host.exec("nft", "-a", "list", "ruleset");
    }

    // ---- outgoing

    @Test
    void aPodReachesTheOutsideOnlyWithTheHostsAddress() throws IOException {
        scene.awaitSixes();
        servers.answer(outside, "10.9.0.2", WEB);
        servers.answer(outside, "2001:db8:9::2", WEB);
        assertThat(connectInVain(pod, "10.9.0.2", WEB)).isNotEqualTo("10.9.0.1");
        nat.apply(OUTGOING);
        assertThat(connect(pod, "10.9.0.2", WEB)).isEqualTo("10.9.0.1");
        assertThat(send(pod, "10.9.0.2", WEB)).isEqualTo("10.9.0.1");
        assertThat(connect(pod, "2001:db8:9::2", WEB)).isEqualTo("2001:db8:9::1");
        assertThat(send(other, "2001:db8:9::2", WEB)).isEqualTo("2001:db8:9::1");
    }

    @Test
    void anotherPodAndAnExemptDestinationSeeThePodItself() throws IOException {
        scene.awaitSixes();
        servers.answer(outside, "10.9.0.2", WEB);
        servers.answer(other, "10.1.0.8", WEB);
        servers.answer(other, "2001:db8:1::8", WEB);
        outside.ip("route add 10.1.0.0/16 via 10.9.0.1");
        nat.apply(OUTGOING);
        assertThat(connect(pod, "10.9.0.2", WEB)).isEqualTo("10.9.0.1");
        assertThat(connect(pod, "10.1.0.8", WEB)).isEqualTo("10.1.0.7");
        assertThat(connect(pod, "2001:db8:1::8", WEB)).isEqualTo("2001:db8:1::7");
        List<IpPrefix> exempt = new ArrayList<>(POOLS);
        exempt.add(IpPrefix.parse("10.9.0.0/24"));
        nat.apply(new NatRules(POOLS, exempt, List.of(), List.of(), true));
        assertThat(connect(pod, "10.9.0.2", WEB)).isEqualTo("10.1.0.7");
        nat.apply(new NatRules(POOLS, POOLS, List.of("up0"), List.of(), true));
        assertThat(connect(pod, "10.9.0.2", WEB)).as("by a tunnel").isEqualTo("10.1.0.7");
        nat.apply(new NatRules(List.of(IpPrefix.parse("10.1.0.8/32")), POOLS, List.of(), List.of(), true));
        assertThat(connect(pod, "10.9.0.2", WEB))
                .as("of no pool that is translated")
                .isEqualTo("10.1.0.7");
    }

    // ---- ports of the host

    @Test
    void aPortOfTheHostLeadsToThePodFromOutsideAndFromTheHostItself() throws IOException {
        servers.answer(pod, "10.1.0.7", WEB);
        nat.apply(OUTGOING.withPorts(mapped(null, MAPPED, "10.1.0.7")));
        assertThat(connect(outside, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.2");
        assertThat(send(outside, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.2");
        assertThat(connect(host, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.1");
        assertThat(send(host, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.1");
        assertThat(connect(host, "127.0.0.1", MAPPED)).isEqualTo("10.9.0.1");
        assertThat(send(host, "127.0.0.1", MAPPED)).isEqualTo("10.9.0.1");
        assertThat(connect(other, "10.9.0.1", MAPPED)).isEqualTo("10.1.0.8");
    }

    @Test
    void thePortsOfBothFamiliesLeadToThePod() throws IOException {
        scene.awaitSixes();
        servers.answer(pod, "2001:db8:1::7", WEB);
        nat.apply(OUTGOING.withPorts(mapped(null, MAPPED, "2001:db8:1::7")));
        assertThat(connect(outside, "2001:db8:9::1", MAPPED)).isEqualTo("2001:db8:9::2");
        assertThat(send(outside, "2001:db8:9::1", MAPPED)).isEqualTo("2001:db8:9::2");
        assertThat(connect(host, "2001:db8:9::1", MAPPED)).isEqualTo("2001:db8:9::1");
        assertThat(connect(pod, "2001:db8:9::1", MAPPED)).as("itself").isEqualTo("2001:db8:9::1");
        assertThat(connect(host, "::1", MAPPED)).contains("refused");
    }

    @Test
    void aPodReachesItselfByItsPortOfTheHost() throws IOException {
        servers.answer(pod, "10.1.0.7", WEB);
        nat.apply(OUTGOING.withPorts(mapped(null, MAPPED, "10.1.0.7")));
        assertThat(connect(pod, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.1");
        assertThat(send(pod, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.1");
    }

    @Test
    void aPodReachesItselfByAServiceThatSomebodyElseTranslates() throws IOException {
        servers.answer(pod, "10.1.0.7", WEB);
        host.exec(
                "nft",
                "add table ip proxy; add chain ip proxy services { type nat hook prerouting priority -100; };"
                        + "add rule ip proxy services ip daddr 10.96.0.1 tcp dport 80 dnat to 10.1.0.7:80");
        assertThat(connectInVain(pod, "10.96.0.1", WEB)).isNotEqualTo("10.9.0.1");
        nat.apply(OUTGOING);
        assertThat(connect(pod, "10.96.0.1", WEB)).isEqualTo("10.9.0.1");
        assertThat(connect(other, "10.96.0.1", WEB))
                .as("another pod is seen as itself")
                .isEqualTo("10.1.0.8");
    }

    @Test
    void aPortOfOneAddressIsClosedOnTheOthersAndGoesBeforeThatOfAll() throws IOException {
        host.ip("address add 10.9.0.11/24 dev up0");
        servers.answer(pod, "10.1.0.7", WEB);
        servers.answer(other, "10.1.0.8", WEB);
        List<PortMapping> ports = new ArrayList<>(mapped("10.9.0.11", MAPPED, "10.1.0.7"));
        nat.apply(OUTGOING.withPorts(ports));
        assertThat(connect(outside, "10.9.0.11", MAPPED)).isEqualTo("10.9.0.2");
        assertThat(connect(outside, "10.9.0.1", MAPPED)).contains("refused");
        ports.addAll(mapped(null, MAPPED, "10.1.0.9")); // which answers nobody
        nat.apply(OUTGOING.withPorts(ports));
        assertThat(connect(outside, "10.9.0.11", MAPPED)).isEqualTo("10.9.0.2");
        assertThat(connectInVain(outside, "10.9.0.1", MAPPED)).isNotEqualTo("10.9.0.2");
    }

    @Test
    void aConnectionThroughTheHostToTheSamePortOfAnotherIsLeftAlone() throws IOException {
        servers.answer(outside, "10.9.0.2", MAPPED);
        servers.answer(pod, "10.1.0.7", WEB);
        nat.apply(OUTGOING.withPorts(mapped(null, MAPPED, "10.1.0.7")));
        assertThat(connect(other, "10.9.0.2", MAPPED)).isEqualTo("10.9.0.1");
        assertThat(connect(host, "10.9.0.2", MAPPED)).isEqualTo("10.9.0.1");
    }

    @Test
    void noPodReachesWhatListensOnTheHostsLocalhostOnly() throws IOException {
        servers.answer(host, "127.0.0.1", WEB);
        pod.exec("sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1");
        pod.ip("address del 127.0.0.1/8 dev lo");
        pod.ip("route add 127.0.0.1 via 169.254.1.1 dev eth0");
        assertThat(connect(pod, "127.0.0.1", WEB)).as("but for the guard").isEqualTo("10.1.0.7");
        nat.apply(new NatRules(List.of(), List.of(), List.of(), List.of(), true));
        assertThat(connectInVain(pod, "127.0.0.1", WEB)).isEqualTo(SILENCE);
        assertThat(connect(host, "127.0.0.1", WEB)).isEqualTo("127.0.0.1");
    }

    // ---- the table

    @Test
    void anotherRunKnowsTheMappingsAndChangesNothing() throws IOException {
        List<PortMapping> ports = new ArrayList<>(mapped(null, MAPPED, "10.1.0.7"));
        ports.addAll(mapped("10.9.0.1", 8081, "10.1.0.7"));
        ports.addAll(mapped("2001:db8:9::1", 8081, "2001:db8:1::7"));
        ports.add(new PortMapping("x/ü 'y'/eth0", Protocol.SCTP, null, 65535, IpAddress.parse("2001:db8:1::8"), 1));
        NatRules rules = OUTGOING.withPorts(ports);
        assertThat(nat.mappings()).isEmpty();
        assertThat(nat.apply(rules)).isTrue();
        String before = rulesets();
        try (PodNat next = new PodNat(host.namespace())) {
            assertThat(next.mappings()).containsExactlyInAnyOrderElementsOf(ports);
            assertThat(next.apply(rules)).isFalse();
            assertThat(rulesets()).isEqualTo(before);
            assertThat(next.apply(rules.withPorts(List.of()))).isTrue();
            assertThat(next.mappings()).isEmpty();
        }
    }

    @Test
    void whatSomebodyRemovedIsPutBack() throws IOException {
        servers.answer(pod, "10.1.0.7", WEB);
        NatRules rules = OUTGOING.withPorts(mapped(null, MAPPED, "10.1.0.7"));
        nat.apply(rules);
        host.exec("nft", "delete element inet espalier ports4 { tcp . 8080 }");
        assertThat(nat.apply(rules)).isTrue();
        assertThat(connect(outside, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.2");
        host.exec("nft", "flush ruleset");
        assertThat(nat.apply(rules)).isTrue();
        assertThat(connect(outside, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.2");
        host.exec("nft", "add element inet espalier ports4 { udp . 9 : 10.1.0.7 . 9 }");
        assertThat(nat.mappings()).as("what has no owner is not ours").hasSize(2);
    }

    @Test
    void whenNothingIsWantedTheTableGoesAndTheTablesOfOthersStay() throws IOException {
        host.exec(
                "nft",
                "add table inet foreign; add chain inet foreign x { type filter hook input priority 0; };"
                        + "add rule inet foreign x tcp dport 99 counter accept; add table ip espalier");
        String before = rulesets();
        assertThat(nat.apply(NatRules.NONE)).isFalse();
        nat.apply(OUTGOING.withPorts(mapped(null, MAPPED, "10.1.0.7")));
        nat.apply(OUTGOING);
        assertThat(rulesets()).contains("table inet espalier").contains(before.strip());
        assertThat(nat.apply(NatRules.NONE)).isTrue();
        assertThat(nat.apply(NatRules.NONE)).isFalse();
        assertThat(rulesets()).isEqualTo(before);
    }

    @Test
    void aThousandPortsAreInForceAndKnown() throws IOException {
        servers.answer(pod, "10.1.0.7", WEB);
        List<PortMapping> ports = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            ports.add(new PortMapping(
                    "k8s-pod-network/" + "0123456789abcdef".repeat(4) + "/eth" + i,
                    Protocol.TCP,
                    null,
                    20_000 + i,
                    IpAddress.parse("10.1.0.7"),
                    WEB));
        }
        nat.apply(OUTGOING.withPorts(ports));
        assertThat(connect(outside, "10.9.0.1", 20_999)).isEqualTo("10.9.0.2");
        assertThat(nat.mappings()).containsExactlyInAnyOrderElementsOf(ports);
    }

    @Test
    void aHostWithoutNftIsToldWhatToInstall() {
        Nft nowhere = new Nft(host.namespace(), List.of(Path.of("/nowhere")));
        try (PodNat without = new PodNat(host.namespace(), nowhere)) {
            assertThatThrownBy(() -> without.apply(OUTGOING))
                    .isInstanceOf(IOException.class)
                    .hasMessage("translating addresses for pods: the program nft is not there; install the package"
                            + " nftables");
        }
    }

    @Test
    void whatNftRefusesIsSaidInItsWordsAndChangesNothing() throws IOException {
        nat.apply(OUTGOING);
        String before = rulesets();
        Nft nft = new Nft(host.namespace());
        assertThatThrownBy(() -> nft.run("trying", NatScript.removal() + "add rule inet nowhere x accept\n"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("trying: nft refused it, and nothing was changed: ")
                .hasMessageContaining("No such file");
        assertThat(rulesets()).isEqualTo(before);
    }
}
