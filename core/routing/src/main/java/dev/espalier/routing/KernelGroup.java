package dev.espalier.routing;

import dev.espalier.net.AddressFamily;
import dev.espalier.route.Fib;
import org.jspecify.annotations.Nullable;

/** A group of resolved next hops in the kernel, or on its way there. Belongs to {@link FibSync}. */
final class KernelGroup {

    final int number;
    AddressFamily family;

    /** What the kernel holds, or will hold when the change in flight succeeds. */
    Fib.Members members;

    /** What the kernel held before the change in flight. */
    Fib.Members membersBefore;

    /** The group of next hops that decides about its contents; null when nobody does, and it waits to be claimed or dropped. */
    @Nullable
    NextHopGroup owner;

    /** How many routes in the kernel use it, counting those whose change in flight may make them use it or leave it. */
    int routes;

    /** Whether the kernel holds it for certain. */
    boolean present;

    /** Whether a change of it is in flight; the next one waits for the answer. */
    boolean inFlight;

    /** Whether its removal is decided: it cannot be claimed any more. */
    boolean dropping;

    /** The kernel's answer to the latest change, if it refused. */
    @Nullable
    Refusal refusal;

    KernelGroup(int number, AddressFamily family, Fib.Members members) {
        this.number = number;
        this.family = family;
        this.members = members;
        this.membersBefore = members;
    }

    /** Whether a route can use it: it is there, or a change sent before the route's makes it. */
    boolean isUsable() {
        return present || refusal == null;
    }
}
