package dev.espalier.linux;

import dev.espalier.route.Links.Event;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.route.Links.HostAddress;
import dev.espalier.route.Links.Link;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One watch over links, addresses and foreign routes, on a platform thread of its own.
 *
 * <p>It subscribes first and reads everything afterwards, so nothing is missed; what happened in between is heard a second time,
 * and since each message says how things are now, that ends in the same state. When the kernel had to drop notifications, the
 * queue is emptied (it drops until then) and everything is read again. Routes of ours are dropped by a filter in the kernel.
 */
final class LinksWatch implements AutoCloseable {

    /** How long to wait before reading again when the kernel refused. */
    private static final long RETRY_MILLIS = 1000;

    private static final int DUMP_ATTEMPTS = 10;

    private final int ourProtocol;
    private final Consumer<Event> tell;
    private final NetlinkSocket socket;
    private final Doorbell doorbell = new Doorbell();
    private final NetlinkClient kernel;
    private final MessageReader reader = new MessageReader(64 * 1024);
    private final Thread thread;
    private volatile boolean closed;

    // Owned by the thread.
    private final Map<Integer, Link> links = new HashMap<>();
    private final Set<Integer> administrativelyUp = new LinkedHashSet<>();
    private final Set<HostAddress> addresses = new LinkedHashSet<>();
    private final ForeignRoutes routes = new ForeignRoutes();
    private final NexthopTable nexthops = new NexthopTable();
    private final Set<Integer> linksToRecheck = new LinkedHashSet<>();
    private boolean readAgain = true;
    /** Whether a route was told by its nexthop object alone, as the kernel does outside compatibility mode. */
    private boolean objectsOnly;

    /** Subscribes in the calling thread's network namespace. Listens only after {@link #start}. */
    LinksWatch(int ourProtocol, int receiveBuffer, Consumer<Event> tell) {
        this.ourProtocol = ourProtocol;
        this.tell = tell;
        this.kernel = new NetlinkClient();
        this.socket = NetlinkSocket.open();
        socket.receiveBuffer(receiveBuffer);
        socket.filter(MessageFilter.exceptRoutesOf(ourProtocol));
        socket.join(Rtnetlink.RTNLGRP_LINK);
        socket.join(Rtnetlink.RTNLGRP_IPV4_IFADDR);
        socket.join(Rtnetlink.RTNLGRP_IPV6_IFADDR);
        socket.join(Rtnetlink.RTNLGRP_IPV4_ROUTE);
        socket.join(Rtnetlink.RTNLGRP_IPV6_ROUTE);
        socket.join(Rtnetlink.RTNLGRP_NEXTHOP);
        this.thread = Thread.ofPlatform().daemon().name("links-watch").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                step();
            } catch (NetlinkException refused) {
                readAgain = true;
                pause();
            }
        }
        socket.close();
        kernel.close();
    }

    private void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException interrupted) {
            closed = true; // nobody but the end of the program interrupts this thread
        }
    }

    private void step() {
        if (readAgain) {
            readAgain = false;
            readEverything();
        }
        if (linksToRecheck.isEmpty()) {
            doorbell.await(socket.fd(), Doorbell.FOREVER);
        }
        int errno = socket.poll(reader);
        switch (errno) {
            case 0 -> {
                while (reader.next()) {
                    heard();
                }
            }
            case Errno.EAGAIN -> recheckLinks();
            default -> {
                while (socket.poll(reader) != Errno.EAGAIN) {
                    // older than what is about to be read
                }
                readAgain = true;
            }
        }
    }

    // ---- everything, at the start and after a loss

    private void readEverything() {
        linksToRecheck.clear();
        readConsistently(Rtnetlink.RTM_GETNEXTHOP, Rtnetlink.NHMSG, nexthops::clear, row -> nexthops.put(row));
        readConsistently(Rtnetlink.RTM_GETLINK, Rtnetlink.IFINFOMSG, this::forgetLinks, this::rememberLink);
        readConsistently(Rtnetlink.RTM_GETADDR, Rtnetlink.IFADDRMSG, addresses::clear, row -> {
            HostAddress address = LinkMessages.address(row);
            if (address != null) {
                addresses.add(address);
            }
        });
        // Routes last: reading the links has waited for whatever change was under way, see awaitEndOfChange.
        routes.reset(readRoutes(0));
        tell.accept(new Event.Snapshot(List.copyOf(links.values()), List.copyOf(addresses), routes.all()));
    }

    private void forgetLinks() {
        links.clear();
        administrativelyUp.clear();
    }

    private void rememberLink(MessageReader row) {
        if (LinkMessages.isLink(row)) {
            boolean up = LinkMessages.isAdministrativelyUp(row);
            Link link = LinkMessages.link(row);
            links.put(link.index(), link);
            if (up) {
                administrativelyUp.add(link.index());
            }
        }
    }

    private void readConsistently(int type, int fixed, Runnable restart, Consumer<MessageReader> row) {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            restart.run();
            kernel.dumpRequest(type, fixed).end();
            if (kernel.dump("reading links and addresses", row)) {
                return;
            }
        }
    }

    /** The foreign routes of all tables, or with a link other than 0 those that go out of it. */
    private List<ForeignRoute> readRoutes(int link) {
        List<ForeignRoute> found = new ArrayList<>();
        for (int family : new int[] {Rtnetlink.AF_INET, Rtnetlink.AF_INET6}) {
            MessageWriter request =
                    kernel.dumpRequest(Rtnetlink.RTM_GETROUTE, Rtnetlink.RTMSG).octet(Rtnetlink.RTM_FAMILY, family);
            if (link != 0) {
                request.attribute(Rtnetlink.RTA_OIF, link);
            }
            request.end();
            kernel.dump("reading routes", row -> addRoute(row, found));
        }
        return found;
    }

    private void addRoute(MessageReader row, Collection<ForeignRoute> found) {
        ForeignRoute route = foreignRoute(row);
        if (route != null && !route.hops().isEmpty()) {
            found.add(route);
        }
    }

    private @Nullable ForeignRoute foreignRoute(MessageReader message) {
        ForeignRoute route = LinkMessages.route(message, ourProtocol, nexthops);
        objectsOnly |= route != null && message.has(Rtnetlink.RTA_NH_ID) && !message.has(Rtnetlink.RTA_OIF);
        return route;
    }

    // ---- change by change

    private void heard() {
        switch (reader.type()) {
            case Rtnetlink.RTM_NEWLINK -> linkChanged();
            case Rtnetlink.RTM_DELLINK -> linkRemoved();
            case Rtnetlink.RTM_NEWADDR -> addressAdded();
            case Rtnetlink.RTM_DELADDR -> addressRemoved();
            case Rtnetlink.RTM_NEWROUTE -> routeChanged();
            case Rtnetlink.RTM_DELROUTE -> routeRemoved();
            case Rtnetlink.RTM_NEWNEXTHOP, Rtnetlink.RTM_DELNEXTHOP -> nexthopChanged();
            default -> {}
        }
    }

    private void linkChanged() {
        if (!LinkMessages.isLink(reader)) {
            return;
        }
        boolean up = LinkMessages.isAdministrativelyUp(reader);
        Link link = LinkMessages.link(reader);
        boolean shutOrOpened = up ? administrativelyUp.add(link.index()) : administrativelyUp.remove(link.index());
        Link before = links.put(link.index(), link);
        if (!link.equals(before)) {
            tell.accept(new Event.LinkChanged(link));
        }
        // A link that is opened has its carrier later, and only then IPv6 revives the hops out of it.
        boolean carrierChanged = before != null && before.up() != link.up();
        if (shutOrOpened || carrierChanged) {
            linksToRecheck.add(link.index());
        }
    }

    private void linkRemoved() {
        int index = reader.word(Rtnetlink.IFI_INDEX);
        if (!LinkMessages.isLink(reader) || links.remove(index) == null) {
            return;
        }
        administrativelyUp.remove(index);
        linksToRecheck.remove(index);
        routes.linkGone(index, tell);
        addresses.removeIf(address -> {
            boolean gone = address.link() == index;
            if (gone) {
                tell.accept(new Event.AddressRemoved(address));
            }
            return gone;
        });
        tell.accept(new Event.LinkRemoved(index));
    }

    private void addressAdded() {
        HostAddress address = LinkMessages.address(reader);
        if (address != null && addresses.add(address)) {
            tell.accept(new Event.AddressAdded(address));
        }
    }

    private void addressRemoved() {
        HostAddress address = LinkMessages.addressAnyState(reader);
        if (address == null) {
            return;
        }
        if (addresses.remove(address)) {
            tell.accept(new Event.AddressRemoved(address));
        }
        // Also when it was not known: at the start, the routes may have been read after the address went, yet before
        // they did.
        linksToRecheck.add(address.link());
    }

    private void routeChanged() {
        boolean replacing = (reader.flags() & Rtnetlink.NLM_F_REPLACE) != 0;
        ForeignRoute route = foreignRoute(reader);
        if (route != null && !route.hops().isEmpty()) {
            routes.changed(route, replacing, tell);
        }
    }

    private void routeRemoved() {
        ForeignRoute route = foreignRoute(reader);
        if (route != null) {
            routes.removed(route, tell);
        }
    }

    /**
     * In compatibility mode (the default) the kernel tells each route whose nexthop object changes. With
     * net.ipv4.nexthop_compat_mode 0 it does not, so a changed or removed object of others makes us read again.
     */
    private void nexthopChanged() {
        boolean removed = reader.type() == Rtnetlink.RTM_DELNEXTHOP;
        boolean ours = reader.octet(Rtnetlink.NH_PROTOCOL) == ourProtocol;
        boolean replaced = !removed && (reader.flags() & Rtnetlink.NLM_F_REPLACE) != 0;
        reader.attributes(Rtnetlink.NHMSG);
        int id = reader.word(Rtnetlink.NHA_ID, 0);
        if (removed) {
            nexthops.remove(id);
        } else {
            nexthops.put(reader);
        }
        readAgain |= objectsOnly && !ours && (removed || replaced);
    }

    /** Once nothing more waits to be heard: what the kernel does not tell, see {@link ForeignRoutes}. */
    private void recheckLinks() {
        for (int link : List.copyOf(linksToRecheck)) {
            linksToRecheck.remove(link);
            if (links.containsKey(link)) {
                routes.only(link, routesOver(link), tell);
            }
        }
    }

    private List<ForeignRoute> routesOver(int link) {
        try {
            awaitEndOfChange(link);
            return readRoutes(link);
        } catch (NetlinkException refused) {
            if (refused.errno() == Errno.ENODEV) { // the link went away just now
                return List.of();
            }
            throw refused;
        }
    }

    /**
     * The kernel tells that a link was shut or opened, or lost an address, before it goes through its routes, and it does both
     * under one lock (rtnl). Reading routes does not take it any more (since Linux 6.9 for IPv4, then IPv6), so it may see them
     * as they were before. A question about the link does wait for it.
     *
     * @throws NetlinkException when the link is not there any more
     */
    private void awaitEndOfChange(int link) {
        kernel.request(Rtnetlink.RTM_GETLINK, 0, Rtnetlink.IFINFOMSG)
                .word(Rtnetlink.IFI_INDEX, link)
                .end();
        kernel.execute("reading a link");
    }

    /** Stops listening and waits until the thread has ended. */
    @Override
    public void close() {
        closed = true;
        doorbell.ring();
        Threads.join(thread);
        doorbell.close();
    }
}
