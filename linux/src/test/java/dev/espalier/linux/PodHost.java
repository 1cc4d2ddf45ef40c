package dev.espalier.linux;

import dev.espalier.net.IpAddress;
import java.io.IOException;
import java.util.List;

/**
 * A host with two pods, and a neighbour outside that knows no way back to pods, each a namespace. The host is 10.9.0.1 and 2001:db8:9::1,
 * the neighbour 10.9.0.2 and 2001:db8:9::2; the pods have 10.1.0.7 and 10.1.0.8, 2001:db8:1::7 and 2001:db8:1::8.
 */
final class PodHost implements AutoCloseable {

    static final PodLink ONE = link("c1", "10.1.0.7", "2001:db8:1::7");
    static final PodLink TWO = link("c2", "10.1.0.8", "2001:db8:1::8");

    final TestNamespace host = new TestNamespace();
    final TestNamespace pod = new TestNamespace();
    final TestNamespace other = new TestNamespace();
    final TestNamespace outside = new TestNamespace();
    final Conversations servers = new Conversations();
    final PodLinks links = new PodLinks(host.namespace());

    PodHost() {
        host.ip("link add up0 type veth peer name up0 netns " + outside.name());
        for (TestNamespace each : List.of(host, outside)) {
            String octet = each == host ? "1" : "2";
            each.exec("sysctl", "-qw", "net.ipv6.conf.up0.accept_dad=0");
            each.ip("address add 10.9.0." + octet + "/24 dev up0");
            each.ip("address add 2001:db8:9::" + octet + "/64 dev up0 nodad");
            each.ip("link set up0 up");
        }
        try {
            links.make(pod.namespace(), ONE);
            links.make(other.namespace(), TWO);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    /** Waits until IPv6 can be used: not before the kernels have noticed their carriers, which may be a second later. */
    void awaitSixes() {
        for (TestNamespace each : List.of(pod, other, outside)) {
            TestNamespace.await(
                    "IPv6 from " + each.name(), () -> each.exits("ping", "-c", "1", "-W", "0.2", "2001:db8:9::1"));
        }
    }

    /** The link of a container, as its runtime would want it. */
    static PodLink link(String container, String... addresses) {
        String handle = "pods/" + container + "/eth0";
        return new PodLink(
                handle,
                "eth0",
                PodLink.macOf(handle),
                1450,
                "",
                List.of(addresses).stream().map(IpAddress::parse).toList());
    }

    @Override
    public void close() {
        servers.close();
        links.close();
        List.of(host, pod, other, outside).forEach(TestNamespace::close);
    }
}
