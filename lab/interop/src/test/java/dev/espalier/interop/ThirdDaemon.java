package dev.espalier.interop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Command;
import dev.espalier.lab.Frr;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A daemon in the third corner of a {@link Triangle}, in AS 65003. It exchanges several paths for a prefix with its two
 * neighbours, all it has, both ways.
 */
sealed interface ThirdDaemon extends AutoCloseable {

    /** Those that know ADD-PATH. */
    enum Kind {
        BIRD,
        FRR,
        GOBGP;

        boolean isInstalled() {
            return switch (this) {
                case BIRD -> Command.isInstalled("bird");
                case FRR -> dev.espalier.lab.Frr.isInstalled();
                case GOBGP -> Command.isInstalled("gobgpd");
            };
        }

        ThirdDaemon start(Triangle triangle) {
            return switch (this) {
                case BIRD -> new ThirdBird(triangle);
                case FRR -> new ThirdFrr(triangle);
                case GOBGP -> new ThirdGoBgp(triangle);
            };
        }
    }

    /** The communities of all paths that it has from us for a prefix, sorted. */
    List<String> communities(String prefix);

    @Override
    void close();

    /** BIRD 2. */
    final class ThirdBird implements ThirdDaemon {

        private final DaemonProcess process;
        private final String control;

        ThirdBird(Triangle triangle) {
            Path directory = triangle.rig().directory();
            control = directory + "/third.ctl";
            process = new DaemonProcess(triangle.third(), directory.resolve("third.log"));
            String session =
                    "protocol bgp { local as 65003; neighbor %s as %d; connect delay time 1; error wait time 1, 2;"
                            + " ipv4 { import all; export all; add paths on; }; }\n";
            DaemonProcess.write(
                    directory.resolve("third.conf"),
                    "router id 10.9.1.2;\nprotocol device {}\nprotocol direct { ipv4; }\n"
                            + session.formatted(Triangle.OURS, 65001)
                            + session.formatted(Triangle.SOURCE_TO_THIRD, 65002));
            process.start(
                    List.of(
                            "bird",
                            "-f",
                            "-c",
                            directory + "/third.conf",
                            "-s",
                            control,
                            "-P",
                            directory + "/third.pid"),
                    List.of("birdc", "-s", control, "show", "status"));
        }

        @Override
        public List<String> communities(String prefix) {
            String shown = process.asks(List.of("birdc", "-s", control, "show", "route", "for", prefix, "all"))
                    .output();
            return Pattern.compile("BGP\\.community: \\((\\d+),(\\d+)\\)")
                    .matcher(shown)
                    .results()
                    .map(match -> match.group(1) + ":" + match.group(2))
                    .sorted()
                    .toList();
        }

        @Override
        public void close() {
            process.stop();
        }
    }

    /** FRR. */
    final class ThirdFrr implements ThirdDaemon {

        private final Frr frr;

        ThirdFrr(Triangle triangle) {
            frr = new Frr(triangle.third(), triangle.rig().directory().resolve("third"));
            frr.start("""
                    router bgp 65003
                     bgp router-id 10.9.1.2
                     no bgp ebgp-requires-policy
                     neighbor 10.9.1.1 remote-as 65001
                     neighbor 10.9.1.1 timers connect 1
                     neighbor 10.9.1.1 advertisement-interval 0
                     neighbor 10.9.2.1 remote-as 65002
                     neighbor 10.9.2.1 timers connect 1
                     address-family ipv4 unicast
                      neighbor 10.9.1.1 addpath-tx-all-paths
                      neighbor 10.9.2.1 addpath-tx-all-paths
                     exit-address-family
                    exit
                    """, List.of(Frr.Daemon.ZEBRA, Frr.Daemon.BGPD));
        }

        @Override
        public List<String> communities(String prefix) {
            List<String> communities = new ArrayList<>();
            for (JsonNode path :
                    frr.vtyshJson("show bgp ipv4 unicast " + prefix + " json").path("paths")) {
                if (path.path("peer").path("peerId").asText().equals(Triangle.OURS)) {
                    communities.add(path.path("community").path("string").asText());
                }
            }
            communities.sort(null);
            return communities;
        }

        /** The extended communities of the best path for a prefix, in FRR's words. */
        String extendedCommunities(String prefix) {
            return frr.vtyshJson("show bgp ipv4 unicast " + prefix + " json")
                    .path("paths")
                    .path(0)
                    .path("extendedCommunity")
                    .path("string")
                    .asText();
        }

        @Override
        public void close() {
            frr.stop();
        }
    }

    /** GoBGP 3. */
    final class ThirdGoBgp implements ThirdDaemon {

        private final DaemonProcess process;

        ThirdGoBgp(Triangle triangle) {
            Path directory = triangle.rig().directory();
            process = new DaemonProcess(triangle.third(), directory.resolve("third.log"));
            DaemonProcess.write(
                    directory.resolve("third.toml"),
                    "[global.config]\n as = 65003\n router-id = \"10.9.1.2\"\n"
                            + neighbour(Triangle.OURS, 65001)
                            + neighbour(Triangle.SOURCE_TO_THIRD, 65002));
            process.start(
                    List.of(
                            "gobgpd",
                            "-t",
                            "toml",
                            "-f",
                            directory + "/third.toml",
                            "--api-hosts",
                            "127.0.0.1:50051",
                            "--pprof-disable"),
                    List.of("gobgp", "global"));
        }

        private static String neighbour(String address, int asn) {
            return """
                    [[neighbors]]
                     [neighbors.config]
                      neighbor-address = "%s"
                      peer-as = %d
                     [neighbors.timers.config]
                      connect-retry = 1
                      idle-hold-time-after-reset = 1
                     [[neighbors.afi-safis]]
                      [neighbors.afi-safis.config]
                       afi-safi-name = "ipv4-unicast"
                      [neighbors.afi-safis.add-paths.config]
                       receive = true
                       send-max = 8
                    """.formatted(address, asn);
        }

        @Override
        public List<String> communities(String prefix) {
            List<String> communities = new ArrayList<>();
            for (JsonNode path : process.askJson("gobgp", "global", "rib", "-a", "ipv4", "-j")
                    .path(prefix)) {
                if (!path.path("neighbor-ip").asText().equals(Triangle.OURS)) {
                    continue;
                }
                for (JsonNode attribute : path.path("attrs")) {
                    attribute
                            .path("communities")
                            .forEach(one -> communities.add((one.asLong() >> 16) + ":" + (one.asLong() & 0xFFFF)));
                }
            }
            communities.sort(null);
            return communities;
        }

        @Override
        public void close() {
            process.stop();
        }
    }
}
