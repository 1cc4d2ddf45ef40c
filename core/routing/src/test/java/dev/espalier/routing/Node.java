package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.Event;
import dev.espalier.route.Links;
import dev.espalier.route.NextHop;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RouteSource;
import dev.espalier.route.RoutingInstance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A host of the simulation: a kernel with links and routes of its own, and a routing table that dies and comes back. */
final class Node {

    static final long SECOND = 1_000_000_000L;

    final ModelKernel kernel = new ModelKernel();
    final List<Event> events = new ArrayList<>();
    private final Map<Integer, Links.Link> links = new LinkedHashMap<>();
    private final List<Links.HostAddress> addresses = new ArrayList<>();
    private final Map<String, Links.ForeignRoute> foreign = new LinkedHashMap<>();
    private final boolean throughDefault;

    ModelLoop loop;
    PrefixIndex index;
    RoutingTable table;

    Node() {
        this(true);
    }

    Node(boolean throughDefault) {
        this.throughDefault = throughDefault;
        startDeaf();
    }

    /** The daemon dies, without a word to the kernel, and a new one adopts what is there. */
    void restart() {
        table.close();
        kernel.daemonDied();
        startDeaf();
        hearSnapshot();
    }

    /** Starts a daemon that does not hear of links yet. */
    void startDeaf() {
        loop = new ModelLoop();
        index = new PrefixIndex();
        // what blocks is run as a task of its own, after others: a thread's delay, without the thread
        TableOptions options = new TableOptions(task -> loop.execute(task), throughDefault);
        table = new RoutingTable(RoutingInstance.DEFAULT, index, loop, kernel, events::add, options);
        table.adopt();
        kernel.sweepUnusedGroups(); // as the agent has it done at the start
    }

    void hearSnapshot() {
        table.changed(new Links.Event.Snapshot(
                List.copyOf(links.values()), List.copyOf(addresses), List.copyOf(foreign.values())));
    }

    /** A host with eth1 10.0.1.1/24 and eth2 10.0.2.1/24, and both families' neighbours on them; all is up. */
    static Node withTwoLinks() {
        return withTwoLinks(new Node());
    }

    static Node withTwoLinks(Node node) {
        node.hearSnapshot();
        node.link(1, true);
        node.link(2, true);
        node.address(1, "10.0.1.1", 24);
        node.address(2, "10.0.2.1", 24);
        node.foreign("10.0.1.0/24", hop(null, 1), 2, 0);
        node.foreign("10.0.2.0/24", hop(null, 2), 2, 0);
        node.foreign("2001:db8:1::/64", hop(null, 1), 2, 256);
        node.settle();
        return node;
    }

    static Hop hop(String gateway, int link) {
        return new Hop(gateway == null ? null : IpAddress.parse(gateway), link, 1, false);
    }

    static Hop hop(String gateway, int link, int weight) {
        return new Hop(IpAddress.parse(gateway), link, weight, false);
    }

    void link(int number, boolean up) {
        Links.Link link = new Links.Link(number, "eth" + number, up, false, 1500, "");
        links.put(number, link);
        if (up) {
            kernel.linkUp(number);
        } else {
            kernel.linkDown(number);
        }
        table.changed(new Links.Event.LinkChanged(link));
    }

    void address(int link, String address, int length) {
        Links.HostAddress own = new Links.HostAddress(link, IpAddress.parse(address), length, null);
        addresses.add(own);
        table.changed(new Links.Event.AddressAdded(own));
    }

    void foreign(String prefix, Hop hop, int protocol, long metric) {
        Links.ForeignRoute route = new Links.ForeignRoute(254, IpPrefix.parse(prefix), List.of(hop), protocol, metric);
        foreign.put(prefix + " " + protocol + " " + metric, route);
        table.changed(new Links.Event.RouteChanged(route));
    }

    void foreignGone(String prefix, int protocol, long metric) {
        Links.ForeignRoute route = foreign.remove(prefix + " " + protocol + " " + metric);
        if (route != null) {
            table.changed(new Links.Event.RouteRemoved(route));
        }
    }

    void put(RouteSource source, String prefix, NextHop... nextHops) {
        put(source, source.preference(), 0, prefix, nextHops);
    }

    void put(RouteSource source, int preference, long metric, String prefix, NextHop... nextHops) {
        put(source, preference, metric, prefix, List.of(nextHops), List.of());
    }

    void put(RouteSource source, String prefix, List<NextHop> nextHops, List<NextHop> backup) {
        put(source, source.preference(), 0, prefix, nextHops, backup);
    }

    private void put(
            RouteSource source,
            int preference,
            long metric,
            String prefix,
            List<NextHop> nextHops,
            List<NextHop> backup) {
        IpPrefix parsed = IpPrefix.parse(prefix);
        AddressFamily family = parsed.family();
        PrefixTable prefixes = index.table(family);
        int id = prefixes.retain(parsed);
        int group = table.group(family, nextHops, backup);
        table.put(family, id, source, group, preference, metric);
        table.releaseGroup(group);
        prefixes.release(id);
    }

    void remove(RouteSource source, String prefix) {
        IpPrefix parsed = IpPrefix.parse(prefix);
        PrefixTable prefixes = index.table(parsed.family());
        int id = prefixes.find(parsed);
        if (id != PrefixTable.NONE) {
            table.remove(parsed.family(), id, source);
        }
    }

    static NextHop via(String address) {
        return new NextHop.Via(IpAddress.parse(address));
    }

    static NextHop via(String address, int weight) {
        return new NextHop.Via(IpAddress.parse(address), 0, weight);
    }

    /** Runs all that can run without time passing. */
    void settle() {
        loop.run();
    }

    /** Lets readings and retries happen. */
    void settleFor(long seconds) {
        loop.pass(seconds * SECOND);
    }

    List<Hop> installed(String prefix) {
        return kernel.content().getOrDefault(IpPrefix.parse(prefix), List.of());
    }

    Explanation explain(String prefix) {
        return table.explain(IpPrefix.parse(prefix));
    }

    NextHopState state(String address) {
        NextHopObserver nobody = (_, _, _) -> {};
        NextHopState state = table.track(IpAddress.parse(address), 0, nobody);
        table.untrack(IpAddress.parse(address), 0, nobody);
        return state;
    }
}
