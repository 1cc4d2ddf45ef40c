package dev.espalier.bgp.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.sim.SimulatedTransport;
import dev.espalier.bgp.wire.Message;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All neighbours of one speaker: who is let in, who is forgotten, and what a new configuration touches. */
class SessionsTest {

    private final Lab lab = new Lab(3);

    @Test
    void neighborsOfARangeAreTakenInUpToItsLimit() {
        Lab.Box tor = lab.speaker("10.0.0.1", 65001, Lab.range("10.0.0.0/24", 2).build());
        tor.sessions.start();
        List<Lab.Box> nodes = nodes(3);
        lab.time.run(Duration.ofMinutes(5));

        assertThat(tor.sessions.entries()).hasSize(2).allMatch(Sessions.Entry::dynamic);
        assertThat(nodes.stream().filter(Lab.Box::allUp)).hasSize(2);
        // It knocked every few seconds; it is spoken of once a minute.
        assertThat(tor.eventsOf("bgp.range.full")).hasSizeBetween(4, 6).allMatch(m -> m.contains("limit of 2"));
    }

    @Test
    void aNeighborOfARangeIsForgottenOnceItsRoutesAreGone() {
        Lab.Box tor = lab.speaker("10.0.0.1", 65001, Lab.range("10.0.0.0/24", 2).build());
        tor.sessions.start();
        Lab.Box node = nodes(1).getFirst();
        assertThat(lab.converges(Duration.ofSeconds(10), tor, node)).isTrue();

        node.sessions.stop("gone");
        lab.time.run(Duration.ofMinutes(10));
        assertThat(tor.sessions.entries()).as("still needed").hasSize(1);

        tor.sessions.release(IpAddress.parse(node.address), 0);
        lab.time.run(Duration.ofMinutes(2));
        assertThat(tor.sessions.entries()).isEmpty();
    }

    @Test
    void aNeighborThatIsBackIsNotForgottenByALateRelease() {
        Lab.Box tor = lab.speaker("10.0.0.1", 65001, Lab.range("10.0.0.0/24", 2).build());
        tor.sessions.start();
        Lab.Box node = nodes(1).getFirst();
        assertThat(lab.converges(Duration.ofSeconds(10), tor, node)).isTrue();
        lab.network.reset(tor.transport, node.transport);
        assertThat(lab.time.runUntil(Duration.ofSeconds(30), () -> tor.only().established == 2))
                .isTrue();

        tor.sessions.release(IpAddress.parse(node.address), 0);
        lab.time.run(Duration.ofMinutes(10));
        assertThat(tor.allUp()).isTrue();
        assertThat(tor.sessions.entries()).hasSize(1);
    }

    @Test
    void aReleasedNeighborMakesRoomForAnother() {
        Lab.Box tor = lab.speaker("10.0.0.1", 65001, Lab.range("10.0.0.0/24", 1).build());
        tor.sessions.start();
        List<Lab.Box> nodes = nodes(2);
        lab.time.run(Duration.ofSeconds(30));
        Lab.Box up = nodes.stream().filter(Lab.Box::allUp).findFirst().orElseThrow();
        Lab.Box waiting = nodes.stream().filter(n -> n != up).findFirst().orElseThrow();

        up.sessions.stop("gone");
        lab.time.run(Duration.ofSeconds(1));
        tor.sessions.release(IpAddress.parse(up.address), 0);
        assertThat(lab.converges(Duration.ofSeconds(30), waiting)).isTrue();
    }

    @Test
    void aNeighborOfARangeThatIsRefusedWaitsLongerEachTime() {
        PeerConfig range = new Lab.Peer(
                        new PeerConfig.Remote.Range(IpPrefix.parse("10.0.0.0/24"), 10),
                        new PeerConfig.RemoteAs.Internal())
                .build();
        Lab.Box tor = lab.speaker("10.0.0.1", 65001, range);
        tor.sessions.start();
        nodes(1);
        lab.time.run(Duration.ofMinutes(10));
        assertThat(tor.sessions.entries().getFirst().status().messagesSent()).isBetween(10L, 60L);
    }

    @Test
    void theMoreSpecificRangeAndTheConfiguredNeighborComeFirst() {
        Lab.Box tor = lab.speaker(
                "10.0.0.1",
                65001,
                Lab.range("10.0.0.0/8", 10).build(),
                Lab.range("10.0.0.0/24", 10).build(),
                Lab.peer("10.0.0.11", 64601).passive().build());
        tor.sessions.start();
        List<Lab.Box> nodes = nodes(2);
        assertThat(lab.converges(Duration.ofSeconds(10), nodes.toArray(Lab.Box[]::new)))
                .isTrue();

        assertThat(tor.sessions.entries())
                .extracting(e -> e.config().name() + " " + e.address())
                .containsExactly("10.0.0.11 10.0.0.11", "10.0.0.0/24 10.0.0.10");
    }

    @Test
    void aStrangerIsRefusedWithAHint() {
        Lab.Box tor = lab.speaker("10.0.0.1", 65001);
        tor.sessions.start();
        nodes(1);
        lab.time.run(Duration.ofSeconds(10));
        assertThat(tor.eventsOf("bgp.connection.refused"))
                .singleElement()
                .asString()
                .contains("10.0.0.10", "BgpPeer", "listenRange");
    }

    @Test
    void aLinkLocalNeighborIsKnownByItsLink() {
        SimulatedTransport host = lab.network.host("tor", IpAddress.parse("fe80::9"), IpAddress.parse("10.0.0.1"));
        Lab.Box tor = lab
        .new Box(
                "fe80::9",
                host,
                Lab.listeningOn(
                        "fe80::9", Lab.config("10.0.0.1", 65001, linkLocal("eth1", 64601), linkLocal("eth2", 64602))));
        tor.sessions.start();
        SimulatedTransport node = lab.network.host("node", IpAddress.parse("fe80::1"));
        Lab.Box box = lab
        .new Box(
                "fe80::1",
                node,
                Lab.listeningOn("fe80::1", Lab.config("10.0.0.2", 64602, linkLocal("eth2", "fe80::9", 65001))));
        box.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(30), box)).isTrue();

        assertThat(tor.sessions.entries())
                .filteredOn(e -> e.status().negotiated() != null)
                .extracting(e -> e.config().name())
                .containsExactly("eth2");
    }

    @Test
    void aNewConfigurationTouchesOnlyWhatHasChanged() {
        List<Lab.Box> nodes = nodes(4);
        PeerConfig stays = Lab.peer("10.0.0.10", 64600).build();
        PeerConfig policy = Lab.peer("10.0.0.11", 64601).build();
        PeerConfig timers = Lab.peer("10.0.0.12", 64602).build();
        PeerConfig goes = Lab.peer("10.0.0.13", 64603).build();
        Lab.Box tor = lab.speaker("10.0.0.1", 65001, stays, policy, timers, goes);
        tor.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(30), nodes.toArray(Lab.Box[]::new)))
                .isTrue();

        tor.sessions.reconfigure(Lab.config(
                "10.0.0.1",
                65001,
                stays,
                Lab.peer("10.0.0.11", 64601).build(true),
                Lab.peer("10.0.0.12", 64602).hold(30).build(),
                Lab.peer("10.0.0.14", 64604).build()));
        lab.time.run(Duration.ofMillis(200));

        assertThat(nodes.get(0).only().closed).isEmpty();
        assertThat(nodes.get(1).only().closed).isEmpty();
        assertThat(nodes.get(2).only().closed.getFirst().received()).isEqualTo(new Message.Notification(6, 6));
        assertThat(nodes.get(3).only().closed.getFirst().received()).isEqualTo(new Message.Notification(6, 3));
        assertThat(tor.sessions.entries())
                .extracting(e -> e.address().toString())
                .containsExactlyInAnyOrder("10.0.0.10", "10.0.0.11", "10.0.0.12", "10.0.0.14");
        assertThat(tor.sessions.entries().get(1).config().nextHopSelf()).isTrue();
        assertThat(lab.converges(Duration.ofSeconds(30), nodes.get(2))).isTrue();
        assertThat(nodes.get(2).only().channel.negotiated().holdSeconds()).isEqualTo(30);
    }

    @Test
    void anotherAsResetsEverybody() {
        Lab.Box node = nodes(1).getFirst();
        PeerConfig peer = Lab.peer("10.0.0.10", 64600).build();
        Lab.Box tor = lab.speaker("10.0.0.1", 65001, peer);
        tor.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(30), node, tor)).isTrue();
        tor.sessions.reconfigure(Lab.config("10.0.0.1", 65009, peer));
        lab.time.run(Duration.ofSeconds(1));
        assertThat(node.only().closed.getFirst().received()).isEqualTo(new Message.Notification(6, 6));
    }

    @Test
    void aPasswordThatIsChangedOnBothSidesBringsTheSessionBack() {
        Lab.Box tor = lab.speaker(
                "10.0.0.1", 65001, Lab.peer("10.0.0.10", 64600).password("plum").build());
        Lab.Box node = lab.speaker(
                "10.0.0.10", 64600, Lab.peer("10.0.0.1", 65001).password("plum").build());
        tor.sessions.start();
        node.sessions.start();
        assertThat(lab.converges(Duration.ofSeconds(30), tor, node)).isTrue();

        tor.sessions.reconfigure(Lab.config(
                "10.0.0.1", 65001, Lab.peer("10.0.0.10", 64600).password("pear").build()));
        lab.time.run(Duration.ofMinutes(2));
        assertThat(node.allUp()).isFalse();
        node.sessions.reconfigure(Lab.config(
                "10.0.0.10", 64600, Lab.peer("10.0.0.1", 65001).password("pear").build()));
        lab.time.run(Duration.ofMinutes(1));
        assertThat(node.only().up()).isTrue();
    }

    @Test
    void aPortInUseStopsTheStartBeforeAnythingHappens() {
        Lab.Box tor =
                lab.speaker("10.0.0.1", 65001, Lab.peer("10.0.0.10", 64600).build());
        var holder = tor.transport.listen(
                new Transport.ListenOptions(IpAddress.parse("10.0.0.1"), 179, null), (remote, local) -> null);
        assertThatThrownBy(tor.sessions::start)
                .isInstanceOf(Transport.TransportException.class)
                .hasMessageContaining("179");
        assertThat(tor.sessions.entries()).isEmpty();
        holder.close();
        tor.sessions.start();
        assertThat(tor.sessions.ports()).containsExactly(179);
    }

    /** Waits for fe80::1. */
    private static PeerConfig linkLocal(String link, long asn) {
        return linkLocal(link, "fe80::1", Lab.peer("fe80::1", asn).passive().build());
    }

    private static PeerConfig linkLocal(String link, String address, long asn) {
        return linkLocal(link, address, Lab.peer(address, asn).build());
    }

    private static PeerConfig linkLocal(String link, String address, PeerConfig model) {
        return model.toBuilder()
                .name(link)
                .remote(new PeerConfig.Remote.Address(IpAddress.parse(address), link))
                .build();
    }

    /** Nodes at 10.0.0.10 and up, in AS 64600 and up, that connect to 10.0.0.1; already started. */
    private List<Lab.Box> nodes(int count) {
        List<Lab.Box> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Lab.Box node = lab.speaker(
                    "10.0.0." + (10 + i), 64600 + i, Lab.peer("10.0.0.1", 65001).build());
            node.sessions.start();
            nodes.add(node);
        }
        return nodes;
    }
}
