package dev.espalier.interop;

import java.nio.file.Path;
import java.util.List;

/**
 * BIRD in the peer's namespace of a {@link Triangle}, in AS 65002, as a source of several paths: three for 10.2.0.0/24 that it tells us,
 * three for 10.3.0.0/24 that it tells the third corner, each with its number in a community, and two for 10.4.0.0/24 with different next hops
 * and link bandwidths of 10 and 40 Gbit/s, which it tells us.
 */
final class SourceBird implements AutoCloseable {

    /** Of the bandwidths only the last octets differ: float32 numbers of octets per second, in the transitive form. */
    private static final String WIDE = """
            protocol static wide%d {
              ipv4 { preference %d; };
              route 10.4.0.0/24 via %s { bgp_ext_community.add((generic, 0x0004fdea, %s)); };
            }
            """;

    private static final String SESSION = """
            protocol bgp %s {
              local %s as 65002;
              neighbor %s as %d;
              connect delay time 1; error wait time 1, 2;
              ipv4 { import all; add paths tx; export filter { %s }; };
            }
            """;

    private final DaemonProcess process;
    private final String control;

    SourceBird(Triangle triangle) {
        Path directory = triangle.rig().directory();
        control = directory + "/source.ctl";
        process = new DaemonProcess(triangle.rig().theirs(), directory.resolve("source.log"));
        StringBuilder text = new StringBuilder("router id 10.9.0.2;\nprotocol device {}\nprotocol direct { ipv4; }\n");
        for (int number = 1; number <= 3; number++) {
            text.append(paths(number));
        }
        text.append(WIDE.formatted(1, 201, "10.9.0.11", "0x4e9502f9"));
        text.append(WIDE.formatted(2, 202, "10.9.0.12", "0x4f9502f9"));
        text.append(SESSION.formatted(
                "espalier",
                Rig.THEIRS,
                Rig.OURS,
                65001,
                "if net = 10.2.0.0/24 || net = 10.4.0.0/24 then accept; reject;"));
        text.append(SESSION.formatted(
                "corner",
                Triangle.SOURCE_TO_THIRD,
                Triangle.THIRD_TO_SOURCE,
                65003,
                "if net = 10.3.0.0/24 then accept; reject;"));
        DaemonProcess.write(directory.resolve("source.conf"), text.toString());
        process.start(
                List.of("bird", "-f", "-c", directory + "/source.conf", "-s", control, "-P", directory + "/source.pid"),
                List.of("birdc", "-s", control, "show", "status"));
    }

    private static String paths(int number) {
        return """
                protocol static st%1$d {
                  ipv4 { preference %2$d; };
                  route 10.2.0.0/24 blackhole { bgp_community.add((65002,%1$d)); };
                  route 10.3.0.0/24 blackhole { bgp_community.add((65002,%1$d)); };
                }
                """.formatted(number, 200 + number);
    }

    /** Takes the paths of a number back, or announces them again. */
    void announced(int number, boolean announced) {
        process.ask("birdc", "-s", control, announced ? "enable" : "disable", "st" + number);
    }

    @Override
    public void close() {
        process.stop();
    }
}
