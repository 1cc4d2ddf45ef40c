package dev.espalier.objects.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.AsPathOptions;
import dev.espalier.bgp.AsPathOptions.RemovePrivateAs;
import dev.espalier.bgp.CommunityKind;
import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.MaximumPrefixes;
import dev.espalier.bgp.MaximumPrefixes.Action;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Role;
import dev.espalier.bgp.SendLinkBandwidth;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.Asn;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.Examples;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is written about the border of the AS reaches the plan. */
class BorderOptionsTest {

    private static final String ROUTER = """
            apiVersion: espalier.dev/v1alpha1
            kind: Router
            metadata: {name: main}
            spec: {asn: 65001, routerId: 192.0.2.1}
            """;

    private static Plan plan(String kind, String spec) {
        return Examples.plan(ROUTER + "---\napiVersion: espalier.dev/v1alpha1\nkind: " + kind
                + "\nmetadata: {name: x}\nspec:\n" + spec.indent(2));
    }

    private static PeerConfig peer(String border) {
        return plan(
                        "BgpPeer",
                        "address: 10.0.0.1\nasn: 65002\nimportPolicy: [accept-all]\nexportPolicy: [accept-all]\n"
                                + border)
                .routers()
                .getFirst()
                .speaker()
                .peers()
                .getFirst();
    }

    @Test
    void everyFieldReachesThePlan() {
        PeerConfig peer = peer("""
                role: provider
                roleStrict: true
                enforceFirstAs: false
                allowAsIn: 2
                localAs: {asn: 65009, prepend: false, replaceAs: true}
                removePrivateAs: {mode: replace, all: true}
                asOverride: true
                nextHopUnchanged: true
                sendCommunities: [large, extended]
                sendLinkBandwidth: cumulative
                maximumPrefixes:
                  in: {limit: 100, warnAt: 50, action: idle, count: accepted}
                  out: 7
                """);
        assertThat(peer.session().role()).isEqualTo(Role.PROVIDER);
        assertThat(peer.session().roleStrict()).isTrue();
        assertThat(peer.session().localAs()).isEqualTo(new LocalAs(new Asn(65009), false, true));
        assertThat(peer.asPath()).isEqualTo(new AsPathOptions(false, 2, new RemovePrivateAs(true, true), true));
        assertThat(peer.nextHopUnchanged()).isTrue();
        assertThat(peer.sendCommunities()).isEqualTo(Set.of(CommunityKind.LARGE, CommunityKind.EXTENDED));
        assertThat(peer.sendLinkBandwidth()).isEqualTo(SendLinkBandwidth.CUMULATIVE);
        assertThat(peer.maximumPrefixes())
                .isEqualTo(new MaximumPrefixes(new MaximumPrefixes.In(100, 50, Action.IDLE, 300, true), 7));
    }

    @Test
    void aRouteServersClientIsOne() {
        assertThat(peer("routeServerClient: true").routeServerClient()).isTrue();
    }

    @Test
    void nothingSaidMeansTheRulesOfRfc4271AndNoLimits() {
        PeerConfig peer = peer("");
        assertThat(peer.session()).isEqualTo(PeerConfig.Session.USUAL);
        assertThat(peer.asPath()).isEqualTo(AsPathOptions.USUAL);
        assertThat(peer.sendCommunities()).containsExactlyInAnyOrder(CommunityKind.values());
        assertThat(peer.maximumPrefixes()).isEqualTo(MaximumPrefixes.NONE);
    }

    @Test
    void aRouteServerNeedNotPutItsAsFirstUnlessThatIsDemanded() {
        assertThat(peer("role: rs-client\n").asPath().enforceFirstAs()).isFalse();
        assertThat(peer("role: rs-client\nenforceFirstAs: true\n").asPath().enforceFirstAs())
                .isTrue();
    }

    @Test
    void noCommunitiesAtAllIsAnEmptyList() {
        assertThat(peer("sendCommunities: []\n").sendCommunities()).isEmpty();
    }

    @Test
    void anAggregateReachesThePlan() {
        SpeakerConfig.Origination origination = plan(
                        "Advertisement",
                        "prefixes: [10.0.0.0/8]\naggregate: {summaryOnly: true, inheritCommunities: true, contributors: [accept-all]}\n")
                .routers()
                .getFirst()
                .speaker()
                .originated()
                .get(IpPrefix.parse("10.0.0.0/8"));
        assertThat(origination.aggregate()).isNotNull();
        assertThat(origination.aggregate().summaryOnly()).isTrue();
        assertThat(origination.aggregate().inheritCommunities()).isTrue();
        assertThat(origination.aggregate().contributors()).isNotNull();
    }

    @Test
    void aRoleResetsTheSessionAndALimitDoesNot() {
        String quiet = "address: 10.0.0.1\nasn: 65002\nimportPolicy: [accept-all]\nexportPolicy: [accept-all]\n";
        String spoken = quiet + "role: customer\nmaximumPrefixes: {out: 5}\nallowAsIn: 1\n";
        assertThat(PlanDiff.between(plan("BgpPeer", quiet), plan("BgpPeer", spoken)))
                .extracting(PlanChange::toString)
                .containsExactlyInAnyOrder(
                        "peer x: role set to customer (resets the session)",
                        "peer x: maximumPrefixes.out 0 -> 5 (re-evaluates routes)",
                        "peer x: allowAsIn 0 -> 1 (re-evaluates routes)");
    }
}
