package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.Fib;
import dev.espalier.route.NextHop;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A set of next hops that routes share, with the backup that stands in for them, and what both resolve to now. Made and kept by
 * {@link GroupTable}.
 */
final class NextHopGroup {

    /** How many ways the kernel is given to keep on standby: it only needs them until the group is replaced. */
    private static final int MAX_STANDBY = 2;

    final int number;
    final AddressFamily family;
    final List<NextHop> members;

    /** What packets take when no member can be reached, until the route's source has decided anew; mostly empty. */
    final List<NextHop> backup;

    /** How many routes and protocols hold it. */
    int holders;

    private ResolvedGroup resolved = ResolvedGroup.NOTHING;
    private Fib.Members wanted = Fib.Members.of(List.of());

    /** Its group in the kernel, once one was needed. Belongs to {@link FibSync}. */
    @Nullable
    KernelGroup kernel;

    NextHopGroup(int number, AddressFamily family, List<NextHop> members, List<NextHop> backup) {
        this.number = number;
        this.family = family;
        this.members = members;
        this.backup = backup;
    }

    /** What it resolves to. */
    ResolvedGroup resolved() {
        return resolved;
    }

    /** The ways in use; empty when nothing can be reached. */
    List<NextHop.Hop> hops() {
        return resolved.hops();
    }

    /** What its group in the kernel shall hold. */
    Fib.Members wanted() {
        return wanted;
    }

    /**
     * Takes what it resolves to now.
     *
     * <p>The kernel is given the backup too, on standby, where there is one next hop: when the link of that loses its carrier, the
     * kernel removes all that went there on the spot, and a group left empty with all its routes. Among several next hops the kernel
     * keeps those that are left, and the group is guarded by these.
     *
     * @return whether the kernel's group is to hold something else than before
     */
    boolean resolve(ResolvedGroup now) {
        resolved = now;
        boolean guarded = !backup.isEmpty() && members.size() == 1;
        Fib.Members before = wanted;
        List<NextHop.Hop> standby = guarded
                ? now.standby().stream()
                        .map(NextHopGroup::unweighted)
                        .limit(MAX_STANDBY)
                        .toList()
                : List.of();
        wanted = new Fib.Members(now.hops(), standby, guarded);
        return !wanted.equals(before);
    }

    /** On standby the kernel knows no shares. It makes do with equal ones until the group is replaced. */
    private static NextHop.Hop unweighted(NextHop.Hop hop) {
        return new NextHop.Hop(hop.gateway(), hop.link(), 1, hop.onLink());
    }

    boolean isResolved() {
        return !resolved.hops().isEmpty();
    }

    /** Whether it sends to this very next hop, backup aside. */
    boolean contains(NextHopKey key) {
        return names(members, key);
    }

    /** Whether its backup is this very next hop, or has it. */
    boolean fallsBackTo(NextHopKey key) {
        return names(backup, key);
    }

    private static boolean names(List<NextHop> nextHops, NextHopKey key) {
        for (NextHop member : nextHops) {
            boolean named =
                    switch (member) {
                        case NextHop.Via via ->
                            via.link() == key.link() && via.address().equals(key.address());
                        case NextHop.Through through ->
                            key.link() == 0 && through.end().equals(key.address());
                        case NextHop.Attached _, NextHop.Discard _ -> false;
                    };
            if (named) {
                return true;
            }
        }
        return false;
    }

    /** Whether packets by it may go through a tunnel, now or later. */
    boolean mayUseTunnel() {
        return anyThrough(members) || anyThrough(backup);
    }

    private static boolean anyThrough(List<NextHop> nextHops) {
        for (NextHop nextHop : nextHops) {
            if (nextHop instanceof NextHop.Through) {
                return true;
            }
        }
        return false;
    }

    /** Visits all that has to be kept resolved for it. */
    void forEachKey(Consumer<NextHopKey> action) {
        for (List<NextHop> nextHops : List.of(members, backup)) {
            for (NextHop nextHop : nextHops) {
                switch (nextHop) {
                    case NextHop.Via via -> action.accept(NextHopKey.of(via));
                    case NextHop.Through through -> {
                        action.accept(NextHopKey.plain(through));
                        action.accept(NextHopKey.outer(through));
                    }
                    case NextHop.Attached _, NextHop.Discard _ -> {}
                }
            }
        }
    }
}
