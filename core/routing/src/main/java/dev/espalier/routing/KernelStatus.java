package dev.espalier.routing;

import dev.espalier.route.NextHop;
import java.util.List;

/** Whether the kernel holds our route for a prefix, and why or why not. Immutable. */
public sealed interface KernelStatus {

    /** A sentence for people. */
    String because();

    /**
     * The kernel holds it as wanted.
     *
     * @param hops the ways out, as the kernel has them
     * @param backup the ways that packets take at once when none of the others is left; empty without a backup, and while it is in
     *     use itself
     */
    record Installed(List<NextHop.Hop> hops, List<NextHop.Hop> backup) implements KernelStatus {
        @Override
        public String because() {
            return "installed in the kernel";
        }
    }

    /**
     * The kernel has been told or is about to be.
     *
     * @param because what is still to happen
     */
    record Pending(String because) implements KernelStatus {}

    /**
     * The kernel refused; the change is tried again.
     *
     * @param errno the kernel's error number
     * @param because what it refused, and its reason
     */
    record Failed(int errno, String because) implements KernelStatus {}

    /**
     * The kernel shall not hold it.
     *
     * @param reason which rule says so
     * @param because the rule applied to this prefix
     */
    record NotWanted(Reason reason, String because) implements KernelStatus {

        /** Why a prefix has no route of ours in the kernel. */
        public enum Reason {
            /** No source has a route for it. */
            NO_ROUTE,
            /** No route for it has a next hop that can be reached. */
            NEXT_HOP_UNRESOLVABLE,
            /** The kernel has a route of its own for it, which goes first. */
            KERNEL_ROUTE_WINS,
            /** The kernel shall hold no route of ours: {@link RoutingTable#installRoutes}. */
            NOT_INSTALLED
        }
    }

    /**
     * An earlier run of this daemon left it there and nobody has announced it since; it stays until
     * {@link RoutingTable#sweep}.
     *
     * @param hops the ways out, as the kernel has them
     */
    record Stale(List<NextHop.Hop> hops) implements KernelStatus {
        @Override
        public String because() {
            return "left by an earlier run and not announced since; kept until the protocols have told all they know";
        }
    }
}
