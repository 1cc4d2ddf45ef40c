package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.SessionStatus;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Policy;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A network drawn from a seed: 3 to 12 speakers in one or more ASes, each AS a full mesh or reflectors with clients, the ASes
 * connected by external sessions; with or without policies, metrics, ECMP, graceful restart, long delays. The same seed gives the
 * same network and, with {@link Disturbances}, the same run to the last octet.
 *
 * <p>Everything is drawn such that the network has a stable state whatever happens: where there are reflectors, MEDs of all
 * neighbours are compared and all next hops are equally near (RFC 3345 describes what happens otherwise), and what is preferred is
 * preferred by all alike.
 */
final class Scenario {

    private static final int PREFIXES = 8;
    private static final Duration SETTLES = Duration.ofMinutes(4);
    private static final Duration STEP = Duration.ofSeconds(2);

    final Network net;
    final Random random;
    final List<Network.Router> routers = new ArrayList<>();
    /** Whether every speaker that is connected must know every prefix: nobody refuses anything. */
    final boolean acceptAll;

    final boolean reflectors;
    /** Whether no two neighbours share an update group. */
    private final boolean apart;

    private final boolean prefersTagged;
    private final boolean metrics;
    private final Duration longestDelay;
    private final List<String> story = new ArrayList<>();

    Scenario(long seed) {
        this(seed, false);
    }

    /**
     * Draws a network; nothing runs yet.
     *
     * @param apart whether every neighbour shall be told on its own; otherwise that is drawn too
     */
    Scenario(long seed, boolean apart) {
        net = new Network(seed);
        random = new Random(seed);
        random.nextInt(); // the first numbers of neighbouring seeds are alike
        longestDelay = Duration.ofMillis(List.of(3, 3, 50, 500, 1500).get(random.nextInt(5)));
        net.network.delay(Duration.ofMillis(1), longestDelay).recording();
        this.apart = random.nextInt(6) == 0 || apart;
        acceptAll = random.nextBoolean();
        reflectors = random.nextBoolean();
        prefersTagged = !acceptAll && random.nextBoolean();
        metrics = !reflectors && random.nextBoolean();
        int count = 3 + Math.min(random.nextInt(10), random.nextInt(10));
        List<List<Network.Router>> systems = systems(count, 1 + random.nextInt(Math.min(count, 5)));
        systems.forEach(this::connectInside);
        for (int i = 1; i < systems.size(); i++) {
            connectOutside(pick(systems.get(i)), pick(systems.get(random.nextInt(i))));
        }
        for (int i = random.nextInt(systems.size()); i > 0; i--) {
            connectOutside(pick(routers), pick(routers));
        }
        routers.forEach(this::drawOptions);
        for (int i = random.nextInt(2 * count); i > 0; i--) {
            announceSomething(pick(routers));
        }
    }

    private List<List<Network.Router>> systems(int count, int systemCount) {
        List<List<Network.Router>> systems = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int system = i < systemCount ? i : random.nextInt(systemCount);
            if (system == systems.size()) {
                systems.add(new ArrayList<>());
            }
            // Router ids in another order than the numbers of the sources.
            String address = "10.0." + random.nextInt(200) + "." + (i + 1);
            Network.Router router = net.router(address, 65001 + system);
            systems.get(system).add(router);
            routers.add(router);
        }
        return systems;
    }

    private void connectInside(List<Network.Router> members) {
        int reflecting = reflectors && members.size() > 2 ? 1 + random.nextInt(2) : members.size();
        boolean everyClientEverywhere = random.nextBoolean();
        for (int i = 0; i < members.size(); i++) {
            int spared = everyClientEverywhere ? -1 : random.nextInt(2);
            for (int j = 0; j < Math.min(i, reflecting); j++) {
                boolean client = i >= reflecting;
                if (!client || reflecting == 1 || j != spared) {
                    connect(members.get(j), members.get(i), client, random.nextInt(3) == 0);
                }
            }
        }
        if (reflecting == 2 && members.size() > 2 && everyClientEverywhere && random.nextBoolean()) {
            Ipv4Address cluster = members.getFirst().address;
            members.get(1).options = builder -> builder.clusterId(cluster);
        }
    }

    private void connectOutside(Network.Router a, Network.Router b) {
        if (a.asn != b.asn && !a.peers.containsKey(b.address.toString())) {
            connect(a, b, false, false);
        }
    }

    /** Configures two speakers as each other's neighbours. */
    private void connect(Network.Router a, Network.Router b, boolean bIsClient, boolean nextHopSelf) {
        int passive = random.nextInt(6);
        a.with(peer(a, b, passive == 0).toBuilder()
                .routeReflectorClient(bIsClient)
                .nextHopSelf(nextHopSelf)
                .build());
        b.with(peer(b, a, passive == 1).toBuilder().nextHopSelf(nextHopSelf).build());
    }

    private PeerConfig peer(Network.Router router, Network.Router other, boolean passive) {
        PeerConfig usual = Network.peer(other.address.toString(), random.nextInt(3) == 0 ? 0 : 20, false);
        return usual.toBuilder()
                .session(usual.session().toBuilder().passive(passive).build())
                .importPolicy(policy(router, other, false))
                .exportPolicy(policy(router, other, true))
                .build();
    }

    /** A policy for one direction of a session; null, which accepts all, is for internal ones only. */
    @Nullable
    Policy policy(Network.Router router, Network.Router other, boolean export) {
        if (router.asn == other.asn) {
            boolean none = random.nextBoolean();
            return none && !apart ? null : ScenarioPolicy.acceptAll(apart);
        }
        if (acceptAll) {
            return ScenarioPolicy.acceptAll(apart);
        }
        boolean refuses = random.nextInt(4) == 0;
        return new ScenarioPolicy(
                new Asn(router.asn),
                export ? random.nextInt(3) : 0,
                export && random.nextBoolean() ? random.nextInt(3) : -1,
                refuses ? 1 + random.nextInt(3) : 0,
                prefersTagged && !export,
                apart);
    }

    private void drawOptions(Network.Router router) {
        boolean alwaysCompareMed = reflectors || random.nextBoolean();
        boolean relax = random.nextBoolean();
        var before = router.options;
        router.options = builder -> before.apply(builder)
                .alwaysCompareMed(alwaysCompareMed)
                .multipathRelax(relax)
                .restartSeconds(15)
                .stalePathSeconds(20);
        router.maximumPaths = 1 + random.nextInt(4);
        if (metrics) {
            drawMetric(router);
        }
    }

    /** Another metric from one speaker to one other; only where no reflector chooses for others. */
    void drawMetric(Network.Router router) {
        Network.Router to = pick(routers);
        if (metrics && to != router) {
            router.metrics.put(to.address, 1 + random.nextInt(3));
        }
    }

    /** One of several, drawn. */
    <T> T pick(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Adds or changes an announcement of a speaker, in its configuration only. */
    void announceSomething(Network.Router router) {
        router.originated.put(
                somePrefix(), new SpeakerConfig.Origination(someAttributes(), null, random.nextInt(4) == 0, "test"));
    }

    IpPrefix somePrefix() {
        return prefix(random.nextInt(PREFIXES));
    }

    /** Prefixes of several lengths, some within others. */
    static IpPrefix prefix(int number) {
        return number == 0 ? IpPrefix.parse("20.0.0.0/16") : IpPrefix.parse("20.0." + number + ".0/24");
    }

    private PathAttributes someAttributes() {
        PathAttributes.Builder attributes = PathAttributes.builder().origin(Origin.ofCode(random.nextInt(3)));
        if (random.nextBoolean()) {
            attributes.med(random.nextInt(3));
        }
        boolean tagged = prefersTagged && random.nextInt(3) == 0;
        if (tagged) {
            attributes.communities(List.of(ScenarioPolicy.TAGGED)).localPref(200);
        } else if (random.nextInt(3) == 0) {
            boolean stays = !acceptAll && random.nextInt(3) == 0;
            attributes.communities(List.of(stays ? Community.NO_EXPORT : Community.parse("65001:7")));
        }
        return attributes.build();
    }

    /** The speaker with an address. */
    Network.Router at(Object address) {
        return routers.stream()
                .filter(router -> router.address.equals(address))
                .findFirst()
                .orElseThrow();
    }

    // ---- what happened

    /** Notes something, and what the speakers have told since the last note. */
    void note(String what) {
        for (Network.Router router : routers) {
            router.events.forEach(event -> story.add("    " + router + ": " + event.message()));
            router.events.clear();
        }
        story.add("%8.3f s: %s".formatted(net.time.now() / 1e9, what));
    }

    /** All that was noted, a line for each. */
    List<String> story() {
        note("the end");
        return story;
    }

    // ---- the dust settles

    /**
     * Lets time pass until all sessions are up, no restart is under way, and nothing has been said for longer than anything takes
     * to arrive.
     *
     * @throws AssertionError when that does not come about
     */
    void settle() {
        long heard = -1;
        long limit = net.time.now() + SETTLES.toNanos();
        while (true) {
            String unsettled = unsettled();
            long now = updates();
            if (unsettled == null && now == heard) {
                return;
            }
            if (net.time.now() > limit) {
                throw new AssertionError(
                        unsettled != null ? unsettled : "UPDATEs are still being sent: the network does not settle");
            }
            heard = now;
            net.time.run(STEP.plus(longestDelay));
        }
    }

    private @Nullable String unsettled() {
        for (Network.Router router : routers) {
            SpeakerView view = router.onLoop(Speaker::view);
            if (view.restarting()) {
                return router.address + " still waits after its restart for " + view.awaited();
            }
            for (PeerSnapshot peer : view.peers()) {
                SessionStatus session = peer.session();
                if (session == null || session.negotiated() == null) {
                    return router.address + " has no session with " + peer.address() + ": " + session;
                }
                if (!peer.stale().isEmpty()) {
                    return router.address + " still keeps stale routes of " + peer.address();
                }
            }
        }
        return null;
    }

    private long updates() {
        long updates = 0;
        for (Network.Router router : routers) {
            for (PeerSnapshot peer : router.onLoop(speaker -> speaker.view().peers())) {
                SessionStatus session = peer.session();
                updates += session == null ? 0 : session.updatesReceived() + session.updatesSent();
            }
        }
        return updates;
    }
}
