package dev.espalier.agent.flannel;

import dev.espalier.agent.api.FlannelView;
import dev.espalier.library.instance.Instance;
import dev.espalier.objects.plan.FlannelPlan;
import dev.espalier.route.EventSink;
import dev.espalier.route.Links;
import dev.espalier.route.RoutingInstance;
import dev.espalier.stores.state.StateStoreException;
import java.time.Clock;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Has this node take part in the flannel network that the plan names, if it names one. */
public final class Flannel implements Links.Observer, AutoCloseable {

    private final EventSink events;
    private final Clock clock;
    private final RandomGenerator random;
    private final HostNetworks host = new HostNetworks();
    private final FlannelRoutes routes = new FlannelRoutes();
    private volatile @Nullable FlannelMember member;

    /**
     * Takes part in none.
     *
     * @param clock for people only
     * @param random decides between subnets that are equally good
     */
    public Flannel(EventSink events, Clock clock, RandomGenerator random) {
        this.events = events;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public void changed(Links.Event event) {
        host.changed(event);
        FlannelMember present = member;
        if (present != null
                && !(event instanceof Links.Event.RouteChanged || event instanceof Links.Event.RouteRemoved)) {
            present.ring();
        }
    }

    /**
     * Goes over to a plan. Routes are removed only when it names no network. Blocks; one caller at a time.
     *
     * @param instance the default one, listening and, if it is new, not yet talking; null when there is none
     */
    public void follow(@Nullable FlannelPlan plan, @Nullable Instance instance) {
        FlannelMember present = member;
        if (present != null && !present.plan().equals(plan)) {
            member = null;
            present.close();
            present = null;
        }
        if (plan == null) {
            routes.replaceBy(Map.of());
            routes.follow(null);
            return;
        }
        routes.follow(instance);
        if (present != null) {
            present.ring();
            return;
        }
        try {
            member = FlannelMember.enter(plan, host, routes, events, clock, random);
        } catch (StateStoreException unusable) {
            events.error(
                    "flannel.etcd.unusable",
                    RoutingInstance.DEFAULT,
                    plan.name(),
                    "the network is not entered: " + unusable.getMessage());
        }
    }

    /** How things are, for people; null when the node takes part in no network. Any thread. */
    public @Nullable FlannelView view() {
        FlannelMember present = member;
        return present == null ? null : present.view();
    }

    /** The daemon ends: lease, routes and file stay for the next run. */
    @Override
    public void close() {
        FlannelMember present = member;
        member = null;
        if (present != null) {
            present.close();
        }
    }
}
