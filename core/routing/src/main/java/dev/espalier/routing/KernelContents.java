package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IntRows;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel holds of ours, as it has said itself, and what of it has to be compared with what is wanted. {@link FibSync}
 * does the comparing and sending.
 */
final class KernelContents {

    private final DesiredRoutes desired;
    private final KernelRows ipv4;
    private final KernelRows ipv6;
    private final KernelGroups groups = new KernelGroups();

    KernelContents(PrefixIndex index, DesiredRoutes desired) {
        this.desired = desired;
        this.ipv4 = new KernelRows(index.table(AddressFamily.IPV4));
        this.ipv6 = new KernelRows(index.table(AddressFamily.IPV6));
    }

    KernelRows rows(AddressFamily family) {
        return switch (family) {
            case IPV4 -> ipv4;
            case IPV6 -> ipv6;
        };
    }

    KernelGroups groups() {
        return groups;
    }

    void forEachFamily(Consumer<KernelRows> action) {
        action.accept(ipv4);
        action.accept(ipv6);
    }

    boolean anyWaiting() {
        return ipv4.waiting() > 0 || ipv6.waiting() > 0;
    }

    /**
     * The kernel's group for a group of next hops: its own, else one there that nobody owns and whose contents are right (an
     * earlier run left it, or its owner died and came back), else a new one.
     *
     * <p>Several may have the right contents. The owner's is the one that its routes use already; when that of the route in
     * question does not tell, because the route is new, the others are asked, so that they need not be changed.
     *
     * @param installed the number of the group that the route in question uses now, 0 for none
     */
    KernelGroup groupFor(NextHopGroup owner, int installed) {
        if (owner.kernel != null) {
            return owner.kernel;
        }
        if (groups.isClaimable(installed, owner)) {
            return groups.claim(installed, owner);
        }
        KernelGroup claimable = groups.findClaimable(owner);
        if (claimable == null) {
            return groups.create(owner);
        }
        int[] used = {claimable.number};
        desired.forEachUsing(group -> group == owner.number, (family, id) -> {
            int candidate = rows(family).installed(id);
            used[0] = groups.isClaimable(candidate, owner) ? candidate : used[0];
        });
        return groups.claim(used[0], owner);
    }

    /** Queues a prefix, unless the kernel holds nothing for it and shall not. */
    void enqueue(AddressFamily family, int id) {
        KernelRows rows = rows(family);
        if (desired.any() || rows.isHeld(id)) {
            rows.enqueue(id);
        }
    }

    /** Queues all prefixes of which a candidate uses one of these groups. */
    void enqueueUsing(IntPredicate groupNumbers) {
        desired.forEachUsing(groupNumbers, this::enqueue);
    }

    /** Lets what an earlier run left go, where nobody has announced it. Returns how many routes that are. */
    int sweep() {
        int swept = 0;
        for (KernelRows rows : List.of(ipv4, ipv6)) {
            BitSet stale = (BitSet) rows.stale().clone();
            rows.stale().clear();
            stale.stream().forEach(rows::enqueue);
            swept += stale.cardinality();
        }
        return swept;
    }

    /**
     * Takes what the kernel was found to hold in place of all that was believed. Nothing is in flight.
     *
     * <p>A group found there is the one whose routes it has, also if its contents have changed: its owner takes it back and
     * puts the contents right, and no route is touched.
     *
     * @param first whether this is the start: what was found and nobody has announced is stale then, and stays
     */
    void replaceAll(FibReading reading, boolean first) {
        BitSet refusedOwners = new BitSet();
        groups.forEachRefused(group -> refusedOwners.set(group.owner == null ? 0 : group.owner.number));
        Map<Integer, KernelGroup> before = groups.startOver();
        reading.groups().forEach(group -> groups.adopt(group.number(), group.members()));
        before.values().forEach(groups::keepUnread);
        IntRows installed4 = ipv4.takeInstalled();
        IntRows installed6 = ipv6.takeInstalled();
        BitSet stale4 = ipv4.takeStale();
        BitSet stale6 = ipv6.takeStale();
        for (int i = 0; i < reading.size(); i++) {
            boolean isIpv4 = reading.family(i) == AddressFamily.IPV4;
            found(reading, i, before, isIpv4 ? installed4 : installed6, isIpv4 ? stale4 : stale6, first);
        }
        groups.all().forEach(groups::markChanged);
        for (KernelRows rows : List.of(ipv4, ipv6)) {
            rows.refusals().keySet().forEach(rows::enqueue);
        }
        enqueueUsing(refusedOwners::get);
    }

    private void found(
            FibReading reading,
            int i,
            Map<Integer, KernelGroup> before,
            IntRows installed,
            BitSet wasStale,
            boolean first) {
        KernelRows rows = rows(reading.family(i));
        KernelGroup group = groups.get(reading.group(i));
        if (group == null) {
            return;
        }
        int id = rows.prefixes.retain(reading.high(i), reading.low(i), reading.length(i));
        rows.setInstalled(id, group.number);
        group.routes++;
        group.family = rows.family;
        KernelGroups.inherit(group, before.get(installed.key(id)));
        boolean stale = first ? !desired.isAnnounced(rows.family, id) : wasStale.get(id);
        rows.setStale(id, stale);
        if (!stale) {
            rows.enqueue(id);
        }
        rows.prefixes.release(id);
    }

    /** What the kernel holds for a prefix, unless it rightly holds nothing. */
    @Nullable
    KernelStatus status(AddressFamily family, int id, boolean sending) {
        KernelRows rows = rows(family);
        KernelGroup installed = groups.get(rows.installed(id));
        if (rows.isStale(id) && installed != null) {
            return new KernelStatus.Stale(installed.members.used());
        }
        NextHopGroup wanted = desired.wanted(family, id);
        Refusal refusal = rows.refusals().get(id);
        if (refusal == null && wanted != null && wanted.kernel != null) {
            refusal = wanted.kernel.refusal;
        }
        if (refusal != null) {
            return new KernelStatus.Failed(refusal.errno(), refusal.reason());
        }
        if (rows.isInFlight(id)) {
            return new KernelStatus.Pending("the kernel has been told and has not answered yet");
        }
        if (wanted == null) {
            return installed == null ? null : new KernelStatus.Pending("about to be removed from the kernel");
        }
        if (installed != null && installed == wanted.kernel) {
            return new KernelStatus.Installed(
                    installed.members.used(), wanted.resolved().standby());
        }
        return new KernelStatus.Pending(
                sending ? "the kernel is about to be told" : "what the kernel holds is being read first");
    }

    /** Whether the kernel's latest answer about anything was no. */
    boolean anythingRefused() {
        return !ipv4.refusals().isEmpty()
                || !ipv6.refusals().isEmpty()
                || groups.all().stream().anyMatch(group -> group.refusal != null);
    }

    /** How many routes the kernel refused, for themselves or for their group. */
    int failed() {
        BitSet owners = new BitSet();
        groups.forEachRefused(group -> owners.set(group.owner == null ? 0 : group.owner.number));
        BitSet failed4 = new BitSet();
        BitSet failed6 = new BitSet();
        ipv4.refusals().keySet().forEach(failed4::set);
        ipv6.refusals().keySet().forEach(failed6::set);
        if (!owners.isEmpty()) {
            desired.forEachUsing(owners::get, (family, id) -> {
                (family == AddressFamily.IPV4 ? failed4 : failed6).set(id);
            });
        }
        return failed4.cardinality() + failed6.cardinality();
    }
}
