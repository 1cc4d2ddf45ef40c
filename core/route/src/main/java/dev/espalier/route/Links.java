package dev.espalier.route;

import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The port to what the kernel knows without us: links, addresses, and the routes of others. It only looks.
 */
public interface Links {

    /**
     * Starts to watch. The first thing the observer hears is a {@link Event.Snapshot}; another follows whenever the kernel had
     * to drop notifications, and replaces all that was heard before.
     *
     * @param loop where the observer is called
     * @return what ends the watch
     */
    AutoCloseable watch(Loop loop, Observer observer);

    /** Hears of changes, in the order in which they happened, on the loop given to {@link #watch}. */
    interface Observer {
        /** Something changed. */
        void changed(Event event);
    }

    /**
     * A network interface.
     *
     * @param index the kernel's number for it, above 0
     * @param name its name, such as {@code eth0}
     * @param up whether it can carry packets: administratively up and with a carrier
     * @param loopback whether it is a loopback device
     * @param mtu the largest packet, in octets
     * @param macAddress the hardware address, six octets as {@code 02:00:00:00:00:01}; empty when it has none
     */
    record Link(int index, String name, boolean up, boolean loopback, int mtu, String macAddress) {}

    /**
     * An address of this host.
     *
     * @param link the link it is on
     * @param address the address itself
     * @param length the length of the network that it says is on the link
     * @param peer the far end of a point-to-point address, or null
     */
    record HostAddress(
            int link,
            IpAddress address,
            int length,
            @Nullable IpAddress peer) {
        /** The network that the kernel believes to be on the link. */
        public IpPrefix network() {
            return IpPrefix.of(peer == null ? address : peer, length);
        }
    }

    /**
     * A route in the kernel that is not ours.
     *
     * @param kernelTable the table it is in
     * @param prefix the destination
     * @param hops the ways out, resolved; one {@link NextHop.Hop#DISCARD} for a blackhole, unreachable or prohibit route
     * @param protocol the kernel's number for who made it: 2 kernel, 3 boot, 4 static, ...
     * @param metric the kernel's metric (priority); smaller wins
     */
    record ForeignRoute(int kernelTable, IpPrefix prefix, List<NextHop.Hop> hops, int protocol, long metric) {}

    /** What can change. */
    sealed interface Event {
        /** All there is, now. */
        record Snapshot(List<Link> links, List<HostAddress> addresses, List<ForeignRoute> routes) implements Event {}

        /** A link appeared or changed. */
        record LinkChanged(Link link) implements Event {}

        /** A link is gone, with all addresses and routes on it. */
        record LinkRemoved(int index) implements Event {}

        /** An address appeared. */
        record AddressAdded(HostAddress address) implements Event {}

        /** An address is gone. */
        record AddressRemoved(HostAddress address) implements Event {}

        /** A foreign route appeared or changed; it is known by table, prefix, protocol and metric. */
        record RouteChanged(ForeignRoute route) implements Event {}

        /** A foreign route is gone. */
        record RouteRemoved(ForeignRoute route) implements Event {}
    }
}
