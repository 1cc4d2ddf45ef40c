package dev.espalier.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which of the kernel's privileges this process holds (capabilities(7), the effective set), so that the daemon can say at its
 * start what it cannot do instead of failing at the first route.
 *
 * @param bits the effective set, a bit for each capability
 */
public record Capabilities(long bits) {

    /** The privileges that Espalier uses. */
    public enum Capability {
        /** Change links, addresses, routes. */
        CAP_NET_ADMIN(12, "to change routes, links and addresses"),
        /** Open raw and packet sockets. */
        CAP_NET_RAW(13, "for raw sockets (ARP, neighbour discovery, OSPF)"),
        /** Listen on ports below 1024. */
        CAP_NET_BIND_SERVICE(10, "to listen on TCP port 179"),
        /** Enter another network namespace. */
        CAP_SYS_ADMIN(21, "to enter other network namespaces");

        private final int bit;
        private final String purpose;

        Capability(int bit, String purpose) {
            this.bit = bit;
            this.purpose = purpose;
        }
    }

    /** Those of this process. */
    public static Capabilities ofThisProcess() {
        try {
            return ofStatus(Files.readAllLines(Path.of("/proc/self/status")));
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(
                    "cannot read /proc/self/status to see this process's privileges", unreadable);
        }
    }

    /** Those that the lines of a {@code /proc/PID/status} tell; none when they tell nothing. */
    static Capabilities ofStatus(List<String> lines) {
        for (String line : lines) {
            if (line.startsWith("CapEff:")) {
                return new Capabilities(Long.parseUnsignedLong(line.substring(7).strip(), 16));
            }
        }
        return new Capabilities(0);
    }

    /** Whether the process holds it. */
    public boolean has(Capability capability) {
        return (bits >>> capability.bit & 1) != 0;
    }

    /**
     * What is missing, a sentence each for people.
     *
     * @param needed what shall be there
     * @return empty when all is there
     */
    public List<String> missing(Capability... needed) {
        List<String> missing = new ArrayList<>();
        for (Capability capability : needed) {
            if (!has(capability)) {
                missing.add(capability + " is missing, which is needed " + capability.purpose
                        + "; run as root, or give it to the process (systemd: AmbientCapabilities=" + capability + ")");
            }
        }
        return missing;
    }
}
