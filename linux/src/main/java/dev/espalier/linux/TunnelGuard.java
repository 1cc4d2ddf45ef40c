package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Keeps strangers out of the tunnels: the host takes a tunnel's packets only from nodes to which it sends some itself. Neither VXLAN nor
 * IPIP has anything else to know a node by, so a network that lets anybody send with a node's address is not made safe by this.
 *
 * <p>All of it is a table of nftables of its own, {@code inet espalier_tunnels}, which is replaced as a whole in one transaction. Of VXLAN
 * only packets with our network identifier concern it. A thread of its own runs nft, and whatever happens while it runs is one change for
 * the next run. The table stays when the daemon ends.
 */
public final class TunnelGuard implements AutoCloseable {

    /** The name of our table, of family inet. */
    public static final String TABLE = "espalier_tunnels";

    /** Before the usual rules of a host, which may accept what they like. */
    private static final int PRIORITY = -10;

    private final Nft nft;
    private final Supplier<Set<IpAddress>> nodes;
    private final Consumer<Optional<String>> trouble;
    private final Semaphore changes = new Semaphore(0);
    private final Thread runner;
    private volatile Set<Tunnel.Kind> kinds = Set.of();

    /**
     * Does nothing before the first tunnel.
     *
     * @param host where the tunnels are
     * @param nodes gives the nodes at other ends; asked on a thread of this guard
     * @param trouble hears why the table could not be written, each time, and nothing when it could; on a thread of this guard
     */
    public TunnelGuard(NetworkNamespace host, Supplier<Set<IpAddress>> nodes, Consumer<Optional<String>> trouble) {
        this.nft = new Nft(host);
        this.nodes = nodes;
        this.trouble = trouble;
        this.runner = Thread.ofPlatform().daemon().name("tunnel-guard").unstarted(this::run);
    }

    /** Says which tunnels there are; without any there is no table. Returns at once; any thread. */
    public synchronized void tunnels(Set<Tunnel.Kind> now) {
        kinds = Set.copyOf(now);
        if (!now.isEmpty() && runner.getState() == Thread.State.NEW) {
            runner.start(); // most hosts have no tunnel, and need no thread
        }
        changes.release();
    }

    /** Says that there may be other nodes. Returns at once; any thread. */
    public void nodesChanged() {
        changes.release();
    }

    private void run() {
        String written =
                ""; // in this run; a table that is there all the same is of an earlier one, whose tunnels are there too
        try {
            while (true) {
                changes.acquire();
                changes.drainPermits();
                Set<Tunnel.Kind> now = kinds;
                String script = now.isEmpty() && written.isEmpty() ? "" : script(now, nodes.get());
                if (!script.equals(written)) {
                    written = write(script) ? script : "";
                }
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean write(String script) {
        try {
            nft.run("keeping strangers out of the tunnels", script);
            trouble.accept(Optional.empty());
            return true;
        } catch (IOException failed) {
            trouble.accept(Optional.of(String.valueOf(failed.getMessage())));
            return false;
        }
    }

    /** What nft is to do, in one transaction: without tunnels the table goes. Pure. */
    static String script(Set<Tunnel.Kind> kinds, Set<IpAddress> nodes) {
        // a table that is not there cannot be deleted, so it is there first
        String removal = "table inet " + TABLE + "\ndelete table inet " + TABLE + "\n";
        if (kinds.isEmpty()) {
            return removal;
        }
        StringBuilder script =
                new StringBuilder(removal).append("table inet ").append(TABLE).append(" {\n");
        set(script, "nodes4", "ipv4_addr", nodes, AddressFamily.IPV4);
        set(script, "nodes6", "ipv6_addr", nodes, AddressFamily.IPV6);
        script.append("  chain input {\n    type filter hook input priority ")
                .append(PRIORITY)
                .append("; policy accept;\n");
        // behind the UDP header of 64 bits and the flags of 32: 24 bits of network identifier (RFC 7348 section 5)
        String vxlan = "    udp dport " + TunnelLinks.PORT + " @th,96,24 " + TunnelLinks.VNI + " ";
        if (kinds.contains(Tunnel.Kind.VXLAN) || kinds.contains(Tunnel.Kind.VXLAN6)) {
            script.append(vxlan).append("ip saddr != @nodes4 drop\n");
            script.append(vxlan).append("ip6 saddr != @nodes6 drop\n");
        }
        if (kinds.contains(Tunnel.Kind.IPIP)) {
            script.append("    ip protocol 4 ip saddr != @nodes4 drop\n");
        }
        return script.append("  }\n}\n").toString();
    }

    private static void set(
            StringBuilder script, String name, String type, Collection<IpAddress> nodes, AddressFamily family) {
        String elements = nodes.stream()
                .filter(node -> node.family() == family)
                .sorted()
                .map(IpAddress::toString)
                .collect(Collectors.joining(", "));
        script.append("  set ").append(name).append(" { type ").append(type).append(";");
        if (!elements.isEmpty()) {
            script.append(" elements = { ").append(elements).append(" };");
        }
        script.append(" }\n");
    }

    /** Ends the thread; the table stays. */
    @Override
    public void close() {
        runner.interrupt();
        Threads.join(runner);
    }
}
