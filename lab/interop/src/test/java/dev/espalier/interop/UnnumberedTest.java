package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.lab.Cable;
import dev.espalier.lab.Frr;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers by interface: two cables without any address but the link-local ones that the kernel makes. */
@Tag("netns")
@Timeout(value = 90, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnnumberedTest {

    private static final String OBJECTS = """
            apiVersion: espalier.dev/v1alpha1
            kind: Router
            metadata: {name: main}
            spec: {asn: 65001, routerId: 10.255.0.1, timers: {connectRetry: 1, holdTime: 9}}
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: BgpPeer
            metadata: {name: first}
            spec: {interface: eth1, asn: external, importPolicy: [accept-all], exportPolicy: [accept-all]}
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: BgpPeer
            metadata: {name: second}
            spec: {interface: eth2, asn: external, importPolicy: [accept-all], exportPolicy: [accept-all]}
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: Advertisement
            metadata: {name: ours}
            spec: {prefixes: [10.1.0.0/24, "2001:db8:1::/48"]}
            """;

    private static final String FRR = """
            hostname tor
            router bgp 65002
             bgp router-id 10.255.0.2
             no bgp ebgp-requires-policy
             no bgp network import-check
             timers bgp 3 9
             neighbor eth1 interface remote-as external
             neighbor eth1 timers connect 1
             neighbor eth2 interface remote-as external
             neighbor eth2 timers connect 1
             address-family ipv4 unicast
              network 10.2.0.0/24
             exit-address-family
             address-family ipv6 unicast
              network 2001:db8:2::/48
              neighbor eth1 activate
              neighbor eth2 activate
             exit-address-family
            """;

    private static final String BIRD = """
            router id 10.255.0.2;
            protocol device { scan time 1; }
            protocol radv { interface "eth1" { max ra interval 5; default lifetime 0; }; }
            protocol static st4 { ipv4; route 10.2.0.0/24 blackhole; }
            protocol static st6 { ipv6; route 2001:db8:2::/48 blackhole; }
            protocol bgp espalier {
             local as 65002;
             neighbor OURS%eth1 as 65001;
             connect delay time 1; connect retry time 1; error wait time 1, 2;
             ipv4 { extended next hop on; import all; export all; next hop self; };
             ipv6 { import all; export all; next hop self; };
            }
            """;

    private Rig rig;
    private Espalier us;

    @BeforeEach
    void layCablesWithoutAddresses() {
        rig = Rig.create("unnumbered");
        us = new Espalier(rig);
        for (String link : List.of("eth1", "eth2")) {
            Cable.between(rig.ours(), link, rig.theirs(), link).create();
        }
    }

    @AfterEach
    void removeAll() {
        us.close();
        rig.close();
    }

    private String ourRoutes() {
        return rig.ours().ip("route show proto 179") + rig.ours().ip("-6 route show proto 179");
    }

    private String theirRoutes() {
        return rig.theirs().ip("route show") + rig.theirs().ip("-6 route show");
    }

    /** The kernel's own link-local address of a link, once it has been found to be nobody else's. */
    private static String linkLocal(dev.espalier.lab.Namespace namespace, String link) {
        within(5, () -> assertThat(namespace.ip("-6 addr show dev " + link + " scope link"))
                .contains("fe80::")
                .doesNotContain("tentative"));
        String shown = namespace.ip("-6 addr show dev " + link + " scope link");
        return shown.substring(shown.indexOf("fe80::"), shown.indexOf("/64"));
    }

    @Test
    void withFrrSeveralLinksCarryBothFamiliesBothWaysThroughFlapsAndANewAddress() {
        assumeTrue(Frr.isInstalled(), "FRR is not installed");
        Frr frr = new Frr(rig.theirs(), rig.directory().resolve("frr"));
        try {
            us.start(OBJECTS);
            assertThat(us.get("/api/v1/peers").path(0).path("hint").asText())
                    .startsWith("no router advertisement heard on eth1 yet");
            frr.start(FRR, List.of(Frr.Daemon.ZEBRA, Frr.Daemon.BGPD));
            within(20, () -> {
                assertThat(ourRoutes())
                        .containsPattern("10\\.2\\.0\\.0/24 [^\\n]*\\n\\s+nexthop via inet6 fe80::\\S+ dev eth1")
                        .containsPattern("inet6 fe80::\\S+ dev eth2")
                        .containsPattern("2001:db8:2::/48 ");
                assertThat(theirRoutes())
                        .containsPattern("10\\.1\\.0\\.0/24 [^\\n]*proto bgp")
                        .containsPattern("via inet6 fe80::\\S+ dev eth1")
                        .containsPattern("via inet6 fe80::\\S+ dev eth2")
                        .containsPattern("2001:db8:1::/48 ");
            });

            rig.theirs().ip("link set eth1 down");
            within(3, () -> assertThat(ourRoutes()).contains("dev eth2").doesNotContain("dev eth1"));
            rig.theirs().ip("link set eth1 up");
            within(20, () -> assertThat(ourRoutes()).contains("dev eth1"));

            frr.kill(Frr.Daemon.BGPD);
            String before = linkLocal(rig.theirs(), "eth1");
            rig.theirs().ip("addr del " + before + "/64 dev eth1");
            rig.theirs().ip("addr add fe80::77/64 dev eth1 nodad");
            frr.start(Frr.Daemon.BGPD);
            within(30, () -> {
                assertThat(us.state("fe80::77%eth1")).isEqualTo("Established");
                assertThat(ourRoutes()).contains("fe80::77 dev eth1").doesNotContain(before + " dev eth1");
            });
        } finally {
            frr.stop();
        }
    }

    @Test
    void withBirdThatAdvertisesItselfAndKnowsOurAddress() {
        assumeTrue(PeerDaemon.Kind.BIRD.isInstalled(), "BIRD is not installed");
        String configuration = BIRD.replace("OURS", linkLocal(rig.ours(), "eth1"));
        linkLocal(rig.theirs(), "eth1");
        DaemonProcess bird = new DaemonProcess(rig.theirs(), rig.directory().resolve("bird.log"));
        String control = rig.directory() + "/bird.ctl";
        DaemonProcess.write(rig.directory().resolve("bird.conf"), configuration);
        try {
            bird.start(
                    List.of("bird", "-f", "-c", rig.directory() + "/bird.conf", "-s", control),
                    List.of("birdc", "-s", control, "show", "status"));
            us.start(OBJECTS);
            within(20, () -> {
                assertThat(ourRoutes())
                        .containsPattern("10\\.2\\.0\\.0/24 [^\\n]*via inet6 fe80::\\S+ dev eth1")
                        .containsPattern("(?s)2001:db8:2::/48 .{0,80}via fe80::\\S+ dev eth1");
                for (String route : List.of("10.1.0.0/24", "2001:db8:1::/48")) {
                    assertThat(bird.ask("birdc", "-s", control, "show", "route", "for", route, "all"))
                            .containsPattern("BGP.next_hop: (:: )?fe80::");
                }
            });
        } finally {
            bird.stop();
        }
    }
}
