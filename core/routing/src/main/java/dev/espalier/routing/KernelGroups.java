package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.Fib;
import dev.espalier.route.NextHop;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The groups in the kernel by number, from 1, and which of them have work to do. One exists for each group of next hops that
 * routes in the kernel use, also where several resolve to the same hops: when one of these moves elsewhere, only its own
 * group is replaced.
 */
final class KernelGroups {

    private final Map<Integer, KernelGroup> byNumber = new HashMap<>();
    private final BitSet taken = new BitSet();
    private final Set<KernelGroup> changed = new LinkedHashSet<>();
    private final Set<KernelGroup> unused = new LinkedHashSet<>();

    @Nullable
    KernelGroup get(int number) {
        return byNumber.get(number);
    }

    /** Whether a group in the kernel may become this owner's: nobody owns it, and its contents are right. */
    boolean isClaimable(int number, NextHopGroup owner) {
        KernelGroup group = byNumber.get(number);
        return group != null && isClaimable(group, owner);
    }

    private static boolean isClaimable(KernelGroup group, NextHopGroup owner) {
        return group.owner == null
                && !group.dropping
                && group.family == owner.family
                && group.members.equals(owner.wanted());
    }

    /** Any group that may become this owner's; null when there is none. */
    @Nullable
    KernelGroup findClaimable(NextHopGroup owner) {
        for (KernelGroup group : byNumber.values()) {
            if (isClaimable(group, owner)) {
                return group;
            }
        }
        return null;
    }

    /** Makes this group the owner's. */
    KernelGroup claim(int number, NextHopGroup owner) {
        KernelGroup group = byNumber.get(number);
        return group == null ? create(owner) : own(group, owner);
    }

    /** A new group, not yet in the kernel. */
    KernelGroup create(NextHopGroup owner) {
        return own(make(taken.nextClearBit(1), owner.family, owner.wanted()), owner);
    }

    private KernelGroup make(int number, AddressFamily family, Fib.Members members) {
        KernelGroup group = new KernelGroup(number, family, members);
        taken.set(number);
        byNumber.put(number, group);
        return group;
    }

    private static KernelGroup own(KernelGroup group, NextHopGroup owner) {
        group.owner = owner;
        owner.kernel = group;
        return group;
    }

    /** Takes what the kernel was found to hold. The family is told by its routes; without any, the gateways are asked. */
    void adopt(int number, Fib.Members members) {
        AddressFamily family = AddressFamily.IPV4;
        for (NextHop.Hop hop : members.used()) {
            family = hop.gateway() == null ? family : hop.gateway().family();
        }
        KernelGroup group = make(number, family, members);
        group.present = true;
        unused.add(group);
    }

    /**
     * Keeps a group that was known and is not read again, until it is dropped for want of routes: only groups that routes use
     * are read, so that the kernel may have it all the same, or not.
     */
    void keepUnread(KernelGroup before) {
        if (before.present && !byNumber.containsKey(before.number)) {
            KernelGroup group = make(before.number, before.family, before.members);
            group.present = true;
            group.dropping = true;
            unused.add(group);
        }
    }

    /** Gives a group found in the kernel to whoever owned it before it was read again, unless it is of the other kind. */
    static void inherit(KernelGroup group, @Nullable KernelGroup before) {
        NextHopGroup owner = before == null ? null : before.owner;
        if (group.owner == null
                && owner != null
                && owner.kernel == null
                && owner.wanted().guarded() == group.members.guarded()) {
            own(group, owner);
        }
    }

    /** Forgets all, because the kernel is about to say what there is. Returns what was known, by number. */
    Map<Integer, KernelGroup> startOver() {
        Map<Integer, KernelGroup> before = new HashMap<>(byNumber);
        for (KernelGroup group : before.values()) {
            if (group.owner != null) {
                group.owner.kernel = null;
            }
        }
        byNumber.clear();
        taken.clear();
        changed.clear();
        unused.clear();
        return before;
    }

    /** The numbers in use, as a copy. */
    BitSet numbers() {
        return (BitSet) taken.clone();
    }

    Collection<KernelGroup> all() {
        return byNumber.values();
    }

    /** Notes that the contents of a group may have to be replaced. */
    void markChanged(KernelGroup group) {
        changed.add(group);
    }

    /** Notes that a group may have no use any more. */
    void markUnused(KernelGroup group) {
        unused.add(group);
    }

    /** A route has left a group. */
    void leave(int number) {
        KernelGroup group = byNumber.get(number);
        if (group != null && --group.routes == 0) {
            unused.add(group);
        }
    }

    /** Nobody holds this group of next hops any more; its routes are about to leave. */
    void ownerDied(NextHopGroup owner) {
        KernelGroup group = owner.kernel;
        if (group != null) {
            owner.kernel = null;
            group.owner = null;
            unused.add(group);
        }
    }

    /** Takes the groups whose contents are not what they should be, as many as wanted; those in flight stay for later. */
    List<KernelGroup> takeChanged(int atMost) {
        List<KernelGroup> taken = new ArrayList<>();
        Iterator<KernelGroup> waiting = changed.iterator();
        while (taken.size() < atMost && waiting.hasNext()) {
            KernelGroup group = waiting.next();
            if (group.inFlight) {
                continue;
            }
            waiting.remove();
            NextHopGroup owner = group.owner;
            boolean right =
                    group.present && group.refusal == null && owner != null && group.members.equals(owner.wanted());
            if (owner != null && owner.isResolved() && !right) {
                taken.add(group);
            }
        }
        return taken;
    }

    /** Takes the groups that the kernel holds for nothing, as many as wanted; those it never had are forgotten at once. */
    List<KernelGroup> takeUnused(int atMost) {
        List<KernelGroup> taken = new ArrayList<>();
        Iterator<KernelGroup> waiting = unused.iterator();
        while (taken.size() < atMost && waiting.hasNext()) {
            KernelGroup group = waiting.next();
            if (group.inFlight) {
                continue;
            }
            waiting.remove();
            if (group.routes > 0) {
                continue;
            }
            boolean retried = !group.present && group.owner != null && group.owner.isResolved();
            if (group.present) {
                disown(group);
                taken.add(group);
            } else if (!retried) {
                disown(group);
                forget(group);
            }
        }
        return taken;
    }

    private static void disown(KernelGroup group) {
        if (group.owner != null) {
            group.owner.kernel = null;
            group.owner = null;
        }
    }

    void forget(KernelGroup group) {
        byNumber.remove(group.number);
        taken.clear(group.number);
        changed.remove(group);
        unused.remove(group);
    }

    /** Visits the groups whose latest change the kernel refused. */
    void forEachRefused(Consumer<KernelGroup> action) {
        byNumber.values().stream()
                .filter(group -> group.refusal != null)
                .toList()
                .forEach(action);
    }

    /** Whether nothing waits to be sent, apart from what is in flight. */
    boolean isIdle() {
        return changed.isEmpty() && unused.isEmpty();
    }
}
