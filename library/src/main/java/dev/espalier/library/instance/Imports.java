package dev.espalier.library.instance;

import dev.espalier.bgp.ImportFrom;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.engine.LeakTarget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Joins the instances that run side by side, as far as one imports routes from another: one feed for each ordered pair. It knows who is
 * joined to whom, and no route.
 *
 * <p>Not thread-safe, and its methods block: for whoever starts and stops the instances.
 */
public final class Imports {

    private final Map<Pair, LeakTarget> open = new LinkedHashMap<>();

    private record Pair(Instance from, Instance into) {}

    /** Nobody imports anything. */
    public Imports() {}

    /**
     * Brings the feeds in line with what runs. A feed that is wanted as before is not touched; one with another policy, or into another
     * AS, judges everything again.
     *
     * @param running the instances by name, each with its configuration already in force
     * @param configured the configurations by name; an instance that they import from and that does not run here is left out
     */
    public void follow(Map<String, Instance> running, Map<String, SpeakerConfig> configured) {
        Map<Pair, LeakTarget> wanted = new LinkedHashMap<>();
        configured.forEach((name, config) -> {
            Instance into = Objects.requireNonNull(running.get(name));
            for (ImportFrom source : config.importFrom()) {
                Instance from = running.get(source.instance());
                if (from != null) {
                    wanted.put(new Pair(from, into), new LeakTarget(name, config.asn(), source.policy()));
                }
            }
        });
        for (Pair pair : List.copyOf(open.keySet())) {
            if (!wanted.containsKey(pair)) {
                close(pair);
            }
        }
        wanted.forEach((pair, target) -> {
            if (!target.equals(open.put(pair, target))) {
                pair.from.leakTo(pair.into, target);
            }
        });
    }

    /** Ends all feeds from and into an instance, which is about to be stopped: what it leaked goes from the others. */
    public void end(Instance instance) {
        for (Pair pair : List.copyOf(open.keySet())) {
            if (pair.from.equals(instance) || pair.into.equals(instance)) {
                close(pair);
            }
        }
    }

    private void close(Pair pair) {
        open.remove(pair);
        pair.from.leakNoMoreTo(pair.into);
    }
}
