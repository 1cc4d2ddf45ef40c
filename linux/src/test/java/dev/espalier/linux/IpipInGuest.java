package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Fib;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RoutingInstance;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** What runs in the guest: two nodes in namespaces, a cable between, and no route to what is inside but through the tunnel. */
final class IpipInGuest {

    private IpipInGuest() {}

    /** Says on a line what has succeeded; ends with the first that has not. */
    public static void main(String[] arguments) throws IOException {
        try (TestNamespace one = new TestNamespace();
                TestNamespace two = new TestNamespace();
                TunnelLinks here = new TunnelLinks(one.namespace());
                TunnelLinks there = new TunnelLinks(two.namespace());
                FibUnderTest mine = new FibUnderTest(one);
                FibUnderTest theirs = new FibUnderTest(two)) {
            one.ip("link add eth0 type veth peer name eth0 netns " + two.name());
            node(one, 1);
            node(two, 2);
            TunnelLinks.Device left = here.make(tunnel("192.168.9.1", "10.244.1.0"));
            TunnelLinks.Device right = there.make(tunnel("192.168.9.2", "10.244.2.0"));
            say(left.made() && right.made(), "made with MTU " + left.mtu());
            route(mine, "10.244.2.0/26", left, "192.168.9.2");
            route(theirs, "10.244.1.0/26", right, "192.168.9.1");
            say(one.exits("ping", "-c", "1", "-W", "5", "-I", "10.244.1.1", "10.244.2.1"), "ping crosses");
            say(one.exits("ping", "-c", "1", "-W", "5", "-M", "do", "-s", "1452", "10.244.2.1"), "whole packets cross");
            say(here.make(tunnel("192.168.9.1", "10.244.1.0")).equals(kept(left)), "kept");
            one.ip("link set ipip.esp down");
            one.ip("address flush dev ipip.esp");
            TunnelLinks.Device mended = here.make(tunnel("192.168.9.1", "10.244.1.0"));
            say(
                    mended.equals(kept(left)) && one.ip("address show ipip.esp").contains("10.244.1.0/32"),
                    "mended in place");
            one.ip("address add 192.168.9.11/24 dev eth0");
            TunnelLinks.Device other = here.make(tunnel("192.168.9.11"));
            say(
                    other.made() && one.ip("-d link show ipip.esp").contains("local 192.168.9.11"),
                    "made anew for another address");
            say(here.remove(Tunnel.Kind.IPIP) && !one.ip("link show").contains("ipip.esp"), "removed");
        }
    }

    private static TunnelLinks.Device kept(TunnelLinks.Device device) {
        return new TunnelLinks.Device(device.link(), device.mtu(), false);
    }

    private static void node(TestNamespace node, int number) {
        node.ip("address add 192.168.9." + number + "/24 dev eth0");
        node.ip("link set eth0 up");
        node.ip("address add 10.244." + number + ".1/32 dev lo");
    }

    private static Tunnel tunnel(String local, String... addresses) {
        return new Tunnel(
                Tunnel.Kind.IPIP,
                IpAddress.parse(local),
                Stream.of(addresses).map(IpAddress::parse).toList());
    }

    private static void route(FibUnderTest fib, String prefix, TunnelLinks.Device device, String node) {
        List<Fib.Failure> failures = fib.write(RoutingInstance.DEFAULT, batch -> {
            batch.putGroup(
                    AddressFamily.IPV4,
                    1,
                    Fib.Members.of(List.of(new Hop(IpAddress.parse(node), device.link(), 1, true))));
            FibUnderTest.route(batch, Fib.Batch.Change.ADD_ROUTE, prefix, 1);
        });
        say(failures.isEmpty(), "the route is written, not refused: " + failures);
    }

    private static void say(boolean succeeded, String what) {
        if (!succeeded) {
            throw new AssertionError("not: " + what);
        }
        System.out.println(what);
    }
}
