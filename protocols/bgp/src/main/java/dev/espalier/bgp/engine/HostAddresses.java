package dev.espalier.bgp.engine;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links;
import dev.espalier.route.Transport.Endpoint;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Our own addresses and the networks they are on: for third-party next hops, and for "next hop self" in a family other than the
 * session's, since IPv6 routes told over an IPv4 session need an IPv6 address of ours on the same link. One owner, the table's
 * loop.
 */
final class HostAddresses {

    /** In a fixed order, so that the choice among several is always the same. */
    private final Set<Links.HostAddress> addresses = new TreeSet<>(Comparator.comparingInt(Links.HostAddress::link)
            .thenComparing(Links.HostAddress::address)
            .thenComparingInt(Links.HostAddress::length));

    /**
     * Takes note of a change.
     *
     * @return whether an address came or went
     */
    boolean changed(Links.Event event) {
        return switch (event) {
            case Links.Event.Snapshot snapshot -> {
                boolean same =
                        addresses.size() == snapshot.addresses().size() && addresses.containsAll(snapshot.addresses());
                addresses.clear();
                addresses.addAll(snapshot.addresses());
                yield !same;
            }
            case Links.Event.AddressAdded added -> addresses.add(added.address());
            case Links.Event.AddressRemoved removed -> addresses.remove(removed.address());
            case Links.Event.LinkRemoved removed -> addresses.removeIf(a -> a.link() == removed.index());
            case Links.Event.LinkChanged changed -> false;
            case Links.Event.RouteChanged changed -> false;
            case Links.Event.RouteRemoved removed -> false;
        };
    }

    /**
     * The address that a neighbour at the other end can use to reach us in a family; null when there is none.
     *
     * <p>Where an IPv6 session has agreed on RFC 8950, it is the session's own address for IPv4 routes too, also when the link has
     * an IPv4 address: that the neighbour can reach the former is certain, whereas it may share no IPv4 network with us.
     */
    @Nullable
    IpAddress nextHopSelf(Family family, Endpoint local, boolean extendedNextHop) {
        if (local.address().family() == family.addresses()
                || extendedNextHop && local.address().family() == AddressFamily.IPV6) {
            return local.address();
        }
        for (Links.HostAddress own : addresses) {
            boolean sameLink = !local.address().isLinkLocal() || own.link() == local.link();
            if (own.address().equals(local.address()) && sameLink) {
                return onLink(own.link(), family);
            }
        }
        return null;
    }

    /**
     * The network of a family on the link of a session that the neighbour is on too; null when it is not, or the session is of
     * the other family, so that nobody knows.
     */
    @Nullable
    IpPrefix sharedWith(Family family, Endpoint local, IpAddress neighbor) {
        if (local.address().family() != family.addresses()) {
            return null;
        }
        for (Links.HostAddress own : addresses) {
            boolean global = !own.address().isLinkLocal() && !own.address().isLoopback();
            if (global && own.address().equals(local.address()) && own.network().contains(neighbor)) {
                return own.network();
            }
        }
        return null;
    }

    private @Nullable IpAddress onLink(int link, Family family) {
        for (Links.HostAddress candidate : addresses) {
            IpAddress address = candidate.address();
            boolean usable = !address.isLinkLocal() && !address.isLoopback();
            if (candidate.link() == link && address.family() == family.addresses() && usable) {
                return address;
            }
        }
        return null;
    }
}
