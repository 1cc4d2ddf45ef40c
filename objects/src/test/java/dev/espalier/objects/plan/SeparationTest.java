package dev.espalier.objects.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.objects.Examples;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two tenants of one node who chose the same addresses; what is refused is in {@code bad-inputs.txt}. */
class SeparationTest {

    private static String tenant(String name, int table, String more) {
        return """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: NAME}
                spec: {asn: 65000, instance: NAME, kernelTable: TABLE, MORE}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: tor-NAME}
                spec: {router: NAME, address: 10.9.9.9, asn: internal}
                """.replace("NAME", name)
                .replace("TABLE", Integer.toString(table))
                .replace("MORE", more);
    }

    private static List<SpeakerConfig> speakers(String text) {
        return Examples.plan(text).routers().stream()
                .map(Plan.PlannedRouter::speaker)
                .toList();
    }

    @Test
    void tenantsOnDifferentDevicesMayHaveTheSameNeighbourAndPort() {
        assertThat(speakers(tenant("red", 100, "device: eth0") + tenant("blue", 200, "device: eth1")))
                .extracting(SpeakerConfig::device)
                .containsExactly("eth1", "eth0");
    }

    @Test
    void aBoundTenantMayStandBesideTheUnboundOne() {
        assertThat(speakers(tenant("red", 100, "device: eth0") + tenant("blue", 200, "maximumPaths: 1")))
                .extracting(SpeakerConfig::device)
                .containsExactly(null, "eth0");
    }

    @Test
    void tenantsOnOneDeviceAreRefusedByBothNames() {
        assertThat(Examples.errors(tenant("red", 100, "device: eth0") + tenant("blue", 200, "device: eth0")))
                .contains("Router/blue: spec.listen: port 179 is already that of Router/red")
                .contains("BgpPeer/tor-blue: spec: 10.9.9.9 is already the neighbour of BgpPeer/tor-red of Router/red");
    }

    @Test
    void anotherDeviceOpensAllSessionsOfTheRouterAgain() {
        assertThat(PlanDiff.between(
                                Examples.plan(tenant("red", 100, "device: eth0")),
                                Examples.plan(tenant("red", 100, "device: eth1")))
                        .stream()
                        .map(PlanChange::toString))
                .containsExactly("router red: device eth0 -> eth1 (resets all sessions of the router)");
    }
}
