package dev.espalier.linux;

import static dev.espalier.linux.Conversations.SILENCE;
import static dev.espalier.linux.Conversations.send;
import static dev.espalier.linux.Conversations.sendInVain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.linux.PortMapping.Protocol;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.io.IOException;
import java.net.DatagramSocket;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel remembers of connections goes with the pod, and only that. */
@Tag("netns")
class ConntrackTest {

    private static final int WEB = 80;
    private static final int MAPPED = 8080;
    private static final IpAddress ONE = IpAddress.parse("10.1.0.7");
    private static final IpAddress TWO = IpAddress.parse("10.1.0.8");
    private static final IpAddress ONE_6 = IpAddress.parse("2001:db8:1::7");
    private static final List<IpPrefix> POOLS =
            List.of(IpPrefix.parse("10.1.0.0/16"), IpPrefix.parse("2001:db8:1::/64"));
    private static final NatRules OUTGOING = new NatRules(POOLS, POOLS, List.of(), List.of(), true);

    private final PodHost scene = new PodHost();
    private final PodNat nat = new PodNat(scene.host.namespace());
    private final Conntrack conntrack = new Conntrack(scene.host.namespace());

    @AfterEach
    void remove() {
        conntrack.close();
        nat.close();
        scene.close();
    }

    private List<String> tracked() {
        return scene.host.exec("cat", "/proc/net/nf_conntrack").lines().toList();
    }

    private static PortMapping udp(String handle, IpAddress pod) {
        return new PortMapping(handle, Protocol.UDP, null, MAPPED, pod, WEB);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2_000})
    void connectionsFromAndToAPodThatIsGoneAreForgottenAndThoseOfOthersStay(int few) throws IOException {
        try (Conntrack asked = new Conntrack(scene.host.namespace(), few)) {
            nat.apply(OUTGOING.withPorts(List.of(udp("pods/c1/eth0", ONE))));
            scene.servers.answer(scene.outside, "10.9.0.2", WEB);
            scene.servers.answer(scene.pod, "10.1.0.7", WEB);
            send(scene.pod, "10.9.0.2", WEB); // masqueraded: it is the source
            send(scene.other, "10.1.0.7", WEB); // the destination
            send(scene.outside, "10.9.0.1", MAPPED); // the destination that it is translated to
            send(scene.other, "10.9.0.2", WEB);
            assertThat(tracked())
                    .hasSize(4)
                    .filteredOn(line -> line.contains("10.1.0.7"))
                    .hasSize(3);
            assertThat(asked.forget(List.of(ONE))).isEqualTo(3);
            assertThat(tracked()).hasSize(1).allMatch(line -> line.contains("src=10.1.0.8"));
            assertThat(asked.forget(List.of(ONE))).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2_000})
    void thoseOfSixesAndOfManyPodsAtOnceToo(int few) throws IOException {
        try (Conntrack asked = new Conntrack(scene.host.namespace(), few)) {
            scene.awaitSixes();
            nat.apply(OUTGOING);
            scene.servers.answer(scene.outside, "10.9.0.2", WEB);
            scene.servers.answer(scene.outside, "2001:db8:9::2", WEB);
            for (TestNamespace each : List.of(scene.pod, scene.other)) {
                send(each, "10.9.0.2", WEB);
                send(each, "2001:db8:9::2", WEB);
            }
            assertThat(tracked()).filteredOn(line -> line.contains("dport=80 ")).hasSize(4);
            assertThat(asked.forget(List.of(ONE_6))).isPositive(); // discovery of neighbours may be tracked as well
            assertThat(tracked())
                    .noneMatch(line -> line.contains("2001:0db8:0001:0000:0000:0000:0000:0007"))
                    .anyMatch(line -> line.contains("2001:0db8:0001:0000:0000:0000:0000:0008"));
            assertThat(asked.forget(List.of(ONE, TWO))).isEqualTo(2);
            assertThat(tracked()).noneMatch(line -> line.contains("10.1.0."));
        }
    }

    @Test
    void aSenderIsLedToThePodThatHasThePortNow() throws IOException {
        scene.servers.answer(scene.pod, "10.1.0.7", WEB);
        scene.servers.answer(scene.other, "10.1.0.8", WEB);
        nat.apply(OUTGOING.withPorts(List.of(udp("pods/c1/eth0", ONE))));
        try (DatagramSocket sender = Conversations.sender(scene.outside)) {
            assertThat(send(sender, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.2");
            scene.links.remove(PodHost.ONE.hostName());
            nat.apply(OUTGOING.withPorts(List.of(udp("pods/c2/eth0", TWO))));
            assertThat(sendInVain(sender, "10.9.0.1", MAPPED)).as("as before").isNotEqualTo("10.9.0.2");
            assertThat(conntrack.forget(List.of(ONE))).isEqualTo(1);
            assertThat(send(sender, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.2");
        }
    }

    @Test
    void aSenderThatWasThereBeforeThePodReachesIt() throws IOException {
        scene.servers.answer(scene.pod, "10.1.0.7", WEB);
        PortMapping mapping = udp("pods/c1/eth0", ONE);
        Set<IpAddress> addresses = Set.of(IpAddress.parse("10.9.0.1"), IpAddress.parse("127.0.0.1"));
        nat.apply(OUTGOING);
        try (DatagramSocket sender = Conversations.sender(scene.outside);
                DatagramSocket late = Conversations.sender(scene.outside)) {
            scene.host.exec(
                    "nft",
                    "add table ip deaf; add chain ip deaf x { type filter hook input priority 0; };"
                            + "add rule ip deaf x udp dport 8080 accept; add rule ip deaf x ct state new accept");
            assertThat(sendInVain(sender, "10.9.0.1", MAPPED)).isEqualTo(SILENCE);
            nat.apply(OUTGOING.withPorts(List.of(mapping)));
            assertThat(send(late, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.2");
            assertThat(sendInVain(sender, "10.9.0.1", MAPPED)).as("as before").isEqualTo(SILENCE);
            assertThat(conntrack.forgetUntranslated(mapping, addresses)).isEqualTo(1);
            assertThat(send(sender, "10.9.0.1", MAPPED)).isEqualTo("10.9.0.2");
            assertThat(conntrack.forgetUntranslated(mapping, addresses)).isZero();
        }
    }
}
