package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pods wired in real namespaces: they reach their host and each other, and what was cut off or broken is mended. */
@Tag("netns")
class PodLinksTest {

    private final TestNamespace host = new TestNamespace();
    private final TestNamespace pod = new TestNamespace();
    private final TestNamespace other = new TestNamespace();
    private PodLinks links;

    @BeforeEach
    void aHost() {
        host.ip("link add up0 type veth peer name up1");
        host.ip("address add 192.168.7.1/24 dev lo");
        host.ip("address add 2001:db8:7::1/64 dev lo nodad");
        links = new PodLinks(host.namespace());
    }

    @AfterEach
    void remove() {
        links.close();
        host.close();
        pod.close();
        other.close();
    }

    private static final PodLink ONE = PodHost.link("c1", "10.1.0.7", "2001:db8:1::7");
    private static final PodLink TWO = PodHost.link("c2", "10.1.0.8", "2001:db8:1::8");

    private static boolean pings(TestNamespace from, String address) {
        return from.exits("ping", "-c", "1", "-W", "1", address);
    }

    @Test
    void aPodReachesItsHostAndAnotherPodInBothFamilies() throws IOException {
        links.make(pod.namespace(), ONE);
        links.make(other.namespace(), TWO);
        assertThat(pings(pod, "192.168.7.1")).isTrue();
        assertThat(pings(pod, "10.1.0.8")).isTrue();
        assertThat(pings(host, "10.1.0.7")).isTrue();
        assertThat(pings(other, "2001:db8:1::7")).isTrue();
        assertThat(pings(pod, "2001:db8:7::1")).isTrue();
        assertThat(links.differences(pod.namespace(), ONE)).isEmpty();
    }

    @Test
    void whatIsOursIsWrittenOnIt() throws IOException {
        PodLinks.Found made = links.make(pod.namespace(), ONE);
        assertThat(made.name()).isEqualTo(ONE.hostName()).hasSizeLessThanOrEqualTo(15);
        assertThat(links.all()).containsOnlyKeys("pods/c1/eth0");
        assertThat(host.ip("-4 route show dev " + made.name())).contains("10.1.0.7 proto 181 scope link");
        assertThat(host.ip("neigh show"))
                .contains("10.1.0.7 dev " + made.name() + " lladdr " + ONE.mac() + " PERMANENT");
        assertThat(pod.ip("link show eth0")).contains("mtu 1450").contains(ONE.mac());
        assertThat(pod.ip("route show")).contains("default via 169.254.1.1 dev eth0");
        assertThat(pod.ip("neigh show")).contains("169.254.1.1 dev eth0 lladdr ee:ee:ee:ee:ee:ee PERMANENT");
    }

    @Test
    void makingAgainChangesNothingAndMendsWhatIsMissing() throws IOException {
        links.make(pod.namespace(), ONE);
        links.make(pod.namespace(), ONE);
        host.ip("route del 10.1.0.7 dev " + ONE.hostName());
        pod.ip("address del 10.1.0.7/32 dev eth0");
        assertThat(links.differences(pod.namespace(), ONE))
                .containsExactly(
                        "the host has no route to 10.1.0.7 by " + ONE.hostName(),
                        "eth0 of the pod has not the address 10.1.0.7");
        links.make(pod.namespace(), ONE);
        assertThat(links.differences(pod.namespace(), ONE)).isEmpty();
        assertThat(pings(host, "10.1.0.7")).isTrue();
    }

    @Test
    void theHostsSideIsMendedWithoutThePod() throws IOException {
        PodLinks.Found made = links.make(pod.namespace(), ONE);
        assertThat(links.mend(made, ONE.addresses())).isEmpty();
        host.ip("route del 10.1.0.7 dev " + made.name());
        assertThat(links.mend(made, ONE.addresses())).containsExactly(IpAddress.parse("10.1.0.7"));
        assertThat(pings(host, "10.1.0.7")).isTrue();
        assertThat(links.all()).containsOnlyKeys("pods/c1/eth0");
    }

    @Test
    void aHostWithARouterThatItHearsStillHearsItWhenItForwards() throws IOException {
        host.exits("sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=0", "net.ipv6.conf.up0.accept_ra=1");
        links.make(pod.namespace(), ONE);
        assertThat(host.exits("sh", "-c", "grep -q 2 /proc/sys/net/ipv6/conf/up0/accept_ra"))
                .isTrue();
    }

    @Test
    void removingTakesEverythingAndASecondTimeNothing() throws IOException {
        links.make(pod.namespace(), ONE);
        assertThat(links.remove(ONE.hostName())).isTrue();
        assertThat(links.remove(ONE.hostName())).isFalse();
        assertThat(links.all()).isEmpty();
        assertThat(host.ip("route show proto 181")).isEmpty();
        assertThat(pod.ip("link show")).doesNotContain("eth0");
        assertThat(links.differences(pod.namespace(), ONE))
                .containsExactly("the host has no interface " + ONE.hostName());
    }

    @Test
    void aNamespaceThatIsNotThereIsNamed() {
        NetworkNamespace nowhere = NetworkNamespace.at(Path.of("/run/netns/esp-nowhere"));
        assertThatThrownBy(() -> links.make(nowhere, ONE))
                .isInstanceOf(NetworkNamespace.NamespaceException.class)
                .hasMessageContaining("/run/netns/esp-nowhere");
        assertThat(links.all()).isEmpty();
    }

    @Test
    void aPodThatMovedToAnotherNamespaceIsWiredThere() throws IOException {
        links.make(pod.namespace(), ONE);
        links.make(other.namespace(), ONE);
        assertThat(pings(other, "192.168.7.1")).isTrue();
        assertThat(pod.ip("link show")).doesNotContain("eth0");
    }
}
