package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Fib;
import dev.espalier.route.Loop;
import dev.espalier.route.RoutingInstance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * The kernel's forwarding table over netlink. Routes point at nexthop objects ({@link NexthopObjects} says how these are laid
 * out), so that a group is replaced once and not each of its routes.
 *
 * <p><b>What is ours</b> carries our protocol number, and for routes the metric {@link Fib#METRIC}. A removal names both, so
 * it cannot hit anybody else's. An addition asks the kernel to fail when any route with the prefix and the metric is there
 * (NLM_F_EXCL). A replacement is where the kernel is weak: it takes the place of the route with this prefix and metric whoever
 * made it, in IPv4 the first of them, in IPv6 the first that is not a plain multipath route. It is safe because only what was
 * added is replaced, and no other can be added beside ours with our metric unless its author insists; when somebody does
 * replace ours, {@link #watch} tells so. In between, for the time it takes a notification to arrive, a replacement of ours may
 * hit theirs.
 *
 * <p><b>Threads.</b> One platform thread writes, another listens ({@link FibWatch}); both end with {@link #close}, which leaves
 * the kernel as it is. {@link #read} works on the caller's thread. Whoever talks to the kernel holds the one lock, also while
 * {@link Fib.Contents} hears what was read, so it must not wait for anything. Batches wait
 * in a queue without a bound: the caller bounds it by waiting for outcomes.
 */
public final class NetlinkFib implements Fib, AutoCloseable {

    /**
     * The protocol number that marks what is ours, unless told otherwise: the TCP port of BGP. Nobody else's by the lists of
     * iproute2 and FRR (11 zebra, 12 bird, 186 bgp, 187 isis, 188 ospf, up to 198) nor Calico's 80, and below 256 as the kernel wants it.
     */
    public static final int DEFAULT_PROTOCOL = 179;

    /** Requests per call into the kernel: beyond 64 little is gained, and errors of one run wait in memory. */
    private static final int RUN = 256;

    private final int protocol;
    private final ReentrantLock lock = new ReentrantLock();
    private final LossNotice notice = new LossNotice();
    private final LinkedBlockingDeque<Job> jobs = new LinkedBlockingDeque<>();
    private final NetlinkClient kernel;
    private final NexthopObjects objects;
    private final NextHopGroups groups;
    private final FibWatch watch;
    private final Thread writer;
    private final int[] runIndex = new int[RUN];
    private final List<Failure> failures = new ArrayList<>();

    private sealed interface Job {
        record Write(Batch batch, Loop loop, Outcome outcome) implements Job {}

        record End() implements Job {}
    }

    /**
     * On the kernel of this process's network namespace, with {@link #DEFAULT_PROTOCOL}.
     *
     * @throws FibException when the kernel refuses, with its reason
     */
    public NetlinkFib() {
        this(DEFAULT_PROTOCOL, NetworkNamespace.current());
    }

    /**
     * On the kernel, in a network namespace. Reads nothing of the routes and changes nothing yet.
     *
     * @param protocol the number that marks what is ours, 5 to 255; it must stay the same over restarts
     * @param namespace where the routes are; only the sockets live there, the threads do not
     * @throws FibException when the kernel refuses, with its reason
     */
    public NetlinkFib(int protocol, NetworkNamespace namespace) {
        this.protocol = protocol;
        try {
            this.kernel = namespace.open(NetlinkClient::new);
            this.objects = new NexthopObjects(kernel, protocol);
            this.groups = new NextHopGroups(objects);
            objects.refresh();
            FibWatch.Groups view = new FibWatch.Groups(
                    link -> locked(() -> objects.usesLink(link)),
                    id -> locked(() -> objects.isOurs(id)),
                    () -> locked(groups::reconcile),
                    () -> locked(groups::differs));
            this.watch = namespace.open(() -> new FibWatch(protocol, kernel.portId(), notice, view));
        } catch (NetlinkException refused) {
            throw new FibException("The kernel's routes cannot be reached: " + refused.getMessage());
        }
        this.writer = Thread.ofPlatform().daemon().name("fib-writer").unstarted(this::write);
        writer.start();
        watch.start();
    }

    private <T> T locked(java.util.function.Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void watch(Loop loop, LossObserver observer) {
        notice.add(loop, observer);
    }

    /**
     * Says which links are tunnels of ours, in place of those said before. Next hops on VXLAN devices get the neighbours and forwarding
     * entries that they need, before the routes that use them; entries of ours that no next hop needs are removed. Blocks; any thread.
     *
     * @param links what kind each is, by the kernel's number of the link
     * @param endsChanged told when {@link #tunnelEnds} may give another answer; on a thread that must not wait
     * @throws FibException when the kernel refuses, with its reason
     */
    public void tunnels(Map<Integer, Tunnel.Kind> links, Runnable endsChanged) {
        lock.lock();
        try {
            objects.tunnels(links, endsChanged);
        } catch (NetlinkException refused) {
            throw new FibException("The other ends of tunnels cannot be told to the kernel: " + refused.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /** The nodes at the other ends of tunnels: those to which a next hop of ours sends through one. Any thread. */
    public Set<IpAddress> tunnelEnds() {
        return locked(objects::tunnelEnds);
    }

    // ---- reading

    @Override
    public void read(RoutingInstance instance, Contents contents) {
        lock.lock();
        try {
            groups.reconcile();
            NextHopGroups.Adoption adoption = groups.adopt(instance.kernelTable(), contents);
            for (AddressFamily family : AddressFamily.values()) {
                readRoutes(instance.kernelTable(), family, adoption, contents);
            }
            adoption.finish();
        } catch (NetlinkException refused) {
            throw new FibException("Table " + Integer.toUnsignedString(instance.kernelTable()) + " of instance "
                    + instance + " cannot be read: " + refused.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private void readRoutes(int table, AddressFamily family, NextHopGroups.Adoption adoption, Contents contents) {
        kernel.dumpRequest(Rtnetlink.RTM_GETROUTE, Rtnetlink.RTMSG)
                .octet(Rtnetlink.RTM_FAMILY, kernelFamily(family))
                .octet(Rtnetlink.RTM_PROTOCOL, protocol)
                .attribute(Rtnetlink.RTA_TABLE, table)
                .end();
        try {
            kernel.dump("reading routes", row -> {
                boolean ours = row.type() == Rtnetlink.RTM_NEWROUTE
                        && row.octet(Rtnetlink.RTM_PROTOCOL) == protocol
                        && row.octet(Rtnetlink.RTM_TOS) == 0;
                row.attributes(Rtnetlink.RTMSG);
                if (ours && row.word(Rtnetlink.RTA_PRIORITY, 0) == METRIC) {
                    int group = adoption.number(family, row.word(Rtnetlink.RTA_NH_ID, 0));
                    int length = row.octet(Rtnetlink.RTM_DST_LEN);
                    contents.route(
                            family,
                            row.high(family, Rtnetlink.RTA_DST),
                            row.low(family, Rtnetlink.RTA_DST),
                            length,
                            group);
                }
            });
        } catch (NetlinkException refused) {
            if (refused.errno() != Errno.ENOENT) { // a table that does not exist yet is empty
                throw refused;
            }
        }
    }

    private static int kernelFamily(AddressFamily family) {
        return switch (family) {
            case IPV4 -> Rtnetlink.AF_INET;
            case IPV6 -> Rtnetlink.AF_INET6;
        };
    }

    /**
     * Removes nexthop objects of ours that an earlier run left and that no route uses, in any table, of any program. To be
     * called when every instance has been read. Blocks; any thread.
     *
     * @return how many groups were removed
     * @throws FibException when the kernel refuses, with its reason
     */
    public int sweepUnusedGroups() {
        lock.lock();
        try {
            groups.reconcile();
            Set<Integer> used = new HashSet<>(groups.known());
            for (AddressFamily family : AddressFamily.values()) {
                kernel.dumpRequest(Rtnetlink.RTM_GETROUTE, Rtnetlink.RTMSG)
                        .octet(Rtnetlink.RTM_FAMILY, kernelFamily(family))
                        .end();
                kernel.dump("reading all routes", row -> {
                    row.attributes(Rtnetlink.RTMSG);
                    if (row.has(Rtnetlink.RTA_NH_ID)) {
                        used.add(row.word(Rtnetlink.RTA_NH_ID, 0));
                    }
                });
            }
            return objects.retain(used);
        } catch (NetlinkException refused) {
            throw new FibException("Unused next-hop groups cannot be removed: " + refused.getMessage());
        } finally {
            lock.unlock();
        }
    }

    // ---- writing

    @Override
    public void submit(Batch batch, Loop loop, Outcome outcome) {
        Job.Write write = new Job.Write(batch, loop, outcome);
        if (batch.isUrgent()) {
            jobs.addFirst(write);
        } else {
            jobs.addLast(write);
        }
    }

    private void write() {
        try {
            while (jobs.take() instanceof Job.Write write) {
                List<Failure> refused = written(write.batch());
                write.loop().executeAhead(() -> write.outcome().done(refused));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Failure> written(Batch batch) {
        try {
            return locked(() -> execute(batch));
        } catch (RuntimeException mistake) { // the thread's top level: it must go on, and the caller must hear
            notice.lost("A batch of routes could not be written: " + mistake);
            return IntStream.range(0, batch.size())
                    .mapToObj(i -> new Failure(i, Errno.EINVAL, "Espalier could not write the change: " + mistake))
                    .toList();
        }
    }

    private List<Failure> execute(Batch batch) {
        failures.clear();
        int i = 0;
        while (i < batch.size()) {
            i = switch (batch.change(i)) {
                case PUT_GROUP, DROP_GROUP -> changeGroup(batch, i);
                case ADD_ROUTE, REPLACE_ROUTE, REMOVE_ROUTE -> changeRoutes(batch, i);
            };
        }
        failures.sort(Comparator.comparingInt(Failure::index));
        return List.copyOf(failures);
    }

    /** Groups one by one, each acknowledged: the routes that follow must not point at what does not exist or is another's. */
    private int changeGroup(Batch batch, int i) {
        int table = batch.instance().kernelTable();
        try {
            if (batch.change(i) == Batch.Change.DROP_GROUP) {
                groups.drop(table, batch.family(i), batch.group(i));
            } else if (groups.put(table, batch.family(i), batch.group(i), batch.members(i))) {
                notice.lost("The kernel had removed a next-hop group, and with it its routes.");
            }
        } catch (NetlinkException refused) {
            failures.add(new Failure(i, refused.errno(), Refusal.ofGroup(batch, i, refused)));
        }
        return i + 1;
    }

    /** As many consecutive route changes as fit one run. @return the first change that is not in it */
    private int changeRoutes(Batch batch, int from) {
        MessageWriter run = kernel.startRun();
        int count = 0;
        int i = from;
        while (i < batch.size() && isRoute(batch.change(i)) && count < RUN) {
            if (writeRoute(run, batch, i)) {
                runIndex[count++] = i;
            }
            i++;
        }
        if (count == 0) {
            return i;
        }
        run.acknowledgeLast();
        try {
            kernel.executeRun(count, (position, errno, text) -> refused(batch, runIndex[position], errno, text));
        } catch (NetlinkException broken) {
            // Which of them were made nobody knows: all count as failed, and reading will tell.
            for (int position = 0; position < count; position++) {
                failures.add(new Failure(runIndex[position], broken.errno(), broken.getMessage()));
            }
            notice.lost("The kernel did not answer for a batch of routes: " + broken.getMessage());
        }
        return i;
    }

    private static boolean isRoute(Batch.Change change) {
        return switch (change) {
            case PUT_GROUP, DROP_GROUP -> false;
            case ADD_ROUTE, REPLACE_ROUTE, REMOVE_ROUTE -> true;
        };
    }

    private boolean writeRoute(MessageWriter run, Batch batch, int i) {
        boolean removal = batch.change(i) == Batch.Change.REMOVE_ROUTE;
        int table = batch.instance().kernelTable();
        int nexthop = removal ? 0 : groups.id(table, batch.family(i), batch.group(i));
        if (!removal && nexthop == 0) {
            failures.add(new Failure(i, Errno.ENOENT, Refusal.ofUnknownGroup(batch, i)));
            return false;
        }
        int flags = Rtnetlink.NLM_F_REQUEST
                | switch (batch.change(i)) {
                    case ADD_ROUTE -> Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL;
                    case REPLACE_ROUTE -> Rtnetlink.NLM_F_REPLACE;
                    case REMOVE_ROUTE, PUT_GROUP, DROP_GROUP -> 0;
                };
        int type = removal ? Rtnetlink.RTM_DELROUTE : Rtnetlink.RTM_NEWROUTE;
        run.begin(type, flags, kernel.nextSequence(), Rtnetlink.RTMSG)
                .octet(Rtnetlink.RTM_FAMILY, kernelFamily(batch.family(i)))
                .octet(Rtnetlink.RTM_DST_LEN, batch.length(i))
                .octet(Rtnetlink.RTM_PROTOCOL, protocol)
                .octet(Rtnetlink.RTM_SCOPE, removal ? Rtnetlink.RT_SCOPE_NOWHERE : Rtnetlink.RT_SCOPE_UNIVERSE)
                .octet(Rtnetlink.RTM_TYPE, removal ? 0 : Rtnetlink.RTN_UNICAST)
                .address(Rtnetlink.RTA_DST, batch.family(i).octets(), batch.high(i), batch.low(i))
                .attribute(Rtnetlink.RTA_TABLE, table)
                .attribute(Rtnetlink.RTA_PRIORITY, METRIC);
        if (!removal) {
            run.attribute(Rtnetlink.RTA_NH_ID, nexthop);
        }
        run.end();
        return true;
    }

    private void refused(Batch batch, int i, int errno, String kernelText) {
        boolean alreadyGone = batch.change(i) == Batch.Change.REMOVE_ROUTE && errno == Errno.ESRCH;
        if (alreadyGone) {
            return;
        }
        failures.add(new Failure(i, errno, Refusal.ofRoute(batch, i, errno, kernelText)));
        if (batch.change(i) == Batch.Change.REPLACE_ROUTE && errno == Errno.ENOENT) {
            IpPrefix prefix = IpPrefix.of(batch.family(i), batch.high(i), batch.low(i), batch.length(i));
            notice.lost("Our route to " + prefix + " is gone from the kernel.");
        }
    }

    /** Ends both threads after what was submitted has been written. Routes and groups stay in the kernel. */
    @Override
    public void close() {
        jobs.add(new Job.End());
        Threads.join(writer);
        watch.close();
        kernel.close();
    }
}
