package dev.espalier.agent;

import dev.espalier.net.IpAddress;
import dev.espalier.objects.plan.PodPlan;
import java.util.List;

/** What a plan's tunnels need of the host. A failure is an event, never an exception. */
interface Tunnels {

    /** Where there is no kernel to have any. */
    Tunnels NONE = new Tunnels() {
        @Override
        public void follow(PodPlan plan) {}

        @Override
        public void drop() {}

        @Override
        public void addresses(List<IpAddress> own) {}
    };

    /**
     * Has the devices that a plan wants, or mends them; to be called before routes are told of them. Those that are not wanted any more
     * stay until {@link #drop}.
     */
    void follow(PodPlan plan);

    /** Removes the devices of ours that the plan does not want, after routes have been told of it. */
    void drop();

    /**
     * Gives the devices addresses, in place of those before: with them this node is the source of what it sends through a tunnel on its
     * own account. To be of a block of this node's, at most one of each family.
     */
    void addresses(List<IpAddress> own);
}
