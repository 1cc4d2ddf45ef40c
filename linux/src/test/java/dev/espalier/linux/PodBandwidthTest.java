package dev.espalier.linux;

import static dev.espalier.linux.Conversations.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.IpPrefix;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits in both directions, by what gets through. */
@Tag("netns")
class PodBandwidthTest {

    private static final int PORT = 5001;
    private static final String ONE = PodHost.ONE.handle();
    private static final String LINK = PodHost.ONE.hostName();
    private static final String SHAPER = PodLink.shaperName(ONE);
    private static final long TEN_MEGABITS = 10_000_000;
    private static final long BURST = 512 * 1024;
    private static final Bandwidth BOTH = new Bandwidth(TEN_MEGABITS, BURST, 2 * TEN_MEGABITS, BURST);

    /** At ten megabits a second it takes a second and a bit less, for the burst. */
    private static final int OCTETS = 1_250_000;

    private static final Duration LIMITED = Duration.ofMillis(700);

    private final PodHost scene = new PodHost();
    private final PodBandwidth bandwidth = new PodBandwidth(scene.host.namespace());

    @AfterEach
    void remove() {
        bandwidth.close();
        scene.close();
    }

    private Duration receives(TestNamespace pod, String address) {
        return Conversations.transfer(scene.outside, pod, address, PORT, OCTETS);
    }

    private Duration sends(TestNamespace pod) {
        return Conversations.transfer(pod, scene.outside, "10.9.0.2", PORT, OCTETS);
    }

    private String disciplines() {
        return scene.host.exec("tc", "qdisc", "show") + scene.host.exec("tc", "filter", "show", "dev", LINK, "ingress");
    }

    @Test
    void whatAPodReceivesIsLimitedAndWhatItSendsIsNot() {
        scene.outside.ip("route add 10.1.0.0/16 via 10.9.0.1");
        assertThat(bandwidth.apply(ONE, new Bandwidth(TEN_MEGABITS, BURST, 0, 0)))
                .isTrue();
        Duration limited = receives(scene.pod, "10.1.0.7");
        assertThat(limited).isGreaterThan(LIMITED);
        assertThat(receives(scene.other, "10.1.0.8").multipliedBy(3))
                .as("another pod")
                .isLessThan(limited);
        assertThat(sends(scene.pod).multipliedBy(3)).as("the other direction").isLessThan(limited);
        assertThat(bandwidth.handles()).isEmpty();
    }

    @Test
    void whatAPodSendsIsLimitedAndWhatItReceivesIsNot() {
        scene.outside.ip("route add 10.1.0.0/16 via 10.9.0.1");
        assertThat(bandwidth.apply(ONE, new Bandwidth(0, 0, TEN_MEGABITS, BURST)))
                .isTrue();
        Duration limited = sends(scene.pod);
        assertThat(limited).isGreaterThan(LIMITED);
        assertThat(sends(scene.other).multipliedBy(3)).as("another pod").isLessThan(limited);
        assertThat(receives(scene.pod, "10.1.0.7").multipliedBy(3))
                .as("the other direction")
                .isLessThan(limited);
        assertThat(bandwidth.apply(ONE, Bandwidth.UNLIMITED)).isTrue();
        assertThat(sends(scene.pod).multipliedBy(3)).as("without the limit").isLessThan(limited);
    }

    @Test
    void whatALimitedPodSendsIsTranslatedAsThatOfOthers() throws IOException {
        scene.servers.answer(scene.outside, "10.9.0.2", PORT);
        List<IpPrefix> pools = List.of(IpPrefix.parse("10.1.0.0/16"));
        try (PodNat nat = new PodNat(scene.host.namespace())) {
            nat.apply(new NatRules(pools, pools, List.of(), List.of(), true));
            bandwidth.apply(ONE, BOTH);
            assertThat(send(scene.pod, "10.9.0.2", PORT)).isEqualTo("10.9.0.1");
        }
    }

    @Test
    void anotherRunChangesNothingAndAnotherLimitOnlyTheLimit() {
        assertThat(bandwidth.apply(ONE, BOTH)).isTrue();
        String before = disciplines();
        assertThat(before)
                .contains("dev " + LINK + " root")
                .contains("rate 10Mbit burst 64Kb")
                .contains("dev " + SHAPER + " root")
                .contains("rate 20Mbit burst 64Kb")
                .contains("Redirect to device " + SHAPER);
        int link = scene.host.linkIndex(SHAPER);
        try (PodBandwidth next = new PodBandwidth(scene.host.namespace())) {
            assertThat(next.handles()).containsExactly(ONE);
            assertThat(next.apply(ONE, BOTH)).isFalse();
            assertThat(disciplines()).isEqualTo(before);
            assertThat(next.apply(ONE, new Bandwidth(TEN_MEGABITS, BURST, TEN_MEGABITS, 2 * BURST)))
                    .isTrue();
            assertThat(disciplines()).contains("dev " + SHAPER + " root").contains("rate 10Mbit burst 128Kb");
            assertThat(scene.host.linkIndex(SHAPER)).isEqualTo(link);
        }
    }

    @Test
    void ratesBeyondFourOctetsAreKeptAsTheyAre() {
        Bandwidth fast = new Bandwidth(100_000_000_000L, 0, 400_000_000_000L, 0);
        assertThat(bandwidth.apply(ONE, fast)).isTrue();
        assertThat(disciplines()).contains("rate 100Gbit").contains("rate 400Gbit");
        assertThat(bandwidth.apply(ONE, fast)).isFalse();
    }

    @Test
    void whatSomebodyRemovedIsPutBack() {
        bandwidth.apply(ONE, BOTH);
        scene.host.exec("tc", "qdisc", "del", "dev", LINK, "root");
        assertThat(bandwidth.apply(ONE, BOTH)).isTrue();
        scene.host.ip("link del " + SHAPER); // now the pod's packets are led nowhere
        assertThat(bandwidth.apply(ONE, BOTH)).isTrue();
        assertThat(scene.pod.exits("ping", "-c", "1", "-W", "1", "10.9.0.1")).isTrue();
        scene.host.exec("tc", "filter", "del", "dev", LINK, "ingress");
        assertThat(bandwidth.apply(ONE, BOTH)).isTrue();
        assertThat(disciplines()).contains("Redirect to device " + SHAPER);
        assertThat(bandwidth.apply(ONE, BOTH)).isFalse();
    }

    @Test
    void withoutLimitsNothingOfOursIsLeftAndWhatOthersPutThereStays() {
        assertThat(bandwidth.apply(ONE, Bandwidth.UNLIMITED)).isFalse();
        bandwidth.apply(ONE, BOTH);
        scene.host.exec(
                "tc",
                "filter",
                "add",
                "dev",
                LINK,
                "ingress",
                "pref",
                "7",
                "protocol",
                "ip",
                "u32",
                "match",
                "u32",
                "0",
                "0");
        assertThat(bandwidth.apply(ONE, Bandwidth.UNLIMITED)).isTrue();
        assertThat(bandwidth.apply(ONE, Bandwidth.UNLIMITED)).isFalse();
        assertThat(scene.host.ip("link show")).doesNotContain(SHAPER);
        assertThat(disciplines()).doesNotContain("tbf").doesNotContain("mirred").contains("pref 7 u32");
    }

    @Test
    void aPodThatIsGoneLeavesAnInterfaceThatSaysWhoseItIs() {
        bandwidth.apply(ONE, BOTH);
        assertThat(scene.links.all()).as("it is not taken for a pod's").containsOnlyKeys(ONE, PodHost.TWO.handle());
        scene.links.remove(LINK);
        assertThat(bandwidth.handles()).containsExactly(ONE);
        assertThat(bandwidth.remove(ONE)).isTrue();
        assertThat(bandwidth.remove(ONE)).isFalse();
        assertThat(bandwidth.handles()).isEmpty();
        assertThatThrownBy(() -> bandwidth.apply(ONE, BOTH))
                .hasMessage("limiting the bandwidth of pods/c1/eth0: it has no link (ENODEV)");
    }
}
