package dev.espalier.bgp.discovery;

import dev.espalier.bgp.discovery.DiscoveryState.Neighbor;
import dev.espalier.net.Ipv6Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who is the neighbour on a link, and when to say that we are there: {@code (state, event, now) -> (state, effects)}, pure.
 *
 * <p>We advertise with a lifetime of 0, so that no host takes us as its default router, and solicit as long as nobody is known:
 * five times at intervals of a second after the link came up, then every ten seconds. RFC 4861 section 6.3.7 ends soliciting after
 * three times and section 6.2.6 answers a solicitation within half a second but multicasts at most every three; between two
 * routers on a cable nothing is gained by waiting, so we go on, and answer at once but at most every second. Nor are intervals
 * drawn at random: that is for many routers on one link.
 *
 * <p>A link has one neighbour. An advertisement from another address replaces it when it is from the same hardware, so that a
 * neighbour may change its address, or when nobody needs the one before and it has been silent; otherwise it is a second router,
 * of which people are told.
 */
final class DiscoveryFsm {

    static final int QUICK_ROUNDS = 5;
    static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Three times our own interval; a neighbour whose lifetime is shorter is silent sooner. */
    static final int SILENT_SECONDS = 30;

    /** More routers than this on one link are not remembered. */
    private static final int MOST_STRANGERS = 16;

    private DiscoveryFsm() {}

    /** What can happen. */
    sealed interface Event {
        /** The link can carry packets. */
        record LinkUp() implements Event {}

        /** The link cannot carry packets any more. */
        record LinkDown() implements Event {}

        /**
         * A message has arrived.
         *
         * @param inUse whether a session with the present neighbour is up
         */
        record Heard(Ipv6Address source, RouterMessage message, boolean inUse) implements Event {}

        /**
         * It is time to speak.
         *
         * @param inUse whether a session with the present neighbour is up
         */
        record Due(boolean inUse) implements Event {}
    }

    /** What is to be done. */
    sealed interface Effect {
        /** Send a router solicitation. */
        record Solicit() implements Effect {}

        /** Send a router advertisement. */
        record Advertise() implements Effect {}

        /** Say {@link Event.Due} after this long, and not at the time asked for before. */
        record Wake(long nanos) implements Effect {}

        /** Do not say {@link Event.Due} any more. */
        record Sleep() implements Effect {}

        /** The neighbour is at this address, in place of any other. */
        record Found(Ipv6Address address) implements Effect {}

        /** There is no neighbour any more. */
        record Lost(String reason) implements Effect {}

        /** There is a router on the link that is not the neighbour. */
        record Stranger(Ipv6Address address, Ipv6Address neighbor) implements Effect {}
    }

    /** The outcome of a step. */
    record Step(DiscoveryState state, List<Effect> effects) {
        Step {
            effects = List.copyOf(effects);
        }
    }

    static Step step(DiscoveryState state, Event event, long now) {
        return switch (event) {
            case Event.LinkUp up -> state.up() ? unchanged(state) : linkUp(now);
            case Event.LinkDown down -> state.up() ? linkDown(state) : unchanged(state);
            case Event.Heard heard -> state.up() ? heard(state, heard, now) : unchanged(state);
            case Event.Due due -> state.up() ? due(state, due.inUse(), now) : unchanged(state);
        };
    }

    private static Step unchanged(DiscoveryState state) {
        return new Step(state, List.of());
    }

    private static Step linkUp(long now) {
        return speak(new DiscoveryState(true, null, null, 0, now, Set.of()), new ArrayList<>(), now);
    }

    /** Who was there need not be who will be there. */
    private static Step linkDown(DiscoveryState state) {
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.Sleep());
        if (state.neighbor() != null) {
            effects.add(new Effect.Lost("the link is down"));
        }
        return new Step(DiscoveryState.INITIAL, effects);
    }

    private static Step due(DiscoveryState state, boolean inUse, long now) {
        List<Effect> effects = new ArrayList<>();
        DiscoveryState next = state;
        Neighbor neighbor = state.neighbor();
        if (neighbor != null && !inUse && isSilent(neighbor, now)) {
            next = state.withoutNeighbor();
            effects.add(new Effect.Lost(neighbor.address() + " has sent no router advertisement for "
                    + TimeUnit.NANOSECONDS.toSeconds(now - neighbor.heard()) + " s"));
        }
        return speak(next, effects, now);
    }

    private static Step speak(DiscoveryState state, List<Effect> effects, long now) {
        if (state.neighbor() == null) {
            effects.add(new Effect.Solicit());
        }
        effects.add(new Effect.Advertise());
        DiscoveryState next = state.spoken(now);
        effects.add(new Effect.Wake(next.rounds() < QUICK_ROUNDS ? QUICK_NANOS : SLOW_NANOS));
        return new Step(next, effects);
    }

    private static Step heard(DiscoveryState state, Event.Heard heard, long now) {
        return switch (heard.message()) {
            case RouterMessage.Solicitation asked -> answer(state, now);
            case RouterMessage.Advertisement said
            when heard.source().isLinkLocal() -> advertised(state, heard.source(), said, heard.inUse(), now);
            case RouterMessage.Advertisement ignored -> unchanged(state); // RFC 4861 section 6.1.2
        };
    }

    /** Whoever asks has just come: what we say next is for it. */
    private static Step answer(DiscoveryState state, long now) {
        long wait = Math.max(0, state.lastSpoken() + QUICK_NANOS - now);
        return wait == 0 ? speak(state, new ArrayList<>(), now) : new Step(state, List.of(new Effect.Wake(wait)));
    }

    private static Step advertised(
            DiscoveryState state, Ipv6Address source, RouterMessage.Advertisement said, boolean inUse, long now) {
        Neighbor known = state.neighbor();
        Neighbor heard = new Neighbor(source, said.macAddress(), now, said.lifetimeSeconds());
        if (known != null && known.address().equals(source)) {
            return new Step(state.withNeighbor(heard), List.of());
        }
        if (known == null || replaces(known, heard, inUse, now)) {
            return new Step(state.withNeighbor(heard), List.of(new Effect.Found(source)));
        }
        if (state.strangers().contains(source) || state.strangers().size() == MOST_STRANGERS) {
            return unchanged(state);
        }
        Set<Ipv6Address> strangers = new HashSet<>(state.strangers());
        strangers.add(source);
        DiscoveryState next =
                new DiscoveryState(true, known, state.lastNeighbor(), state.rounds(), state.lastSpoken(), strangers);
        return new Step(next, List.of(new Effect.Stranger(source, known.address())));
    }

    private static boolean replaces(Neighbor known, Neighbor heard, boolean inUse, long now) {
        boolean sameHardware =
                !known.macAddress().isEmpty() && known.macAddress().equals(heard.macAddress());
        return sameHardware || !inUse && isSilent(known, now);
    }

    private static boolean isSilent(Neighbor neighbor, long now) {
        int seconds =
                neighbor.lifetimeSeconds() == 0 ? SILENT_SECONDS : Math.min(SILENT_SECONDS, neighbor.lifetimeSeconds());
        return now - neighbor.heard() >= TimeUnit.SECONDS.toNanos(seconds);
    }

    /** What somebody who waits for the neighbour on a link should know; null when there is one. */
    static @Nullable String waitsFor(DiscoveryState state, String link, boolean exists) {
        if (state.neighbor() != null) {
            return null;
        }
        if (!exists) {
            return "there is no link " + link + ": it is waited for";
        }
        if (!state.up()) {
            return "link " + link + " is down";
        }
        Neighbor last = state.lastNeighbor();
        return last != null
                ? last.address() + " on " + link + " has fallen silent: no router advertisement is heard any more"
                : "no router advertisement heard on " + link
                        + " yet: is the other end up, and does it send them (FRR: neighbor "
                        + "IFACE interface remote-as external; BIRD: protocol radv)?";
    }
}
