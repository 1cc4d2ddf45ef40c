package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.Ipv6Address;
import dev.espalier.route.Links;
import dev.espalier.route.RouterDiscovery;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Router discovery over a cable whose two ends are in one namespace. */
@Tag("netns")
class Icmpv6RouterDiscoveryTest {

    private static final byte[] SOLICITATION = {(byte) 133, 0, 0, 0, 0, 0, 0, 0};

    private final TestNamespace namespace = new TestNamespace();
    private final TestLoop loop = new TestLoop();
    private final RouterDiscovery discovery = new Icmpv6RouterDiscovery(namespace.namespace());
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @BeforeEach
    void makeLinks() {
        namespace.veth("left", "right");
        namespace.ip("address add fe80::1/64 dev left nodad");
        namespace.ip("address add fe80::2/64 dev right nodad");
    }

    @AfterEach
    void removeAll() {
        loop.close();
        namespace.close();
    }

    private Links.Link link(String name) {
        return new Links.Link(namespace.linkIndex(name), name, true, false, 1500, "02:00:00:00:00:01");
    }

    private RouterDiscovery.Port open(String name) {
        return discovery.open(link(name), loop, (source, message) -> heard.add(name + " " + (message[0] & 0xFF)));
    }

    @Test
    void whatOneEndSendsToAllRoutersTheOtherHearsFromALinkLocalAddressAndItselfDoesNot() {
        try (RouterDiscovery.Port left = open("left");
                RouterDiscovery.Port right = open("right")) {
            assertThat(left.send(RouterDiscovery.ALL_ROUTERS, SOLICITATION)).isTrue();
            TestNamespace.await("the solicitation", () -> !heard.isEmpty());
            assertThat(right.send(
                            RouterDiscovery.ALL_NODES,
                            new byte[] {(byte) 134, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
                    .isTrue();
            TestNamespace.await("the advertisement", () -> heard.size() == 2);
            assertThat(heard).containsExactly("right 133", "left 134");
        }
    }

    @Test
    void whatMayHaveComeThroughARouterIsNotHeard() { // RFC 4861 section 6.1: the hop limit is 255
        Icmpv6Socket forged = namespace.namespace().open(() -> Icmpv6Socket.open(link("left")));
        try (RouterDiscovery.Port _ = open("right")) {
            forged.hopLimit(64);
            assertThat(forged.send(RouterDiscovery.ALL_ROUTERS, SOLICITATION)).isTrue();
            forged.hopLimit(255);
            assertThat(forged.send(RouterDiscovery.ALL_ROUTERS, SOLICITATION)).isTrue();
            TestNamespace.await("the solicitation with 255", () -> !heard.isEmpty());
            assertThat(heard).hasSize(1);
        } finally {
            forged.close();
        }
    }

    @Test
    void otherMessagesOfIcmpv6AreNotHeard() {
        try (RouterDiscovery.Port left = open("left");
                RouterDiscovery.Port _ = open("right")) {
            left.send(RouterDiscovery.ALL_NODES, new byte[] {(byte) 128, 0, 0, 0, 0, 1, 0, 1}); // echo request
            left.send(RouterDiscovery.ALL_ROUTERS, SOLICITATION);
            TestNamespace.await("the solicitation", () -> !heard.isEmpty());
            assertThat(heard).containsExactly("right 133");
        }
    }

    @Test
    void aLinkThatIsDownCannotSendAndCanAgainWhenItIsUp() {
        try (RouterDiscovery.Port left = open("left")) {
            namespace.ip("link set left down");
            assertThat(left.send(RouterDiscovery.ALL_ROUTERS, SOLICITATION)).isFalse();
            namespace.ip("link set left up");
            namespace.ip("address replace fe80::1/64 dev left nodad");
            TestNamespace.await("sending", () -> left.send(RouterDiscovery.ALL_ROUTERS, SOLICITATION));
        }
    }

    @Test
    void aLinkThatDoesNotExistIsRefusedByName() {
        assertThatThrownBy(
                        () -> discovery.open(new Links.Link(99, "nowhere", true, false, 1500, ""), loop, this::ignore))
                .isInstanceOf(RouterDiscovery.DiscoveryException.class)
                .hasMessage("cannot hear and send router advertisements on nowhere: ENODEV");
    }

    private void ignore(Ipv6Address source, byte[] message) {}
}
