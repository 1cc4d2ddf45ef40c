package dev.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code espalier policy test} on a file: what it prints to the letter, and every way to ask it wrong. */
@Timeout(30)
class PolicyTestCommandTest {

    private static final String ACCEPTED = """
            203.0.113.0/24 is accepted: policy 'from-customers' statement 'ours'

            Policy          Statement   Matches  Why
            from-customers  not-theirs  no       matchPrefixSet invert 'customers' does not hold: the prefix is 203.0.113.0/24
            from-customers  far         no       asPathLength ge 3 does not hold: the AS path has length 0
            from-customers  ours        yes      setLocalPref 200, setMed +5, setNextHop self, setCommunity add 65000:1, accept

               Attribute    Before     After
               origin       igp        igp
            *  nextHop      192.0.2.1  self
            *  med          50         55
            *  localPref    -          200
            *  communities  -          65000:1
            """;
    private static final String REJECTED = """
            198.51.100.0/24 is rejected: policy 'from-customers' statement 'not-theirs'

            Policy          Statement   Matches  Why
            from-tors       tor         yes      setAsPathPrepend own AS x2, next statement
            from-tors       (default)   yes      next policy
            from-customers  not-theirs  yes      reject

              Attribute  Value
              origin     igp
              asPath     65010 65002
            """;
    private static final String JSON = """
            {"prefix":"2001:db8::/32","policy":"reject-all","accepted":false,"because":"policy 'reject-all' default action",\
            "trace":[{"policy":"reject-all","statement":null,"matched":true,"detail":"reject"}],\
            "attributes":[{"name":"origin","before":"igp","after":null},{"name":"communities","before":"no-export","after":null}]}
            """;
    private static final String YAML = """
            prefix: 2001:db8::/32
            policy: reject-all
            accepted: false
            because: policy 'reject-all' default action
            trace:
            - policy: reject-all
              statement: null
              matched: true
              detail: reject
            attributes:
            - name: origin
              before: igp
              after: null
            - name: communities
              before: no-export
              after: null
            """;

    @TempDir
    private Path directory;

    private Path file = Path.of("");

    private record Outcome(int status, String out, String err) {}

    @BeforeEach
    void write() throws IOException {
        file = directory.resolve("node.yaml");
        try (InputStream in = PolicyTestCommandTest.class.getResourceAsStream("/policy-test/node.yaml")) {
            assertThat(in).isNotNull();
            Files.copy(in, file);
        }
    }

    private Outcome test(String... arguments) {
        List<String> all = new ArrayList<>(List.of("policy", "test", "-c", file.toString(), "--node", "n"));
        all.addAll(List.of(arguments));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status =
                EspalierMain.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
        return new Outcome(status, out.toString(), err.toString());
    }

    private void says(String expected, String... arguments) {
        Outcome outcome = test(arguments);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).isEqualTo(expected);
        assertThat(outcome.status()).isZero();
    }

    @Test
    void anAcceptedRouteIsShownWithWhoDecidedAndWhatChanged() {
        says(
                ACCEPTED,
                "--policy",
                "from-customers",
                "--prefix",
                "203.0.113.0/24",
                "--med",
                "50",
                "--next-hop",
                "192.0.2.1");
    }

    @Test
    void aRejectedRouteIsShownWithTheStatementThatRejectedIt() {
        says(
                REJECTED,
                "--peer",
                "tor-1",
                "--direction",
                "import",
                "--prefix",
                "198.51.100.0/24",
                "--as-path",
                "65010 65002");
    }

    @Test
    void aPolicyOfAPeerSeesItsAddressAndKind() {
        Outcome here = test("--peer", "tor-1", "--direction", "import", "--prefix", "10.1.0.0/16");
        assertThat(here.out()).contains("from-tors").contains("asPath").contains("65001 65001");
        Outcome elsewhere =
                test("--peer", "tor-1", "--direction", "import", "--prefix", "10.1.0.0/16", "--from", "192.0.2.9");
        assertThat(elsewhere.out()).contains("the neighbor is 192.0.2.9").doesNotContain("65001 65001");
    }

    @Test
    void anExternalPeerWithoutAPolicyRejectsAndAnInternalOneAccepts() {
        assertThat(test("--peer", "tor-1", "--direction", "export", "--prefix", "10.1.0.0/16")
                        .out())
                .startsWith("10.1.0.0/16 is rejected: peer 'tor-1' has no exportPolicy, and an external peer needs one"
                        + " (RFC 8212)\n");
        assertThat(test("--peer", "spine", "--direction", "import", "--prefix", "10.1.0.0/16")
                        .out())
                .startsWith("10.1.0.0/16 is accepted: peer 'spine' has no importPolicy; an internal peer needs none\n");
    }

    @Test
    void scriptsReadTheSameAsJsonAndYaml() {
        says(JSON, "--policy", "reject-all", "--prefix", "2001:db8::/32", "--community", "no-export", "-o", "json");
        says(YAML, "--policy", "reject-all", "--prefix", "2001:db8::/32", "--community", "no-export", "-o", "yaml");
    }

    @Test
    void everyValueThatCannotBeReadIsNamedWithItsOption() {
        List<List<String>> wrong = List.of(
                List.of("--as-path", "65001 x"),
                List.of("--origin", "bgp"),
                List.of("--next-hop", "10.0.0"),
                List.of("--med", "-1"),
                List.of("--local-pref", "4294967296"),
                List.of("--community", "70000:1"),
                List.of("--ext-community", "rt"),
                List.of("--large-community", "1:2"),
                List.of("--source", "ospf"),
                List.of("--from", "tor"));
        for (List<String> option : wrong) {
            Outcome outcome =
                    test("--policy", "accept-all", "--prefix", "10.0.0.0/8", option.getFirst(), option.getLast());
            assertThat(outcome.status()).as(option.toString()).isEqualTo(ExitStatus.USAGE);
            assertThat(outcome.err()).startsWith("espalier: Invalid value for option '" + option.getFirst() + "': ");
        }
        assertThat(test("--policy", "accept-all", "--prefix", "10.0.0.1/8").err())
                .startsWith("espalier: Invalid value for option '--prefix': ");
        assertThat(test("--peer", "tor-1", "--direction", "in", "--prefix", "10.0.0.0/8")
                        .err())
                .startsWith("espalier: Invalid value for option '--direction': 'in' is none of import, export\n");
    }

    private void addRedistribution() throws IOException {
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst(
                                "routerId: 10.255.0.1}",
                                "routerId: 10.255.0.1, redistribute: [{from: static, policy: [from-customers]}]}"));
    }

    @Test
    void aRouteOfTheHostIsJudgedAsTheRouterWouldAtRedistribution() throws IOException {
        addRedistribution();
        assertThat(test("--redistribute", "static", "--prefix", "203.0.113.0/24", "--med", "20")
                        .out())
                .startsWith("203.0.113.0/24 is accepted: policy 'from-customers' statement 'ours'\n")
                .contains("origin       incomplete  incomplete", "med          20          25");
        assertThat(test("--redistribute", "static", "--router", "main", "--prefix", "198.51.100.0/24")
                        .out())
                .startsWith("198.51.100.0/24 is rejected: policy 'from-customers' statement 'not-theirs'\n");
        assertThat(test("--redistribute", "connected", "--prefix", "203.0.113.0/24")
                        .out())
                .startsWith("203.0.113.0/24 is rejected: the Router does not redistribute such routes");
        assertThat(test("--redistribute", "static", "--prefix", "0.0.0.0/0").out())
                .startsWith("0.0.0.0/0 is rejected: it is a default route");
    }

    @Test
    void aQuestionAboutRedistributionThatMakesNoSenseIsRefused() throws IOException {
        addRedistribution();
        assertThat(test("--redistribute", "ebgp", "--prefix", "10.0.0.0/8").err())
                .startsWith("espalier: Invalid value for option '--redistribute': 'ebgp' is none of connected, static, "
                        + "kernel\n");
        assertThat(test("--redistribute", "static", "--source", "static", "--prefix", "10.0.0.0/8")
                        .err())
                .startsWith("espalier: Option '--source' is not for --redistribute");
        assertThat(test("--redistribute", "static", "--from", "192.0.2.1", "--prefix", "10.0.0.0/8")
                        .err())
                .startsWith("espalier: Option '--from' is not for --redistribute");
        assertThat(test("--redistribute", "static", "--router", "mian", "--prefix", "10.0.0.0/8")
                        .err())
                .isEqualTo("espalier: there is no Router 'mian' on this node; did you mean 'main'?\n");
        assertThat(test("--router", "main", "--prefix", "10.0.0.0/8").status()).isEqualTo(ExitStatus.USAGE);
    }

    @Test
    void aQuestionWithoutOnePolicyIsWrongUsage() {
        assertThat(test("--prefix", "10.0.0.0/8").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(test("--policy", "accept-all", "--peer", "tor-1", "--direction", "import", "--prefix", "10.0.0.0/8")
                        .status())
                .isEqualTo(ExitStatus.USAGE);
        assertThat(test("--peer", "tor-1", "--prefix", "10.0.0.0/8").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(test("--policy", "accept-all").err()).contains("--prefix");
        assertThat(test("--peer", "tor-1", "--direction", "export", "--from", "192.0.2.1", "--prefix", "10.0.0.0/8")
                        .err())
                .startsWith("espalier: Option '--from' is not for --direction export");
    }

    @Test
    void aNameThatMeansNothingIsAnsweredWithTheNearest() {
        assertThat(test("--policy", "from-custmers", "--prefix", "10.0.0.0/8"))
                .isEqualTo(
                        new Outcome(
                                ExitStatus.FAILED,
                                "",
                                "espalier: there is no RoutePolicy 'from-custmers' on this node; did you mean 'from-customers'?\n"));
        assertThat(test("--peer", "tor1", "--direction", "import", "--prefix", "10.0.0.0/8")
                        .err())
                .isEqualTo("espalier: there is no BgpPeer 'tor1' on this node; did you mean 'tor-1'?\n");
    }

    @Test
    void aConfigurationWithErrorsIsNotTriedAndEachErrorHasItsPlace() throws IOException {
        Files.writeString(file, Files.readString(file).replace("matchNeighborSet: tors", "matchNeighborSet: spines"));
        Outcome outcome = test("--policy", "from-tors", "--prefix", "10.0.0.0/8");
        assertThat(outcome.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith("espalier: the configuration has an error:\n  " + file + ":45:")
                .contains("RoutePolicy/from-tors", "there is no neighbor set 'spines'");
    }

    @Test
    void thePageShowsWhatTheCommandPrints() throws IOException {
        String page = Files.readString(Path.of("..", "..", "docs", "cli.md"), StandardCharsets.UTF_8);
        assertThat(page).contains(ACCEPTED).contains(REJECTED);
    }
}
