package dev.espalier.linux;

import dev.espalier.route.Fib;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * Listens for what others do to our routes and nexthop objects, on a platform thread and a socket of its own. What our writer
 * does is dropped by a filter in the kernel, by the number of its socket; so is nothing else, hence each message about a route
 * or an object of ours means that somebody else was at work.
 */
final class FibWatch implements AutoCloseable {

    private static final int RECEIVE_BUFFER = 16 << 20;
    /** How long the caller has to replace a group whose member the kernel took out, before we call it a loss. */
    private static final long GRACE_NANOS = 1_000_000_000;

    private final NetlinkSocket socket;
    private final Doorbell doorbell = new Doorbell();
    private final int protocol;
    private final LossNotice notice;
    private final Groups groups;
    private final MessageReader reader = new MessageReader(64 * 1024);
    private final Thread thread;
    private volatile boolean closed;
    private boolean checkDue;
    private long checkAt;

    /**
     * What the watch asks of the Fib.
     *
     * @param usesLink whether a nexthop object goes out of this link
     * @param isOurs whether a nexthop object with this id is known
     * @param reconcile looks what the kernel has left; true when routes are gone
     * @param differs whether a group has not the contents that were put
     */
    record Groups(IntPredicate usesLink, IntPredicate isOurs, BooleanSupplier reconcile, BooleanSupplier differs) {}

    /** Subscribes in the calling thread's network namespace. Listens only after {@link #start}. */
    FibWatch(int protocol, int writerPortId, LossNotice notice, Groups groups) {
        this.protocol = protocol;
        this.notice = notice;
        this.groups = groups;
        this.socket = NetlinkSocket.open();
        socket.receiveBuffer(RECEIVE_BUFFER);
        socket.filter(MessageFilter.exceptCausedBy(writerPortId));
        socket.join(Rtnetlink.RTNLGRP_LINK);
        socket.join(Rtnetlink.RTNLGRP_IPV4_ROUTE);
        socket.join(Rtnetlink.RTNLGRP_IPV6_ROUTE);
        socket.join(Rtnetlink.RTNLGRP_NEXTHOP);
        notice.wakeBy(doorbell::ring);
        this.thread = Thread.ofPlatform().daemon().name("fib-watch").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            doorbell.await(socket.fd(), untilDue());
            int errno = socket.poll(reader);
            try {
                received(errno);
            } catch (NetlinkException refused) {
                notice.lost("The kernel's nexthop objects cannot be read (" + refused.getMessage() + ").");
            }
        }
        socket.close();
    }

    private long untilDue() {
        long notices = notice.untilDue();
        return checkDue ? Math.min(notices, Math.max(0, checkAt - System.nanoTime())) : notices;
    }

    private void received(int errno) {
        switch (errno) {
            case 0 -> {
                while (reader.next()) {
                    heard();
                }
            }
            case Errno.EAGAIN -> {}
            default -> overrun(errno);
        }
        if (checkDue && System.nanoTime() - checkAt >= 0) {
            checkDue = false;
            if (groups.differs().getAsBoolean()) {
                notice.lost("A next-hop group has not the members that it should have: a link went away and came back,"
                        + " or another program changed the group.");
            }
        }
        notice.tellWhenDue();
    }

    /** The kernel drops until the queue has been read empty, so it is emptied before anybody looks. */
    private void overrun(int errno) {
        while (socket.poll(reader) != Errno.EAGAIN) {
            // what was queued is older than what is about to be read
        }
        String gone = groups.reconcile().getAsBoolean() ? " Routes are gone with their last link." : "";
        notice.lost("The kernel had to drop notifications (" + Errno.name(errno) + ")." + gone);
    }

    private void heard() {
        switch (reader.type()) {
            case Rtnetlink.RTM_NEWLINK, Rtnetlink.RTM_DELLINK -> link();
            case Rtnetlink.RTM_NEWNEXTHOP, Rtnetlink.RTM_DELNEXTHOP -> nexthop();
            case Rtnetlink.RTM_NEWROUTE, Rtnetlink.RTM_DELROUTE -> route();
            default -> {}
        }
    }

    private void link() {
        int running = Rtnetlink.IFF_UP | Rtnetlink.IFF_RUNNING | Rtnetlink.IFF_LOWER_UP;
        boolean up = reader.type() == Rtnetlink.RTM_NEWLINK && (reader.word(Rtnetlink.IFI_FLAGS) & running) == running;
        int index = reader.word(Rtnetlink.IFI_INDEX);
        if (up || !groups.usesLink().test(index)) {
            return;
        }
        reader.attributes(Rtnetlink.IFINFOMSG);
        String name = reader.text(Rtnetlink.IFLA_IFNAME);
        look("Link " + name + " went down, and the kernel removed the routes that had no other way out.");
    }

    private void nexthop() {
        reader.attributes(Rtnetlink.NHMSG);
        int id = reader.word(Rtnetlink.NHA_ID, 0);
        if (groups.isOurs().test(id)) {
            look("Another program changed or removed our nexthop object " + Integer.toUnsignedString(id) + ".");
        }
    }

    private void look(String whyWhenGone) {
        if (groups.reconcile().getAsBoolean()) {
            notice.lost(whyWhenGone);
        }
        if (!checkDue) {
            checkDue = true;
            checkAt = System.nanoTime() + GRACE_NANOS;
        }
    }

    private void route() {
        boolean removed = reader.type() == Rtnetlink.RTM_DELROUTE;
        if (reader.octet(Rtnetlink.RTM_PROTOCOL) == protocol) {
            notice.lost(
                    "Another program or a change of links " + (removed ? "removed" : "changed") + " a route of ours.");
            return;
        }
        // A replacement says who took the place, not who had it: with our metric, it may have been ours.
        boolean replaced = !removed && (reader.flags() & Rtnetlink.NLM_F_REPLACE) != 0;
        if (replaced) {
            reader.attributes(Rtnetlink.RTMSG);
            if (reader.word(Rtnetlink.RTA_PRIORITY, 0) == Fib.METRIC) {
                notice.lost(
                        "Another program put a route with metric " + Fib.METRIC + " in place of one that may be ours.");
            }
        }
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
