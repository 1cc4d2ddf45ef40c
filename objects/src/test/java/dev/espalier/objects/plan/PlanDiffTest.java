package dev.espalier.objects.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bgp.AsPathOptions;
import dev.espalier.bgp.MaximumPrefixes;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.objects.Examples;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PlanDiffTest {

    private static final String REFLECTOR = Examples.resource("examples/reflector.yaml");

    private static List<String> changes(String from, String to) {
        String after = REFLECTOR.replace(from, to);
        assertThat(after).as("the example holds '%s'", from).isNotEqualTo(REFLECTOR);
        return PlanDiff.between(Examples.plan(REFLECTOR), Examples.plan(after)).stream()
                .map(PlanChange::toString)
                .toList();
    }

    @Test
    void anEqualPlanChangesNothing() {
        assertThat(PlanDiff.between(Examples.plan(REFLECTOR), Examples.plan(REFLECTOR)))
                .isEmpty();
    }

    @Test
    void aTimerResetsTheSession() {
        assertThat(changes("{holdTime: 9}", "{holdTime: 12}"))
                .containsExactly(
                        "peer clients: holdTime 9 -> 12 (resets the session)",
                        "peer clients: keepaliveInterval 3 -> 4 (resets the session)");
    }

    @Test
    void aPasswordIsShownAsChangedOnly() {
        assertThat(changes("passwordSecret: {file: clients.password}", "password: sesame"))
                .containsExactly("peer clients: password •••••• changed (resets the session)");
        assertThat(changes("  passwordSecret: {file: clients.password}\n", ""))
                .containsExactly("peer clients: password removed, was •••••• (resets the session)");
    }

    @Test
    void aPolicyKeepsTheSession() {
        assertThat(changes("[customers, reject-all]", "[accept-all]"))
                .containsExactly(
                        "peer upstream: exportPolicy 'customers, reject-all' -> 'accept-all' (re-evaluates routes)");
    }

    @Test
    void aSetThatAPolicyUsesChangesThePolicy() {
        assertThat(changes("- 192.0.2.0/24", "- 192.0.3.0/24"))
                .containsExactly("peer upstream: exportPolicy 'customers, reject-all' changed (re-evaluates routes)");
    }

    @Test
    void aSetThatNobodyUsesChangesNothing() {
        assertThat(PlanDiff.between(Examples.plan(REFLECTOR), Examples.plan(REFLECTOR + """
                                        ---
                                        apiVersion: espalier.dev/v1alpha1
                                        kind: PrefixSet
                                        metadata: {name: unused}
                                        spec: {prefixes: []}
                                        """)))
                .isEmpty();
    }

    @Test
    void prefixesComeGoAndChange() {
        assertThat(changes("[198.51.100.0/24, ", "[203.0.113.0/24, "))
                .containsExactly(
                        "prefix 198.51.100.0/24: removed (re-evaluates routes)",
                        "prefix 203.0.113.0/24: added (re-evaluates routes)");
        assertThat(changes("discard: false", "discard: true"))
                .containsExactly(
                        "prefix 198.51.100.0/24: discard false -> true (no session is touched)",
                        "prefix 2001:db8:53::/48: discard false -> true (no session is touched)");
    }

    @Test
    void peersComeAndGo() {
        assertThat(changes("enabled: false\n  router: tenant\n", "router: tenant\n"))
                .containsExactly("peer resting: added (starts the session)");
        assertThat(changes("address: 203.0.113.9", "enabled: false\n  address: 203.0.113.9"))
                .containsExactly("peer far: removed (ends the session)");
        assertThat(changes("fe80::1%eth0", "fe80::9%eth0"))
                .containsExactly("peer upstream: address fe80::1%eth0 -> fe80::9%eth0 (resets the session)");
    }

    @Test
    void aRouterSaysWhatItsChangesDo() {
        assertThat(changes("routerId: 192.0.2.2", "routerId: 192.0.2.3"))
                .containsExactly(
                        "router tenant: routerId 192.0.2.2 -> 192.0.2.3 (resets all sessions of the router)",
                        "router tenant: clusterId 192.0.2.2 -> 192.0.2.3 (re-evaluates routes)");
        assertThat(changes("port: 1179", "port: 179"))
                .containsExactly("router core: listen.port 1179 -> 179 (reopens the listening socket)");
        assertThat(changes("maximumPaths: 4", "maximumPaths: 1"))
                .containsExactly("router core: maximumPaths 4 -> 1 (re-evaluates routes)");
        assertThat(changes("stalePathTime: 90", "stalePathTime: 91"))
                .containsExactly("router core: gracefulRestart.stalePathTime 90 -> 91 (no session is touched)");
    }

    @Test
    void theFirstPlanAddsEverything() {
        List<PlanChange> changes =
                PlanDiff.between(Plan.empty("node-1"), Examples.plan(Examples.resource("examples/node.yaml")));

        assertThat(changes)
                .extracting(PlanChange::toString)
                .containsExactly(
                        "router main: added (no session is touched)",
                        "peer tor: added (starts the session)",
                        "prefix 10.244.3.0/24: added (re-evaluates routes)");
    }

    @Test
    void howManyPathsAreSentIsAMatterOfRoutesAndWhetherSeveralAreIsOneOfTheSession() {
        assertThat(changes("send: best, sendMax: 4", "send: all"))
                .containsExactly("peer clients: addPaths.sendMax 4 -> all (re-evaluates routes)");
        assertThat(changes("receive: true, send: best, sendMax: 4", "send: none"))
                .containsExactly(
                        "peer clients: addPaths.receive true -> false (resets the session)",
                        "peer clients: addPaths.send several -> none (resets the session)",
                        "peer clients: addPaths.sendMax removed, was 4 (re-evaluates routes)");
    }

    @Test
    void anotherBfdProfileTouchesNoSessionButStrictnessDoes() {
        String before = """
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: 65001}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: tor}
                spec: {address: 10.0.0.1, asn: 65002, importPolicy: [accept-all], exportPolicy: [accept-all], bfdProfile: fast}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BfdProfile
                metadata: {name: fast}
                spec: {requiredMinReceive: 50}
                """;
        String after = before.replace("50}", "100}").replace("bfdProfile: fast", "bfdProfile: fast, bfdStrict: true");
        assertThat(PlanDiff.between(Examples.plan(before), Examples.plan(after)))
                .extracting(PlanChange::toString)
                .containsExactly(
                        "peer tor: bfdStrict false -> true (resets the session)",
                        "bfd profile fast: requiredMinReceive 50 -> 100 (no session is touched)");
    }

    @Test
    void redistributionIsShownInWordsAndTheOrderOfItsEntriesMeansNothing() {
        String before = """
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec:
                  asn: 65001
                  redistribute:
                    - {from: static, policy: [accept-all]}
                    - {from: connected, policy: [reject-all, accept-all]}
                """;
        String turned = """
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec:
                  asn: 65001
                  redistribute:
                    - {from: connected, policy: [reject-all, accept-all]}
                    - {from: static, policy: [accept-all]}
                """;
        assertThat(PlanDiff.between(Examples.plan(before), Examples.plan(turned)))
                .isEmpty();
        String after =
                before.replace("static, policy: [accept-all]", "static, policy: [accept-all], defaultRoute: true");
        assertThat(PlanDiff.between(Examples.plan(before), Examples.plan(after)))
                .extracting(PlanChange::toString)
                .containsExactly(
                        "router main: redistribute [connected by 'reject-all, accept-all', static by 'accept-all'] -> "
                                + "[connected by 'reject-all, accept-all', static with a default route by 'accept-all'] "
                                + "(re-evaluates routes)");
    }

    @Test
    void ofInstancesImportedFromTheOrderMeansSomethingAndSoDoesWhatTheirPolicySays() {
        String before = """
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: red}
                spec: {asn: 65001, instance: red, kernelTable: 100, listen: {port: 1179}}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: blue}
                spec: {asn: 65001, instance: blue, kernelTable: 200, listen: {port: 2179}}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: RoutePolicy
                metadata: {name: services}
                spec: {defaultAction: accept}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec:
                  asn: 65001
                  importFrom:
                    - {instance: red, policy: [services]}
                    - {instance: blue, policy: [services, accept-all]}
                """;
        String turned = before.replace("instance: red, policy", "instance: X, policy")
                .replace("instance: blue, policy: [services, accept-all]", "instance: red, policy: [services]")
                .replace("instance: X, policy: [services]", "instance: blue, policy: [services, accept-all]");
        assertThat(PlanDiff.between(Examples.plan(before), Examples.plan(turned)))
                .extracting(PlanChange::toString)
                .containsExactly("router main: importFrom [red by 'services', blue by 'services, accept-all'] -> "
                        + "[blue by 'services, accept-all', red by 'services'] (re-evaluates routes)");
        String judged = before.replace("defaultAction: accept", "defaultAction: reject");
        assertThat(PlanDiff.between(Examples.plan(before), Examples.plan(judged)))
                .extracting(PlanChange::field)
                .containsExactly("importFrom");
    }

    @Test
    void anInstanceThatOnlyOtherNodesHaveIsNotImportedFromHere() {
        String elsewhere = """
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: red}
                spec: {asn: 65001, instance: red, kernelTable: 100, nodeSelector: {tenant: red}}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: 65001, importFrom: [{instance: red, policy: [accept-all]}]}
                """;
        assertThat(Examples.plan(elsewhere).routers().getFirst().speaker().importFrom())
                .isEmpty();
    }

    @Test
    void aPoolThatIsDrainedIsOneChangeAndTouchesNoSession() {
        String pool = """
                apiVersion: espalier.dev/v1alpha1
                kind: IpPool
                metadata: {name: a}
                spec: {prefix: 10.42.0.0/16%s}
                """;
        assertThat(PlanDiff.between(
                        Examples.plan(pool.formatted("")), Examples.plan(pool.formatted(", disabled: true"))))
                .containsExactly(new PlanChange(
                        PlanChange.Subject.POOL, "a", "disabled", "false", "true", PlanChange.Effect.NONE));
    }

    @Test
    void aFlannelNetworkIsEnteredAnewWhenItsFileIsAnother() {
        String flannel = """
                apiVersion: espalier.dev/v1alpha1
                kind: Flannel
                metadata: {name: pods}
                spec: {etcd: {endpoints: ["http://10.1.0.9:2379"]}%s}
                """;
        assertThat(PlanDiff.between(
                        Examples.plan(flannel.formatted("")),
                        Examples.plan(flannel.formatted(", subnetFile: /tmp/subnet.env"))))
                .containsExactly(new PlanChange(
                        PlanChange.Subject.FLANNEL,
                        "pods",
                        "subnetFile",
                        "/run/flannel/subnet.env",
                        "/tmp/subnet.env",
                        PlanChange.Effect.NETWORK_ENTERED_ANEW));
    }

    @Test
    void aFlannelNetworkIsOnTheInterfaceOfTheDefaultRouteOrOfTheAddress() {
        String flannel = """
                apiVersion: espalier.dev/v1alpha1
                kind: Flannel
                metadata: {name: pods}
                spec: {etcd: {endpoints: ["http://10.1.0.9:2379"]}%s}
                """;
        FlannelPlan usual = Examples.plan(flannel.formatted("")).flannel();
        assertThat(usual).isNotNull();
        assertThat(usual.link()).isEqualTo("eth0");
        assertThat(usual.publicIp()).hasToString("10.1.0.2");
        assertThat(usual.publicIpv6()).hasToString("2001:db8:1::2");
        assertThat(usual.etcd().prefix()).isEqualTo("/coreos.com/network");
        assertThat(Examples.plan(flannel.formatted(", publicIp: 10.1.0.2")).flannel())
                .isEqualTo(usual);
        FlannelPlan behindNat = Examples.plan(flannel.formatted(", interface: eth0, publicIp: 192.0.2.7"))
                .flannel();
        assertThat(behindNat).isNotNull();
        assertThat(behindNat.publicIp()).hasToString("192.0.2.7");
    }

    /** A field that is added to these records and forgotten here would change without a word. */
    @Test
    void noFieldIsForgotten() {
        long fields = Stream.of(
                        SpeakerConfig.class,
                        PeerConfig.class,
                        PeerConfig.Session.class,
                        AsPathOptions.class,
                        MaximumPrefixes.class,
                        PeerConfig.AddPaths.class,
                        SpeakerConfig.Origination.class,
                        BfdProfile.class,
                        PodPlan.class,
                        PodPlan.Pool.class,
                        FlannelPlan.class)
                .flatMap(record -> Stream.of(record.getRecordComponents()))
                .map(RecordComponent::getName)
                .filter(name -> !PlanDiff.SEPARATE_FIELDS.contains(name))
                .count();
        // "peers" is a field of SpeakerConfig, which is compared apart, and of Origination, which is not
        // and "bfd" is compared as its two fields; the "tunnels" of a SpeakerConfig follow from the pools, those of a
        // PodPlan do not
        assertThat(PlanDiff.comparedFields()).isEqualTo((int) fields + 3);
    }
}
