package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Links.ForeignRoute;
import dev.espalier.routing.HostRoutes;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Announces the routes of the host that are not ours, as far as the configuration wants that, and follows them as they come and
 * go. It keeps no copy of them: what is announced of a prefix is worked out anew, from the host's routes and the
 * {@link RedistributionRules}, whenever either may have changed; only what differs then reaches the tables.
 *
 * <p>Our own routes can never be among them: whoever tells us the kernel's routes leaves out those with our protocol number.
 *
 * <p>Owned by the table's loop.
 */
final class Redistribution {

    /** Who announces it. */
    static final String OWNER = "redistribution";

    private final HostRoutes hostRoutes;
    private final Originations originations;
    private final Consumer<IpPrefix> followed;
    private final Runnable wake;
    private final Set<IpPrefix> pending = new LinkedHashSet<>();
    private RedistributionRules rules;

    /**
     * Nothing announced until {@link #configure}.
     *
     * @param followed hears of each prefix after it was looked at again, also when what is announced is the same
     * @param wake has {@link #settle} called soon
     */
    Redistribution(
            SpeakerConfig config,
            HostRoutes hostRoutes,
            Originations originations,
            Consumer<IpPrefix> followed,
            Runnable wake) {
        this.rules = new RedistributionRules(config);
        this.hostRoutes = hostRoutes;
        this.originations = originations;
        this.followed = followed;
        this.wake = wake;
    }

    /** Takes over a configuration: everything is judged again. */
    void configure(SpeakerConfig config) {
        rules = new RedistributionRules(config);
        hostRoutes.observe(rules.wantAny() ? this::changed : null);
        pending.addAll(originations.claims().of(OWNER));
        if (rules.wantAny()) {
            pending.addAll(hostRoutes.prefixes());
        }
        wake.run();
    }

    /** Announces nothing from now on. Who calls this withdraws what there is. */
    void stop() {
        hostRoutes.observe(null);
        pending.clear();
    }

    private void changed(IpPrefix prefix) {
        pending.add(prefix);
        wake.run();
    }

    /**
     * Brings what is announced in line with what there is, for up to {@code budget} prefixes.
     *
     * @return whether more wait
     */
    boolean settle(int budget) {
        Iterator<IpPrefix> next = pending.iterator();
        for (int i = 0; i < budget && next.hasNext(); i++) {
            follow(next.next());
            next.remove();
        }
        return !pending.isEmpty();
    }

    private void follow(IpPrefix prefix) {
        SpeakerConfig.Origination wanted =
                judge(prefix).map(RedistributionRules.Judgement::origination).orElse(null);
        if (wanted == null) {
            originations.remove(OWNER, prefix);
        } else {
            originations.put(OWNER, prefix, wanted);
        }
        followed.accept(prefix);
    }

    /** The verdict on what the host has for a prefix; empty when nothing is redistributed at all, or the host has no route. */
    private Optional<RedistributionRules.Judgement> judge(IpPrefix prefix) {
        if (!rules.wantAny()) {
            return Optional.empty();
        }
        ForeignRoute route = hostRoutes.inForce(prefix).orElse(null);
        if (route != null) {
            return Optional.of(rules.judge(route, hostRoutes.leadsSomewhere(route)));
        }
        return hostRoutes.isKnown(prefix)
                ? Optional.of(new RedistributionRules.Judgement(null, RedistributionRefusal.BEHIND_OURS, null))
                : Optional.empty();
    }

    /** Whether the host's route for a prefix is redistributed, and why or why not; null where there is nothing to say. */
    @Nullable
    String explain(IpPrefix prefix) {
        return judge(prefix).map(Redistribution::words).orElse(null);
    }

    private static String words(RedistributionRules.Judgement judgement) {
        String by = judgement.because() == null ? "" : judgement.because();
        if (judgement.refusal() == null) {
            return "redistributed by " + by;
        }
        return "not redistributed: " + judgement.refusal() + (by.isEmpty() ? "" : " (" + by + ")");
    }
}
