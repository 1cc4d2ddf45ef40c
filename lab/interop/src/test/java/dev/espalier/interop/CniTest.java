package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.interop.CniCall.Answer;
import dev.espalier.lab.Command;
import dev.espalier.lab.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon on a node of its own does what CNI asks of it: pods get addresses and reach each other, and nothing is left of those that go. */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CniTest {

    private static final String POOLS = """
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: IpPool
            metadata: {name: fours}
            spec: {prefix: 10.42.0.0/24, blockLength: 28, cooldown: 0}
            ---
            apiVersion: espalier.dev/v1alpha1
            kind: IpPool
            metadata: {name: sixes}
            spec: {prefix: "2001:db8:42::/64", blockLength: 124, cooldown: 0}
            """;

    private Rig rig;
    private Espalier us;
    private final List<Namespace> pods = new ArrayList<>();

    @BeforeEach
    void create() {
        rig = Rig.create("cni");
        us = new Espalier(rig);
    }

    @AfterEach
    void remove() {
        pods.forEach(Namespace::delete);
        if (rig != null) {
            us.close();
            rig.close();
        }
    }

    private String objects(String pools) {
        return """
                apiVersion: espalier.dev/v1alpha1
                kind: StateStore
                metadata: {name: here}
                spec: {path: %s}
                """.formatted(rig.directory().resolve("state")) + pools;
    }

    private Namespace pod() {
        Namespace pod = new Namespace(rig.ours().name() + "-p" + pods.size()).create();
        pods.add(pod);
        return pod;
    }

    private Answer ask(CniCall call) {
        return call.to(rig.directory().resolve("espalier.sock"));
    }

    private Answer add(Namespace pod) {
        Answer answer = ask(CniCall.of("ADD", pod));
        assertThat(answer.succeeded()).as("%s", answer.json()).isTrue();
        return answer;
    }

    private static boolean pings(Namespace from, String address) {
        return from.command("ping", "-c", "1", "-W", "2", address).run().succeeded();
    }

    private JsonNode ipam() {
        return us.get("/api/v1/ipam");
    }

    /** All addresses that are given. */
    private Set<String> given() {
        Set<String> given = new TreeSet<>();
        for (JsonNode block : ipam().path("blocks")) {
            block.path("allocations")
                    .forEach(each -> given.add(each.path("address").asText()));
        }
        return given;
    }

    private void nothingIsLeft() {
        assertThat(given()).isEmpty();
        assertThat(rig.ours().exec("ip", "route", "show", "proto", "181")).isEmpty();
        assertThat(rig.ours().exec("ip", "-o", "link")).doesNotContain("veth").doesNotContain(": esp");
    }

    // ---- ADD

    @Test
    void podsReachTheirNodeAndEachOtherInBothFamilies() {
        us.start(objects(POOLS));
        Namespace one = pod();
        Namespace two = pod();
        Answer first = add(one);
        Answer second = add(two);

        assertThat(first.json().path("cniVersion").asText()).isEqualTo("1.1.0");
        assertThat(first.json().path("interfaces").path(1).path("sandbox").asText())
                .isEqualTo("/run/netns/" + one.name());
        assertThat(first.json().path("ips").path(0).path("interface").asInt()).isEqualTo(1);
        assertThat(pings(one, Rig.OURS)).isTrue();
        assertThat(pings(one, Rig.OURS_6)).isTrue();
        assertThat(pings(one, second.address("."))).isTrue();
        assertThat(pings(two, first.address(":"))).isTrue();
        assertThat(given())
                .containsExactlyInAnyOrder(
                        first.address("."), first.address(":"), second.address("."), second.address(":"));
        assertThat(us.get("/api/v1/pods"))
                .hasSize(2)
                .allSatisfy(pod -> assertThat(pod.path("problem").isNull()).isTrue());
    }

    @Test
    void addingAgainGivesTheSame() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        assertThat(add(pod).json()).isEqualTo(add(pod).json());
        assertThat(given()).hasSize(2);
    }

    @Test
    void whoIsAddedAgainInVainKeepsWhatItHas() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        String address = add(pod).address(".");
        Answer other = ask(CniCall.of("ADD", pod).config("{\"runtimeConfig\": {\"ips\": [\"10.42.0.77\"]}}"));
        assertThat(other.error()).contains("asks for 10.42.0.77 and has " + address);

        assertThat(pings(rig.ours(), address)).isTrue();
        assertThat(add(pod).address(".")).isEqualTo(address);
    }

    @Test
    void aRuntimesWishesAreGranted() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        Answer answer = ask(CniCall.of("ADD", pod)
                .with("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=web;K8S_POD_NAME=shop-1")
                .config("""
                        {"mtu": 1400, "capabilities": {"ips": true, "mac": true},
                         "runtimeConfig": {"ips": ["10.42.0.77"], "mac": "02:00:00:00:00:77"}}"""));
        assertThat(answer.address(".")).isEqualTo("10.42.0.77");
        assertThat(pod.exec("ip", "link", "show", "eth0")).contains("mtu 1400").contains("02:00:00:00:00:77");
        assertThat(us.get("/api/v1/pods").path(0).path("owner").asText()).isEqualTo("web/shop-1");

        Answer taken = ask(CniCall.of("ADD", pod()).config("{\"runtimeConfig\": {\"ips\": [\"10.42.0.77\"]}}"));
        assertThat(taken.code()).isEqualTo(7);
        assertThat(taken.error()).contains("10.42.0.77 cannot be given: web/shop-1 on node");
    }

    @Test
    void manyAtOnceAllGetAddressesOfTheirOwn() {
        us.start(objects(POOLS.replace("10.42.0.0/24", "10.42.0.0/22")));
        List<Namespace> many = IntStream.range(0, 30).mapToObj(_ -> pod()).toList();
        Set<String> addresses = new TreeSet<>();
        many.parallelStream().map(this::add).map(answer -> answer.address(".")).forEach(address -> {
            synchronized (addresses) {
                addresses.add(address);
            }
        });
        assertThat(addresses).hasSize(30);
        assertThat(pings(many.getFirst(), addresses.iterator().next())).isTrue();
        many.parallelStream()
                .forEach(pod ->
                        assertThat(ask(CniCall.of("DEL", pod)).succeeded()).isTrue());
        nothingIsLeft();
    }

    // ---- DEL

    @Test
    void whatWasAddedIsGoneAfterDelAndMayBeDeletedAgain() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        add(pod);
        assertThat(ask(CniCall.of("DEL", pod)).succeeded()).isTrue();
        nothingIsLeft();
        assertThat(ask(CniCall.of("DEL", pod)).succeeded()).isTrue();
        assertThat(ask(CniCall.of("DEL", pod).with("CNI_CONTAINERID", "never-seen"))
                        .succeeded())
                .isTrue();
    }

    @Test
    void aContainerWhoseNamespaceIsGoneCanBeDeleted() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        add(pod);
        pod.delete();
        assertThat(ask(CniCall.of("DEL", pod).with("CNI_NETNS", "")).succeeded())
                .isTrue();
        nothingIsLeft();
    }

    // ---- CHECK

    @Test
    void checkSaysWhatIsNotAsItWasTold() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        Answer added = add(pod);
        String previous = "{\"prevResult\": " + added.json() + "}";
        assertThat(ask(CniCall.of("CHECK", pod).config(previous)).succeeded()).isTrue();

        pod.ip("addr del " + added.address(".") + "/32 dev eth0");
        Answer broken = ask(CniCall.of("CHECK", pod).config(previous));
        assertThat(broken.succeeded()).isFalse();
        assertThat(broken.error()).contains("eth0 of the pod has not the address " + added.address("."));

        assertThat(ask(CniCall.of("CHECK", pod)).error()).contains("CHECK needs prevResult");
    }

    // ---- GC

    @Test
    void gcRemovesWhatTheRuntimeDoesNotKnowAndLeavesTheRest() {
        us.start(objects(POOLS));
        Namespace kept = pod();
        Namespace lost = pod();
        Namespace elsewhere = pod();
        add(kept);
        add(lost);
        assertThat(ask(CniCall.of("ADD", elsewhere).config("{\"name\": \"other\"}"))
                        .succeeded())
                .isTrue();
        Answer collected = ask(CniCall.of("GC").config("""
                {"cni.dev/valid-attachments": [{"containerID": "%s", "ifname": "eth0"},
                                               {"containerID": "nobody", "ifname": "eth0"}]}""".formatted(kept.name())));
        assertThat(collected.succeeded()).as("%s", collected.json()).isTrue();
        assertThat(us.get("/api/v1/pods").findValuesAsText("handle"))
                .containsExactlyInAnyOrder("pods/" + kept.name() + "/eth0", "other/" + elsewhere.name() + "/eth0");
        assertThat(given()).hasSize(4);
        assertThat(pings(kept, Rig.OURS)).isTrue();
    }

    // ---- STATUS and VERSION

    @Test
    void statusSaysWhetherAContainerCouldBeAdded() {
        us.start(objects(""));
        Answer none = ask(CniCall.of("STATUS"));
        assertThat(none.code()).isEqualTo(50);
        assertThat(none.error()).contains("no pool serves node");
        us.reload(objects(POOLS));
        assertThat(ask(CniCall.of("STATUS")).succeeded()).isTrue();
    }

    @Test
    void allVersionsAreNamed() {
        us.start(objects(POOLS));
        assertThat(ask(CniCall.of("VERSION")).json().path("supportedVersions"))
                .hasToString("[\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]");
    }

    @Test
    void everyVersionIsAnsweredInItsOwnWords() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        for (String version : List.of("0.3.1", "0.4.0", "1.0.0", "1.1.0")) {
            String config = "{\"cniVersion\": \"" + version + "\"}";
            Answer answer = ask(CniCall.of("ADD", pod).config(config));
            assertThat(answer.json().path("cniVersion").asText()).isEqualTo(version);
            assertThat(answer.json().path("ips").path(0).has("version")).isEqualTo(version.startsWith("0."));
            assertThat(ask(CniCall.of("DEL", pod).config(config)).succeeded()).isTrue();
        }
    }

    // ---- what is wrong

    @Test
    void badInputIsNamedAndLeavesNothing() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        refused(CniCall.of("ADD", pod).input("{\"cniVersion\": "), 6, "no JSON in line 1");
        refused(CniCall.of("ADD", pod).input("[]"), 6, "no JSON object");
        refused(CniCall.of("ADD", pod).config("{\"cniVersion\": \"9.9.9\"}"), 1, "'9.9.9' is not spoken here");
        refused(CniCall.of("GC").config("{\"cniVersion\": \"1.0.0\"}"), 1, "CNI 1.0.0 has no GC");
        refused(CniCall.of("EAT", pod), 4, "CNI_COMMAND is 'EAT'");
        refused(CniCall.of("ADD", pod).with("CNI_NETNS", ""), 4, "ADD needs CNI_NETNS");
        refused(CniCall.of("ADD", pod).with("CNI_NETNS", "/run/netns/nowhere"), 4, "CNI_NETNS: there is no network");
        refused(CniCall.of("ADD", pod).with("CNI_NETNS", "/etc/passwd"), 4, "CNI_NETNS: cannot enter");
        refused(CniCall.of("ADD", pod).with("CNI_IFNAME", "no/name"), 4, "CNI_IFNAME is 'no/name'");
        refused(CniCall.of("ADD", pod).with("CNI_IFNAME", "lo"), 5, "the pod has an interface lo already");
        refused(CniCall.of("ADD", pod).config("{\"mtu\": \"big\"}"), 7, "mtu must be a number");
        refused(
                CniCall.of("ADD", pod).config("{\"ipam\": {\"type\": \"espalier\", \"pools\": [\"nine\"]}}"),
                7,
                "'nine', which is no IpPool; there are fours, sixes");
        refused(
                CniCall.of("ADD", pod).config("{\"ipam\": {\"type\": \"nonesuch\"}}"),
                7,
                "no such program in CNI_PATH");
        nothingIsLeft();
    }

    private void refused(CniCall call, int code, String words) {
        Answer answer = ask(call);
        assertThat(answer.succeeded()).isFalse();
        assertThat(answer.error()).contains(words);
        assertThat(answer.code()).as(answer.error()).isEqualTo(code);
    }

    @Test
    void aPoolThatIsExhaustedSaysSoAndIsTriedAgainWithSuccessWhenItGrows() {
        String small =
                POOLS.substring(0, POOLS.lastIndexOf("---")).replace("10.42.0.0/24, blockLength: 28", "10.42.0.0/31");
        us.start(objects(small));
        add(pod());
        add(pod());
        Namespace third = pod();
        refused(CniCall.of("ADD", third), 11, "pool fours (10.42.0.0/31) has 2 in use");
        us.reload(objects(small.replace("/31", "/30")));
        add(third);
    }

    @Test
    void withoutAPoolItIsSaidWhatIsMissing() {
        us.start(objects(""));
        refused(CniCall.of("ADD", pod()), 7, "there is no IpPool in the daemon's configuration");
        us.reload(objects(POOLS.replaceAll("cooldown: 0", "cooldown: 0, nodeSelector: {rack: b}")));
        refused(CniCall.of("ADD", pod()), 7, "of 2 pools none selects this node");
    }

    @Test
    void aDisabledPoolGivesNothingAndPodsKeepWhatTheyHave() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        Answer answer = add(pod);
        us.reload(objects(POOLS.replaceAll("cooldown: 0", "cooldown: 0, disabled: true")));
        refused(CniCall.of("ADD", pod()), 11, "is disabled");
        assertThat(pings(pod, Rig.OURS)).isTrue();
        assertThat(ask(CniCall.of("DEL", pod)).succeeded()).isTrue();
        within(25, () -> assertThat(ipam().path("blocks")).isEmpty());
        assertThat(answer.address(".")).isNotEmpty();
    }

    // ---- the daemon dies

    @Test
    void aKilledDaemonTakesNoPodDownAndTheNextOneKnowsThemAll() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        Answer answer = add(pod);
        us.kill();
        assertThat(pings(pod, Rig.OURS)).isTrue();
        rig.ours().ip("route del " + answer.address(".") + " proto 181");
        us.start();
        within(10, () -> assertThat(pings(rig.ours(), answer.address("."))).isTrue());
        assertThat(us.log()).contains("pods.mended");
        assertThat(add(pod).json()).isEqualTo(answer.json());
    }

    @Test
    @Tag("long")
    void anAddressWhoseContainerVanishedIsTakenBackWithoutBeingTold() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        add(pod);
        pod.delete();
        within(50, () -> assertThat(given()).isEmpty());
        within(2, () -> assertThat(us.log()).contains("2 addresses were given to containers that are not there"));
    }

    @Test
    void podsOfAStoreThatWasLostHaveTheirAddressesAgain() throws Exception {
        us.start(objects(POOLS));
        Namespace pod = pod();
        Answer answer = add(pod);
        us.kill();
        try (var files = Files.list(rig.directory().resolve("state"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        us.start();
        within(10, () -> assertThat(given()).containsExactlyInAnyOrder(answer.address("."), answer.address(":")));
        assertThat(add(pod).json()).isEqualTo(answer.json());
    }

    // ---- a daemon in a container: a mount namespace of its own, as docs/cni.md says

    @Test
    void aDaemonWithMountsOfItsOwnReachesThePodsWhenMountsPropagateToIt() {
        startWithMounts("slave");
        Namespace pod = pod(); // a mount that is made after the daemon's start
        add(pod);
        assertThat(pings(pod, Rig.OURS)).isTrue();
    }

    @Test
    void aDaemonToWhichMountsDoNotPropagateSaysWhatIsMissing() {
        startWithMounts("private");
        refused(CniCall.of("ADD", pod()), 4, "a daemon in a container must see the host's /run/netns and /proc");
        nothingIsLeft();
    }

    private void startWithMounts(String propagation) {
        us.write(objects(POOLS));
        us.launch(List.of("unshare", "--mount", "--propagation", propagation));
        within(20, () -> assertThat(us.log()).contains("daemon.started"));
    }

    // ---- other programs give the addresses

    @Test
    void anotherProgramMayGiveTheAddresses() {
        assumeTrue(Files.isExecutable(Path.of("/usr/lib/cni/host-local")), "the CNI plugins are not installed");
        us.start(objects(""));
        String ipam = """
                {"cniVersion": "1.0.0", "ipam": {"type": "host-local", "dataDir": "%s",
                          "ranges": [[{"subnet": "10.77.0.0/24"}], [{"subnet": "2001:db8:77::/120"}]]}}""".formatted(rig.directory().resolve("host-local"));
        Namespace pod = pod();
        Answer answer = ask(CniCall.of("ADD", pod).config(ipam));
        assertThat(answer.succeeded()).as("%s", answer.json()).isTrue();
        assertThat(answer.address(".")).startsWith("10.77.0.");
        assertThat(pings(pod, Rig.OURS)).isTrue();
        assertThat(pings(pod, Rig.OURS_6)).isTrue();
        assertThat(us.get("/api/v1/pods").path(0).path("problem").isNull()).isTrue();
        Answer checked = ask(CniCall.of("CHECK", pod).config(ipam).config("{\"prevResult\": " + answer.json() + "}"));
        assertThat(checked.succeeded()).as("%s", checked.json()).isTrue();
        assertThat(ask(CniCall.of("DEL", pod).config(ipam)).succeeded()).isTrue();
        assertThat(rig.ours().exec("ip", "route", "show", "proto", "181")).isEmpty();
        assertThat(Command.of("find", rig.directory().resolve("host-local").toString(), "-name", "10.77.*")
                        .output())
                .isEmpty();
    }

    // ---- translation and limits

    @Test
    void aPodReachesTheWorldWithItsNodesAddressAndThePodsOfOtherPoolsWithItsOwn() {
        us.start(objects(POOLS.replaceAll("cooldown: 0", "cooldown: 0, natOutgoing: true")));
        Namespace pod = pod();
        add(pod);
        // There is no route back to the pod: only an answer to the node's own address arrives.
        within(5, () -> assertThat(pings(pod, Rig.THEIRS)).isTrue());
        within(5, () -> assertThat(pings(pod, Rig.THEIRS_6)).isTrue());
        us.reload(objects(POOLS));
        within(15, () -> assertThat(pings(pod, Rig.THEIRS)).isFalse());
    }

    @Test
    void aPortOfTheNodeLeadsToThePodAndIsFreeWhenThePodIsGone() {
        us.start(objects(POOLS));
        Namespace pod = pod();
        String mapping = """
                {"runtimeConfig": {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}],
                                   "bandwidth": {"ingressRate": 10000000, "egressRate": 10000000}}}""";
        assertThat(ask(CniCall.of("ADD", pod).config(mapping)).succeeded()).isTrue();
        try (Greeter greeter = new Greeter(pod, 80)) {
            within(5, () -> assertThat(Greeter.heard(rig.theirs(), Rig.OURS, 8080))
                    .isTrue());
            us.kill();
            us.start();
            assertThat(Greeter.heard(rig.theirs(), Rig.OURS, 8080)).isTrue();
            Namespace second = pod();
            refused(CniCall.of("ADD", second).config(mapping), 7, "host port 8080/tcp leads to pods/" + pod.name());
            assertThat(ask(CniCall.of("DEL", pod)).succeeded()).isTrue();
            assertThat(ask(CniCall.of("ADD", second).config(mapping)).succeeded())
                    .isTrue();
            assertThat(greeter.visitors()).isPositive();
        }
    }

    // ---- the network hears of it

    @Test
    void aBlockIsAnnouncedWhenItIsClaimedAndWithdrawnWhenItIsGivenBack() {
        String router = """
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: main}
                spec: {asn: %s}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: BgpPeer
                metadata: {name: other}
                spec: {address: %s, asn: internal, timers: {connectRetry: 1}}
                """;
        us.start(objects(POOLS + router.formatted("65001", Rig.THEIRS)));
        Path theirs = rig.directory().resolve("theirs");
        assertThat(theirs.toFile().mkdir()).isTrue();
        try (Espalier them = new Espalier(rig.theirs(), theirs)) {
            them.start(router.replaceFirst("---\n", "").formatted("65001", Rig.OURS));
            within(20, () -> assertThat(them.state(Rig.OURS)).isEqualTo("Established"));
            Namespace pod = pod();
            Answer answer = add(pod);
            within(2, () -> assertThat(pings(rig.theirs(), answer.address("."))).isTrue());
            assertThat(us.route(ipam().path("blocks").path(0).path("prefix").asText())
                            .isMissingNode())
                    .isFalse();
            assertThat(rig.ours().exec("ip", "route", "show", "type", "blackhole"))
                    .contains("10.42.0.");

            us.kill();
            us.start();
            assertThat(pings(rig.theirs(), answer.address("."))).isTrue();

            assertThat(ask(CniCall.of("DEL", pod)).succeeded()).isTrue();
            us.reload(objects(POOLS.replaceAll("cooldown: 0", "cooldown: 0, disabled: true")
                    + router.formatted("65001", Rig.THEIRS)));
            within(20, () -> assertThat(rig.theirs().exec("ip", "route")).doesNotContain("10.42."));
        }
    }
}
