package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.espalier.agent.api.ApiServer;
import dev.espalier.agent.api.Daemon;
import dev.espalier.agent.api.EventView;
import dev.espalier.agent.api.FlannelView;
import dev.espalier.agent.api.RouteQuery;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands against the API on a real socket, with a daemon that always says the same. */
@Timeout(30)
class CommandsTest {

    @TempDir
    private Path directory;

    private final SampleDaemon daemon = new SampleDaemon();
    private final List<String> faults = new ArrayList<>();
    private Path socket = Path.of("");
    private ApiServer server;

    @BeforeEach
    void start() {
        socket = directory.resolve("espalier.sock");
        server = ApiServer.start(socket, daemon, event -> faults.add(event.message()));
    }

    @AfterEach
    void stop() {
        server.close();
        assertThat(faults).isEmpty();
    }

    /** What a command said and how it ended. */
    private record Outcome(int status, String out, String err) {}

    private static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = EspalierMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Outcome(status, out.toString(), err.toString());
    }

    /** A command, given in one line, to our daemon. */
    private Outcome ask(String command) {
        return run(Stream.concat(Stream.of(command.split(" ", -1)), Stream.of("--socket", socket.toString()))
                .toArray(String[]::new));
    }

    private void says(String command, String expected) {
        Outcome outcome = ask(command);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo(expected);
        assertThat(outcome.status()).isZero();
    }

    // ---- tables

    @Test
    void peersStandInATableWithWhatToDoBeneath() {
        says("peers", """
                Name   Address             AS  State        Since  Received  Accepted  Sent
                tor-1  192.0.2.1        65010  Established  2h03m       502       500     4
                tor-2  2001:db8:0:1::2  65010  Established    59s       502         0     4
                spine  192.0.2.9        65020  Active       3d04h         -         -     -
                racks  10.0.7.2         65001  Established  1m01s         3         3  1000
                racks  10.0.7.3             -  OpenSent        1s         -         -     -
                racks  10.0.7.0/24          -  Waiting          -         -         -     -

                tor-2: no import policy: nothing is accepted from this external peer (RFC 8212); set
                  spec.importPolicy, for instance [accept-all]
                spine: cannot connect to 192.0.2.9 port 179: connection refused
                """);
    }

    @Test
    void onePeerIsShownWithAllThatIsKnown() {
        says("peers tor-1", """
                tor-1 (192.0.2.1)
                  State          Established for 2h03m, came up 1 time
                  AS             65010 (external)
                  Our AS         65001
                  Router ID      10.255.0.1
                  Our address    192.0.2.7
                  Timers         hold 90s, keepalive 30s
                  BFD            Up for 1m05s, we send every 50ms, silence counts after 150ms, one hop
                  Can do         multiprotocol ipv4, multiprotocol ipv6, route-refresh, four-octet-as 65010
                  Keeps routes   120s over a restart
                  Import policy  from-tor
                  Export policy  to-tor
                  Messages       1200 received (900 updates), 250 sent (3 updates)

                  Family  Received  Accepted  Best  Sent  End of RIB
                  ipv4         500       498   498     3  yes
                  ipv6           2         2     0     1  no
                """);
    }

    @Test
    void pathsThatBfdWatchesStandInATableWithWhatIsWrongBeneath() {
        says("bfd", """
                Peer            Users  Hops   State  Since   Sends  Detects  Came up
                192.0.2.1%eth0  tor-1  one    Up     1m05s    50ms    150ms        1
                192.0.2.9       spine  multi  Down      3s  1000ms        -        1
                192.0.2.9: no control packet came for the detection time of 150 ms
                2 packets discarded, the reason each time: its version is not 1
                """);
    }

    @Test
    void podsStandInATableWithWhatIsWrongBeneath() {
        says("pods", """
                Pod         Addresses                  Interface        MTU  Since
                web/shop-1  10.42.0.1, 2001:db8:42::1  esp0123456789a  1450  2026-11-28T09:00:00Z
                web/shop-2  10.42.0.2                  -                  -  2026-11-28T09:00:00Z
                web/shop-2: it has no interface
                """);
    }

    @Test
    void poolsAndBlocksAreShownWithHowFullTheyAre() {
        says("ipam show --addresses", """
                Pool  Prefix            For        Blocks  Used  Resting     Of
                all   10.42.0.0/16      this node       2     2        1  65536
                old   2001:db8:42::/48  disabled        0     0        0   many

                Block          Pool  Node    Used  Resting
                10.42.0.0/26   all   node-1     1        1
                10.42.0.64/26  all   -          1        0

                Address     Owner       Node    Since                 Handle
                10.42.0.1   web/shop-1  node-1  2026-11-28T09:00:00Z  pods/c1/eth0
                10.42.0.65  web/shop-2  node-1  2026-11-28T09:00:00Z  pods/c2/eth0

                Kept in /var/lib/espalier/state.
                """);
    }

    @Test
    void aCheckThatFindsSomethingFails() {
        Outcome outcome = ask("ipam check");
        assertThat(outcome.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(outcome.out()).startsWith("10.42.0.65 was given to web/shop-2, which has no interface here");
    }

    @Test
    void anAddressInUseIsNotTakenBackUnlessForced() {
        assertThat(ask("ipam release 10.42.0.1").err()).contains("10.42.0.1 is in use");
        assertThat(ask("ipam release 10.42.0.1 --force").out())
                .isEqualTo("10.42.0.1 was web/shop-1's on node node-1 and is free again.\n");
    }

    @Test
    void routesAreShownAsOperatorsKnowThem() {
        says("routes", """
                   Prefix             Next hop          LP         MED  AS path                  From      Kernel
                *> 0.0.0.0/0          192.0.2.1        100              65010 65100 i            tor-1     installed
                *=s                   2001:db8:0:1::2  100              65010 65100 i            tor-2
                *> 10.1.0.0/16        10.0.7.2         100          50  4200000001 +12 64999 ?   10.0.7.2  failed
                *> 10.2.0.0/24                                          i                        local     -
                *> 10.3.0.0/24                                          65020 i                  (red)     installed
                *> 2001:db8:100::/40  192.0.2.1        100  4294967295  65010 {65100,65200} e    tor-1     pending
                """);
    }

    @Test
    void allPathsAreShownOnDemand() {
        Outcome outcome = ask("routes --all");
        assertThat(outcome.out().lines().skip(1).limit(3))
                .extracting(line -> line.substring(0, 20).strip())
                .containsExactly("*> 0.0.0.0/0", "*=s", "*b");
        assertThat(daemon.asked.getLast().view()).isEqualTo(RouteQuery.View.ALL);
    }

    @Test
    void noLineOfATableIsWiderThanTheScreen() {
        for (String command :
                List.of("peers", "peers tor-2", "routes", "routes --all", "explain 0.0.0.0/0", "status")) {
            assertThat(ask(command).out().lines()).as(command).allMatch(line -> line.length() <= Table.WIDTH);
        }
    }

    @Test
    void anExplanationIsMadeOfSentences() {
        says("explain 0.0.0.0/0", """
                0.0.0.0/0

                Paths
                  *>  from tor-1 (192.0.2.1): next hop 192.0.2.1, AS path 65010 65100, origin igp, local preference
                      100, communities 65010:100 no-export
                      Best: the others were put aside, the last one because its AS path is longer.
                  *=s from tor-2 (2001:db8:0:1::2), stale: the neighbour is restarting: next hop 2001:db8:0:1::2, AS
                      path 65010 65100, origin igp, local preference 100, communities 65010:100 no-export
                      Used beside the best: its neighbour's address is higher, but it is equal for forwarding and
                      used too.
                  *b  from racks (10.0.7.2): next hop 10.0.7.2, AS path 4200000001 65010 3356 1299 2914 174 6939
                      37271 30844 37100 36874 327687 328471 64999, origin incomplete, local preference 100, MED 50,
                      communities 65010:100 no-export
                      Backup: its AS path is longer, but it has another next hop than those in use, and stands in
                      when none of these is left.
                  Routing instance red: not leaked: the policy rejected it (policy 'services' default action).

                Routing table
                  *>  ebgp route, preference 20, metric 0: via 192.0.2.1 dev eth0 and via fe80::1 dev eth1; backup
                      10.0.7.2
                      Its preference 20 is the smallest.
                  *   kernel route, preference 254, metric 1024: via 192.0.2.254 dev eth0
                      Its preference 254 is larger than 20.
                  Not redistributed: it is a default route, which is redistributed only with defaultRoute: true.

                Kernel
                  installed: via 192.0.2.1 dev eth0; backup via 10.0.7.2 dev eth2
                  The kernel confirmed it.

                Told to
                  tor-1 (192.0.2.1): not announced: the best path came from this neighbour.
                  racks (10.0.7.2): announced (by statement 2 of the policy to-tor).
                      next hop 192.0.2.1, AS path 65010 65100, origin igp, local preference 100, communities
                      65010:100 no-export
                  reflector (10.0.8.1), path of tor-1, path identifier 3: announced.
                      next hop 192.0.2.1, AS path 65010 65100, origin igp, local preference 100, communities
                      65010:100 no-export
                  reflector (10.0.8.1), path of racks: not announced: it is not among the best 2 that may be told.
                """);
    }

    @Test
    void theStatusFitsAFewLines() {
        says("status", """
                Espalier 1.2.3 on node-1, pid 4711, up 2h05m, ready
                Configuration: /etc/espalier/node.yaml

                Instance     AS  Router ID  Listening  Peers up  Paths  Attr sets  Kernel routes
                default   65001  10.0.0.1   179        3 of 5     1042         17  1000 installed, 2 failed
                """);
    }

    @Test
    void theStatusSaysHowTheNodeStandsInItsFlannelNetwork() {
        daemon.flannel = new FlannelView(
                "pods",
                "eth0",
                "192.0.2.1",
                "10.5.1.0/24",
                "2026-05-02T09:12:44Z",
                null,
                null,
                null,
                3,
                List.of("10.5.9.0/24 has no route: its node uses another backend (vxlan)"));
        assertThat(ask("status").out()).endsWith("""

                Flannel pods, 192.0.2.1 on eth0: 10.5.1.0/24, leased until 2026-05-02T09:12:44Z and renewed an hour before; routes to 3 other subnets
                  10.5.9.0/24 has no route: its node uses another backend (vxlan)
                """);
        daemon.flannel = new FlannelView(
                "pods",
                "eth0",
                "192.0.2.1",
                null,
                null,
                "the network has no document under 'config' in etcd",
                "2026-05-02T09:12:44Z",
                "no member of etcd answers",
                0,
                List.of());
        assertThat(ask("status").out()).endsWith("""

                Flannel pods, 192.0.2.1 on eth0: no subnet: the network has no document under 'config' in etcd; routes to 0 other subnets
                  etcd cannot be asked since 2026-05-02T09:12:44Z; subnet and routes stay as they are: no member of etcd answers
                """);
    }

    @Test
    void theStatusSaysWhyTheDaemonIsNotReady() {
        daemon.ready = false;
        assertThat(ask("status").out())
                .contains("not ready\n  Routing instance 'default' is learning routes again after a restart.\n")
                .contains("Missing rights: CAP_NET_ADMIN\n")
                .contains("default: learning routes again after a restart; waiting for tor-1\n");
    }

    @Test
    void eventsAreOneLineEach() {
        says("events", """
                2026-11-20T19:00:00.123Z  info     bgp.session.up tor-1: the session with tor-1 is up
                2026-11-20T19:00:01.000Z  warning  bgp.session.down spine: connection refused
                """);
    }

    @Test
    void eventsAreFollowedUntilTheDaemonEnds() throws InterruptedException {
        StringWriter out = new StringWriter();
        Thread following = Thread.ofVirtual()
                .start(() -> EspalierMain.run(
                        new PrintWriter(out, true),
                        new PrintWriter(out, true),
                        "events",
                        "-f",
                        "--socket",
                        socket.toString()));
        while (daemon.followers() == 0) {
            Thread.sleep(5);
        }
        daemon.happens(new EventView("2026-11-20T20:00:00Z", "error", "test", "default", "tor-1", "and now this"));
        while (!out.toString().contains("and now this")) {
            Thread.sleep(5);
        }
        assertThat(out.toString()).startsWith("2026-11-20T19:00:00.123Z  info     bgp.session.up");
        server.close();
        following.join();
    }

    // ---- questions

    @Test
    void anAddressIsLookedUpByItsLongestMatchAndAPrefixExactly() {
        ask("routes 10.1.2.3");
        assertThat(daemon.asked.getLast().match()).isEqualTo(RouteQuery.Match.LONGEST);
        ask("routes 10.1.0.0/16");
        assertThat(daemon.asked.getLast().match()).isEqualTo(RouteQuery.Match.EXACT);
        ask("routes 10.1.0.0/16 --longest");
        assertThat(daemon.asked.getLast().match()).isEqualTo(RouteQuery.Match.LONGEST);
    }

    @Test
    void allOptionsOfRoutesReachTheDaemon() {
        ask("routes 2001:db8::/32 --more-specifics --peer tor-1 --all --instance default --limit 5 -6");
        assertThat(daemon.asked.getLast())
                .isEqualTo(new RouteQuery(
                        "default",
                        "2001:db8::/32",
                        RouteQuery.Match.MORE_SPECIFICS,
                        "ipv6",
                        "tor-1",
                        RouteQuery.View.ALL,
                        5));
    }

    @Test
    void anEmptyAnswerIsASentence() {
        says("routes 192.0.2.0/24", "There is no such route to 192.0.2.0/24.\n");
    }

    @Test
    void aTableLongerThanItsWindowIsPrintedWhole() {
        daemon.copiesOfRoutes = 5000;
        assertThat(ask("routes --all").out().lines()).hasSize(1 + 7 * 5000);
    }

    // ---- JSON and YAML

    @ParameterizedTest
    @ValueSource(
            strings = {
                "peers",
                "peers tor-1",
                "routes",
                "routes --all",
                "explain 0.0.0.0/0",
                "status",
                "events",
                "reload"
            })
    void jsonIsWellFormedAndYamlSaysTheSame(String command) throws IOException {
        Outcome json = ask(command + " -o json");
        assertThat(json.status()).isZero();
        try (JsonParser parser = new JsonFactory().createParser(json.out())) {
            while (parser.nextToken() != null) {
                assertThat(parser.currentToken()).isNotNull();
            }
        }
        Object yaml = new org.snakeyaml.engine.v2.api.Load(
                        org.snakeyaml.engine.v2.api.LoadSettings.builder().build())
                .loadFromString(ask(command + " -o yaml").out());
        assertThat(normal(yaml)).isEqualTo(normal(JsonReader.read(json.out())));
    }

    /** YAML knows small integers, where JSON has only long ones. */
    private static String normal(Object value) {
        return String.valueOf(value);
    }

    // ---- configuration

    @Test
    void aPlanSendsTheFilesAndShowsWhatWouldChange() throws IOException {
        Path configuration = Files.createDirectory(directory.resolve("conf"));
        Files.writeString(configuration.resolve("b.yaml"), "kind: BgpPeer");
        Files.writeString(configuration.resolve("a.yml"), "kind: Router\nname: \"ä\"\n");
        Files.writeString(configuration.resolve(".a.yaml.swp"), "an editor's");
        Files.writeString(configuration.resolve("notes.txt"), "somebody's");
        says("plan -c " + configuration, """
                2 changes would be made:
                  peer tor-1: holdTime 90 -> 30 (resets the session)
                  prefix 10.2.0.0/24: added (no session is touched)
                Note: node.yaml:9:1: BgpPeer/tor-1: nothing is announced to this external peer (RFC 8212); set
                    spec.exportPolicy
                """);
        assertThat(daemon.planned)
                .containsExactly(
                        new Daemon.Document(configuration.resolve("a.yml").toString(), "kind: Router\nname: \"ä\"\n"),
                        new Daemon.Document(configuration.resolve("b.yaml").toString(), "kind: BgpPeer"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "json", "yaml"})
    void aPlanWithErrorsFails(String form) throws IOException {
        Path file = Files.writeString(directory.resolve("node.yaml"), "adress: 1");
        Outcome outcome = ask("plan -c " + file + " -o " + form);
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out()).contains("there is no field 'adress'");
    }

    @Test
    void aConfigurationThatIsNotThereIsASentence() {
        Outcome outcome = ask("plan -c /nowhere/node.yaml");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err())
                .isEqualTo(
                        "espalier: cannot read /nowhere/node.yaml: there is no such file: check the path given with -c\n");
    }

    @Test
    void aReloadSaysWhatChangedOrWhatIsWrong() {
        says("reload", """
                2 changes made:
                  peer tor-1: holdTime 90 -> 30 (resets the session)
                  prefix 10.2.0.0/24: added (no session is touched)
                Note: node.yaml:9:1: BgpPeer/tor-1: nothing is announced to this external peer (RFC 8212); set
                    spec.exportPolicy
                """);
        daemon.validOnReload = false;
        Outcome refused = ask("reload");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).isEqualTo("""
                        espalier: The configuration has errors; nothing was changed.
                          node.yaml:7:3: BgpPeer/tor-1: spec.adress: there is no field 'adress'; did you mean 'address'?
                        """);
    }

    @Test
    void aRefreshSaysWhatWasDone() {
        says("peers refresh tor-1", """
                tor-1 (192.0.2.1): it was asked for its routes; it is told all our routes again
                """);
        says("peers refresh tor-1 --out", """
                tor-1 (192.0.2.1): it is told all our routes again
                """);
        says("peers refresh tor-2 --in", """
                tor-2 (192.0.2.1): it does not know how to tell its routes again; those here were judged again
                """);
    }

    // ---- what goes wrong

    @Test
    void withoutADaemonTheStatusIsThreeAndTheSentenceSaysWhatToDo() {
        Outcome outcome = run("peers", "--socket", "/nowhere/espalier.sock");
        assertThat(outcome.status()).isEqualTo(3);
        assertThat(outcome.err())
                .isEqualTo(
                        "espalier: no daemon answers on /nowhere/espalier.sock: start it with 'espalier run -c FILE', "
                                + "or name its socket with --socket\n");
    }

    @Test
    void aSocketThatADeadDaemonLeftIsNoDaemon() throws IOException {
        Path left = directory.resolve("left.sock");
        try (var channel = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            channel.bind(java.net.UnixDomainSocketAddress.of(left));
        }
        Outcome outcome = run("peers", "--socket", left.toString());
        assertThat(outcome.status()).isEqualTo(3);
        assertThat(outcome.err()).startsWith("espalier: no daemon answers on " + left);
    }

    @Test
    void whatTheDaemonRefusesIsAFailureWithItsSentence() {
        Outcome outcome = ask("peers tor-9");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).isEqualTo("espalier: There is no peer of the name or address 'tor-9'.\n");
        assertThat(ask("routes 10.0.0.0/99").status()).isEqualTo(1);
        assertThat(ask("explain 192.0.2.1").status()).isEqualTo(1);
    }

    @Test
    void wrongUsageIsOneSentenceAndStatusTwo() {
        assertThat(run("peerz")).isEqualTo(new Outcome(2, "", """
                        espalier: there is no command 'peerz'
                        Did you mean: espalier peers?
                        Try 'espalier --help'.
                        """));
        assertThat(run("peers", "-o", "xml").err()).isEqualTo("""
                        espalier: Invalid value for option '--output': it is table, json or yaml, not 'xml'
                        Try 'espalier peers --help'.
                        """);
        assertThat(run("routes", "-4", "-6").status()).isEqualTo(2);
        assertThat(run("plan").err()).startsWith("espalier: Missing required option: '--config=FILE|DIR'\n");
        assertThat(run().status()).isEqualTo(2);
        assertThat(run().err()).startsWith("Usage: espalier");
    }

    // ---- the plugin

    @Test
    void thePluginIsNotInstalledBeforeTheDaemonIsReady() {
        daemon.ready = false;
        String folders =
                " --wait 0 --bin-dir " + directory.resolve("bin") + " --conf-dir " + directory.resolve("net.d");
        assertThat(ask("cni install" + folders))
                .isEqualTo(new Outcome(1, "", """
                        espalier: the daemon is not ready after 0 s, and nothing was changed: %s
                        """.formatted(daemon.notReady().orElseThrow())));
        assertThat(run(("cni install --socket /nonexistent" + folders).split(" ", -1))
                        .status())
                .isEqualTo(3);
        assertThat(directory.resolve("bin")).doesNotExist();
        assertThat(directory.resolve("net.d")).doesNotExist();
    }

    @Test
    void optionsOfThePluginThatMakeNoSenseAreWrongUsage() {
        assertThat(ask("cni install --mtu 20").status()).isEqualTo(2);
        assertThat(ask("cni install --network ../x").status()).isEqualTo(2);
        assertThat(ask("cni install --chain espalier-cni").status()).isEqualTo(2);
        assertThat(ask("cni install --wait -1").status()).isEqualTo(2);
    }

    // ---- help

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "validate",
                "plan",
                "reload",
                "status",
                "peers",
                "bfd",
                "routes",
                "explain",
                "pods",
                "ipam",
                "events",
                "policy",
                "cni",
                "decode",
                "completion"
            })
    void theHelpOfEveryCommandHasAnExample(String command) {
        Outcome outcome = run(command, "--help");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).contains("Usage: espalier " + command);
        assertThat(outcome.out().substring(outcome.out().indexOf("\nExample"))).contains("espalier " + command);
        assertThat(run("--help").out()).contains("\n  " + command + " ");
    }

    @Test
    void completionKnowsEveryCommand() {
        assertThat(run("completion").out()).contains("peers").contains("--more-specifics");
    }
}
