package dev.espalier.bgp.sim;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Fib;
import dev.espalier.route.Loop;
import dev.espalier.route.NextHop;
import dev.espalier.route.RoutingInstance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A kernel's forwarding table in memory, which keeps what a daemon that dies has left there. It refuses what a kernel refuses:
 * a route that is there already, a group that is not there.
 */
public final class ForwardingModel implements Fib {

    private final Map<Integer, Members> groups = new HashMap<>();
    private final TreeMap<IpPrefix, Integer> routes = new TreeMap<>();
    private final List<Step> steps = new ArrayList<>();
    private boolean recording;
    private int changes;

    /** An empty table. */
    public ForwardingModel() {}

    /** What packets are forwarded by: prefixes and the hops of their groups. */
    public Map<IpPrefix, List<NextHop.Hop>> forwarding() {
        Map<IpPrefix, List<NextHop.Hop>> forwarding = new TreeMap<>();
        routes.forEach(
                (prefix, group) -> forwarding.put(prefix, groups.get(group).used()));
        return forwarding;
    }

    /** The hops on standby, by prefix; without those prefixes that have none. */
    public Map<IpPrefix, List<NextHop.Hop>> standby() {
        Map<IpPrefix, List<NextHop.Hop>> standby = new TreeMap<>();
        routes.forEach((prefix, group) -> {
            if (!groups.get(group).standby().isEmpty()) {
                standby.put(prefix, groups.get(group).standby());
            }
        });
        return standby;
    }

    /**
     * A batch that was made.
     *
     * @param changes what was asked for, in order
     * @param after what packets were forwarded by then
     */
    public record Step(List<Batch.Change> changes, Map<IpPrefix, List<NextHop.Hop>> after) {}

    /** The batches made since this was called last; none the first time, which begins to note them. */
    public List<Step> takeSteps() {
        recording = true;
        List<Step> taken = List.copyOf(steps);
        steps.clear();
        return taken;
    }

    /** How many groups of next hops there are, used or not. */
    public int groups() {
        return groups.size();
    }

    /** The host loses power, and its table with it. */
    public void clear() {
        groups.clear();
        routes.clear();
    }

    /** How many routes were added, replaced or removed so far. */
    public int routeChanges() {
        return changes;
    }

    @Override
    public void read(RoutingInstance instance, Contents contents) {
        Map<Integer, Integer> renumbered = new HashMap<>();
        Map<Integer, Members> before = new HashMap<>(groups);
        groups.clear();
        before.forEach((group, members) -> {
            int number = contents.group(members);
            renumbered.put(group, number);
            groups.put(number, members);
        });
        routes.replaceAll((prefix, group) -> renumbered.get(group));
        routes.forEach((prefix, group) -> contents.route(
                prefix.family(), prefix.address().high(), prefix.address().low(), prefix.length(), group));
    }

    @Override
    public void submit(Batch batch, Loop loop, Outcome outcome) {
        List<Failure> failures = new ArrayList<>();
        List<Batch.Change> made = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            made.add(batch.change(i));
            String refused = apply(batch, i);
            if (refused != null) {
                failures.add(new Failure(i, 17, refused));
            }
        }
        if (recording) {
            steps.add(new Step(made, forwarding()));
        }
        loop.execute(() -> outcome.done(failures));
    }

    private String apply(Batch batch, int i) {
        int group = batch.group(i);
        AddressFamily family = batch.family(i);
        switch (batch.change(i)) {
            case PUT_GROUP -> groups.put(group, batch.members(i));
            case DROP_GROUP -> {
                if (routes.containsValue(group)) {
                    return "group " + group + " is in use";
                }
                groups.remove(group);
            }
            case ADD_ROUTE, REPLACE_ROUTE -> {
                IpPrefix prefix = IpPrefix.of(family, batch.high(i), batch.low(i), batch.length(i));
                boolean adds = batch.change(i) == Batch.Change.ADD_ROUTE;
                if (!groups.containsKey(group)) {
                    return "there is no group " + group;
                }
                if (adds == routes.containsKey(prefix)) {
                    return adds ? prefix + " exists" : prefix + " does not exist";
                }
                routes.put(prefix, group);
                changes++;
            }
            case REMOVE_ROUTE -> {
                routes.remove(IpPrefix.of(family, batch.high(i), batch.low(i), batch.length(i)));
                changes++;
            }
        }
        return null;
    }

    @Override
    public void watch(Loop loop, LossObserver observer) {
        // nothing is ever lost here
    }
}
