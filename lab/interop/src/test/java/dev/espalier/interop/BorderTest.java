package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Command;
import dev.espalier.lab.Frr;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens to routes at the border of the AS, as BIRD and FRR see it. */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BorderTest {

    private static final int SOON = 15;
    private static final String OURS = "10.1.0.0/24";

    private Rig rig;
    private Espalier us;
    private Frr frr;
    private DaemonProcess bird;

    @BeforeEach
    void layTheCable() {
        assumeTrue(Command.isInstalled("bird") && Frr.isInstalled(), "BIRD or FRR is not installed");
        rig = Rig.create("border");
        us = new Espalier(rig);
        frr = new Frr(rig.theirs(), rig.directory().resolve("frr"));
        bird = new DaemonProcess(rig.theirs(), rig.directory().resolve("bird.log"));
    }

    @AfterEach
    void removeTheCable() {
        us.close();
        frr.stop();
        bird.stop();
        rig.close();
    }

    // ---- the other daemons

    private void startBird(String configuration) {
        Path file = rig.directory().resolve("bird.conf");
        DaemonProcess.write(file, "router id 10.9.0.2;\nprotocol device {}\n" + configuration);
        bird.start(
                List.of("bird", "-f", "-c", file.toString(), "-s", control(), "-P", rig.directory() + "/bird.pid"),
                List.of("birdc", "-s", control(), "show", "status"));
    }

    private String control() {
        return rig.directory() + "/bird.ctl";
    }

    /** What BIRD says; it ends with status 1 when there is nothing to say. */
    private String birdc(String... command) {
        List<String> argv = new java.util.ArrayList<>(List.of("birdc", "-s", control()));
        argv.addAll(List.of(command));
        return bird.asks(argv).output();
    }

    private static String birdSession(String name, String address, long asn, String options) {
        return "protocol bgp " + name + " {\n local " + address + " as " + asn + ";\n neighbor " + Rig.OURS
                + " as 65001;\n connect delay time 1; connect retry time 1; error wait time 1, 2;\n " + options
                + "\n}\n";
    }

    private void startFrr(String neighbour, String... networks) {
        StringBuilder text = new StringBuilder("""
                router bgp 65002
                 bgp router-id 10.9.0.2
                 no bgp ebgp-requires-policy
                 no bgp network import-check
                """);
        neighbour
                .lines()
                .forEach(line -> text.append(" neighbor 10.9.0.1 ").append(line).append('\n'));
        text.append(" neighbor 10.9.0.1 timers connect 1\n address-family ipv4 unicast\n");
        for (String network : networks) {
            text.append("  network ").append(network).append('\n');
        }
        text.append(" exit-address-family\nexit\n");
        frr.start(text.toString(), List.of(Frr.Daemon.ZEBRA, Frr.Daemon.BGPD));
    }

    private JsonNode frrPath(String prefix) {
        return frr.vtyshJson("show bgp ipv4 unicast " + prefix + " json")
                .path("paths")
                .path(0);
    }

    // ---- our side

    private static OurSide side(String peerFields) {
        OurSide side = OurSide.of(PeerSetup.external());
        peerFields
                .lines()
                .forEach(
                        line -> side.peer(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1)));
        return side;
    }

    private void established(String address) {
        within(SOON, () -> assertThat(us.state(address)).isEqualTo("Established"));
    }

    private JsonNode firstPath(String prefix) {
        return us.route(prefix).path("paths").path(0);
    }

    // ---- roles

    @Test
    void birdAsACustomerGetsTheMark() {
        startBird("protocol static { ipv4; route 10.2.0.0/24 blackhole; }\n"
                + birdSession("espalier", Rig.THEIRS, 65002, """
                        local role customer; require roles on;
                        ipv4 { import all; next hop self; export where source = RTS_STATIC; };"""));
        us.start(side("role: provider\nroleStrict: true").objects());
        established(Rig.THEIRS);
        within(SOON, () -> assertThat(birdc("show", "route", OURS, "all")).contains("BGP.otc: 65001"));
        within(SOON, () -> assertThat(firstPath("10.2.0.0/24").path("role").asText())
                .isEqualTo("best"));
        assertThat(us.peer(Rig.THEIRS).path("role").asText()).isEqualTo("provider");
    }

    @Test
    void birdAndWeCannotBothBeTheCustomer() {
        startBird(
                birdSession("espalier", Rig.THEIRS, 65002, "local role customer; ipv4 { import all; export none; };"));
        us.start(side("role: customer").objects());
        within(SOON, () -> assertThat(us.peer(Rig.THEIRS).path("lastError").asText())
                .containsAnyOf("should be provider", "Role Mismatch (2/11)"));
        assertThat(us.state(Rig.THEIRS)).isNotEqualTo("Established");
    }

    @Test
    void frrAsACustomerGetsTheMarkInStrictMode() {
        startFrr("remote-as 65001\nlocal-role customer strict-mode", "10.2.0.0/24");
        us.start(side("role: provider\nroleStrict: true").objects());
        established(Rig.THEIRS);
        within(SOON, () -> assertThat(frrPath(OURS).path("otc").asLong()).isEqualTo(65001));
    }

    @Test
    void aRouteThatLeaksThroughBirdIsRefusedAndExplained() {
        startBird("protocol static { ipv4; route 10.2.0.0/24 blackhole; }\n"
                + birdSession("espalier", Rig.THEIRS, 65002, """
                        ipv4 { import all; next hop self; export filter {
                          if source != RTS_STATIC then reject;
                          bgp_otc = 65099; accept; }; };"""));
        us.start(side("role: provider").objects());
        established(Rig.THEIRS);
        within(SOON, () -> assertThat(firstPath("10.2.0.0/24").path("because").asText())
                .contains("route leak")
                .contains("RFC 9234"));
    }

    // ---- AS numbers and next hops

    @Test
    void frrKnowsUsByTheLocalAsAndIsToldNoMoreThanItsLimit() {
        startFrr("remote-as 65099", "10.2.0.0/24");
        us.start(side("localAs: {asn: 65099}\nmaximumPrefixes: {out: 1}")
                .prefixes("[10.1.0.0/24, 10.1.1.0/24]")
                .objects());
        established(Rig.THEIRS);
        within(SOON, () -> assertThat(frr.vtyshJson("show bgp ipv4 unicast summary json")
                        .path("peers")
                        .path(Rig.OURS)
                        .path("pfxRcd")
                        .asInt())
                .isEqualTo(1));
        within(SOON, () -> assertThat(us.peer(Rig.THEIRS)
                        .path("families")
                        .path("ipv4-unicast")
                        .path("heldBack")
                        .asInt())
                .isEqualTo(1));
        assertThat(us.peer(Rig.THEIRS).path("hint").asText()).contains("maximumPrefixes.out");
        JsonNode told = frrPath(OURS).isMissingNode() ? frrPath("10.1.1.0/24") : frrPath(OURS);
        assertThat(told.path("aspath").path("string").asText()).isEqualTo("65099 65001");
        within(SOON, () -> assertThat(firstPath("10.2.0.0/24")
                        .path("attributes")
                        .path("asPath")
                        .asText())
                .isEqualTo("65099 65002"));
    }

    /** One BIRD plays three neighbours: two sites with one private AS, and a transit provider. */
    @Test
    void sitesOfOneAsHearOfEachOtherAndPrivateNumbersStayInside() {
        // Two addresses of ours more, because BIRD has one session with each; and our own next hop, because BIRD takes
        // no route
        // whose next hop is an address of its own, which all three neighbours here have in common.
        rig.theirs().ip(List.of("addr add 10.9.0.3/24 dev eth0", "addr add 10.9.0.4/24 dev eth0"));
        rig.ours().ip(List.of("addr add 10.9.0.13/24 dev eth0", "addr add 10.9.0.14/24 dev eth0"));
        startBird("ipv4 table othersite; ipv4 table uplink;\n"
                + "protocol static { ipv4; route 10.2.0.0/24 blackhole; }\n"
                + birdSession("site", Rig.THEIRS, 64600, "ipv4 { import none; next hop self; export all; };")
                + birdSession("second", "10.9.0.3", 64600, "ipv4 { table othersite; import all; export none; };")
                        .replace(Rig.OURS, "10.9.0.13")
                + birdSession("transit", "10.9.0.4", 3000, "ipv4 { table uplink; import all; export none; };")
                        .replace(Rig.OURS, "10.9.0.14"));
        us.start(side("asn: 64600\npassive: true").objects()
                + peer("other", "10.9.0.3", 64600, "asOverride: true\n  nextHopSelf: true")
                + peer("transit", "10.9.0.4", 3000, "removePrivateAs: {all: true}\n  nextHopSelf: true"));
        within(SOON, () -> assertThat(birdc("show", "route", "10.2.0.0/24", "table", "othersite", "all"))
                .contains("BGP.as_path: 65001 65001"));
        within(SOON, () -> assertThat(birdc("show", "route", "10.2.0.0/24", "table", "uplink", "all"))
                .containsPattern("BGP.as_path: 65001\\s"));
    }

    private static String peer(String name, String address, long asn, String more) {
        return "---\napiVersion: espalier.dev/v1alpha1\nkind: BgpPeer\nmetadata: {name: " + name + "}\nspec:\n"
                + "  address: " + address + "\n  asn: " + asn + "\n  passive: true\n  importPolicy: [accept-all]\n"
                + "  exportPolicy: [accept-all]\n  " + more + "\n";
    }

    // ---- limits

    @Test
    void frrSendsMoreThanItMayAndHearsWhy() {
        startFrr("remote-as 65001", "10.2.0.0/24", "10.2.1.0/24", "10.2.2.0/24");
        us.start(side("maximumPrefixes: {in: {limit: 2, action: idle}}").objects());
        within(SOON, () -> assertThat(us.peer(Rig.THEIRS).path("hint").asText())
                .contains("sent more than 2 ipv4-unicast prefixes")
                .contains("spec.maximumPrefixes is changed"));
        assertThat(us.state(Rig.THEIRS)).isEqualTo("Idle");
        within(SOON, () -> assertThat(frr.vtysh("show bgp neighbors 10.9.0.1"))
                .contains("Cease/Maximum Number of Prefixes Reached"));
        us.reload(side("maximumPrefixes: {in: {limit: 3, action: idle, count: accepted}}")
                .objects());
        established(Rig.THEIRS);
        within(SOON, () -> assertThat(us.route("10.2.2.0/24").isMissingNode()).isFalse());
    }

    @Test
    void birdClosesTheSessionWhenWeSendMoreThanItAllows() {
        startBird(birdSession(
                "espalier", Rig.THEIRS, 65002, "ipv4 { import all; receive limit 1 action disable; export none; };"));
        us.start(side("").prefixes("[10.1.0.0/24, 10.1.1.0/24]").objects());
        within(SOON, () -> assertThat(us.peer(Rig.THEIRS).path("lastDown").asText())
                .contains("Maximum Number of Prefixes Reached (6/1)"));
    }

    // ---- aggregates

    @Test
    void birdSeesAnAggregateComeAndGoWithWhatItSumsUp() {
        String session = birdSession("espalier", Rig.THEIRS, 65002, """
                ipv4 { import all; next hop self; export where source = RTS_STATIC; };""");
        String route = "protocol static { ipv4; route 10.2.0.0/24 blackhole; }\n";
        startBird(route + session);
        us.start(side("").prefixes("[10.2.0.0/16]")
                .aggregate("{summaryOnly: true}")
                .objects());
        established(Rig.THEIRS);
        within(SOON, () -> assertThat(birdc("show", "route", "10.2.0.0/16", "all"))
                .contains("BGP.aggregator: 10.9.0.1 AS65001")
                .contains("BGP.atomic_aggr"));
        within(SOON, () -> assertThat(rig.ours().ip("route show proto 179")).contains("blackhole 10.2.0.0/16"));
        DaemonProcess.write(
                rig.directory().resolve("bird.conf"), "router id 10.9.0.2;\nprotocol device {}\n" + session);
        birdc("configure");
        within(SOON, () -> assertThat(birdc("show", "route")).doesNotContain("10.2.0.0/16"));
        within(SOON, () -> assertThat(rig.ours().ip("route show proto 179")).doesNotContain("10.2.0.0"));
        assertThat(us.get("/api/v1/explain?prefix=10.2.0.0%2F16")
                        .path("aggregate")
                        .asText())
                .endsWith("is not announced: no more specific route is known");
    }
}
