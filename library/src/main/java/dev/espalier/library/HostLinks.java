package dev.espalier.library;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.NextHop;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The links and addresses of this host as the JDK knows them when the watch begins, and a way to every next hop: who does not
 * forward need not know how. The way is a route of its own for either half of each family's addresses, so that it does not count
 * as a default route.
 */
final class HostLinks implements Links {

    /** A number no link of the kernel has. */
    private static final int ANYWHERE = Integer.MAX_VALUE;

    private static final List<IpPrefix> EVERYTHING = Stream.of("0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1")
            .map(IpPrefix::parse)
            .toList();

    private final int kernelTable;

    /**
     * For one routing instance.
     *
     * @param kernelTable its table
     */
    HostLinks(int kernelTable) {
        this.kernelTable = kernelTable;
    }

    @Override
    public AutoCloseable watch(Loop loop, Observer observer) {
        Event.Snapshot snapshot = look();
        loop.execute(() -> observer.changed(snapshot));
        return () -> {};
    }

    private Event.Snapshot look() {
        List<Link> links = new ArrayList<>();
        List<HostAddress> addresses = new ArrayList<>();
        try {
            for (NetworkInterface found : NetworkInterface.networkInterfaces().toList()) {
                links.add(new Link(
                        found.getIndex(),
                        found.getName(),
                        found.isUp(),
                        found.isLoopback(),
                        found.getMTU(),
                        text(found.getHardwareAddress())));
                for (InterfaceAddress address : found.getInterfaceAddresses()) {
                    IpAddress own = IpAddress.ofBytes(address.getAddress().getAddress());
                    addresses.add(new HostAddress(found.getIndex(), own, address.getNetworkPrefixLength(), null));
                }
            }
        } catch (SocketException refused) {
            throw new IllegalStateException("the kernel does not list its links: " + refused.getMessage(), refused);
        }
        links.add(new Link(ANYWHERE, "any link", true, false, 1500, ""));
        List<ForeignRoute> routes = EVERYTHING.stream()
                .map(half ->
                        new ForeignRoute(kernelTable, half, List.of(new NextHop.Hop(null, ANYWHERE, 1, false)), 0, 0))
                .toList();
        return new Event.Snapshot(links, addresses, routes);
    }

    private static String text(byte @Nullable [] octets) {
        return octets == null ? "" : HexFormat.ofDelimiter(":").formatHex(octets);
    }
}
