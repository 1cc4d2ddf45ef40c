package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.AsPathOptions;
import dev.espalier.bgp.AsPathOptions.RemovePrivateAs;
import dev.espalier.bgp.CommunityKind;
import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Role;
import dev.espalier.bgp.SendLinkBandwidth;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.LargeCommunity;
import dev.espalier.route.PathAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What a neighbour is told does not depend on who else is told the same: a hub with many neighbours, which share update groups as
 * their {@link ExportKey}s allow, against a hub that has this one neighbour beside those who send. So everything that changes what
 * is told must be in the key.
 */
class GroupedOutputTest {

    private static final Duration SOON = Duration.ofSeconds(8);
    private static final String HUB = "10.0.0.1";
    private static final int SENDERS = 2;
    private static final int RECEIVERS = 6;

    /** What the hub's aggregate is like. */
    private record Aggregate(boolean summaryOnly, boolean named) {}

    /** One neighbour of the hub: how both sides of its session are configured. */
    private record Spoke(String address, long asn, PeerConfig atTheHub, PeerConfig atTheSpoke) {}

    private final List<Spoke> senders = new ArrayList<>();
    private final List<Spoke> receivers = new ArrayList<>();

    @Test
    void everyNeighborHearsWhatItWouldHearAloneInFortyNetworks() {
        int shared = 0;
        for (long seed = 1; seed <= 40; seed++) {
            senders.clear();
            receivers.clear();
            shared += compare(seed);
        }
        assertThat(shared).as("neighbours that share a group with another").isGreaterThan(40);
    }

    /** Returns how many neighbours were told together with others. */
    private int compare(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < SENDERS; i++) {
            senders.add(spoke(
                    random, "10.0.1." + (i + 1), List.of(64512L, 3000L, 65001L).get(random.nextInt(3))));
        }
        for (int i = 0; i < RECEIVERS; i++) {
            // Few different configurations, so that several neighbours have the same.
            Random one = new Random(seed * 10 + random.nextInt(3));
            receivers.add(spoke(
                    one, "10.0.2." + (i + 1), List.of(65001L, 2000L, 2001L).get(one.nextInt(3))));
        }
        Aggregate aggregate = new Aggregate(random.nextBoolean(), random.nextInt(3) == 0);
        Hearing all = hear(seed, aggregate, receivers);
        for (Spoke receiver : receivers) {
            Map<IpPrefix, PathAttributes> alone =
                    hear(seed, aggregate, List.of(receiver)).heard().get(receiver.address());
            assertThat(all.heard().get(receiver.address()))
                    .as("seed %d, %s", seed, receiver.atTheHub())
                    .isEqualTo(alone);
        }
        return SENDERS + RECEIVERS - all.groups();
    }

    /**
     * What came of a run.
     *
     * @param heard what each spoke was told, as it received it
     * @param groups how many update groups the hub has
     */
    private record Hearing(Map<String, Map<IpPrefix, PathAttributes>> heard, int groups) {}

    private Hearing hear(long seed, Aggregate aggregate, List<Spoke> listening) {
        Network net = new Network(seed);
        Network.Router hub = net.router(HUB, 65001).announcing("198.51.100.0/24", 7);
        hub.originated.put(
                IpPrefix.parse("192.0.0.0/8"),
                new SpeakerConfig.Origination(
                        PathAttributes.builder().build(),
                        aggregate.named() ? List.of("10.0.2.1", "10.0.2.2") : null,
                        true,
                        new SpeakerConfig.Aggregate(aggregate.summaryOnly(), true, null),
                        "test"));
        List<Spoke> spokes = new ArrayList<>(senders);
        spokes.addAll(listening);
        Map<String, Network.Router> routers = new TreeMap<>();
        for (Spoke spoke : spokes) {
            hub.with(spoke.atTheHub());
            routers.put(
                    spoke.address(), net.router(spoke.address(), spoke.asn()).with(spoke.atTheSpoke()));
        }
        for (int i = 0; i < senders.size(); i++) {
            announce(routers.get(senders.get(i).address()), i);
        }
        hub.start();
        routers.values().forEach(Network.Router::start);
        net.time.run(SOON);
        assertThat(hub.established()).isEqualTo(spokes.size());
        Map<String, Map<IpPrefix, PathAttributes>> heard = new TreeMap<>();
        routers.forEach((address, router) -> heard.put(address, received(router)));
        return new Hearing(heard, hub.onLoop(speaker -> speaker.view().updateGroups()));
    }

    private static void announce(Network.Router sender, int number) {
        for (int i = 0; i < 3; i++) {
            PathAttributes what = PathAttributes.builder()
                    .communities(List.of(Community.parse("1:" + i)))
                    .largeCommunities(List.of(LargeCommunity.parse("1:2:" + i)))
                    .build();
            sender.originated.put(
                    IpPrefix.parse("192." + number + "." + i + ".0/24"),
                    new SpeakerConfig.Origination(what, null, false, "test"));
        }
    }

    private static Map<IpPrefix, PathAttributes> received(Network.Router router) {
        Map<IpPrefix, PathAttributes> received = new TreeMap<>();
        router.routes().forEach((prefix, snapshot) -> snapshot.paths().stream()
                .filter(path -> path.peer() != null)
                .forEach(path -> received.put(prefix, path.received())));
        return received;
    }

    private static Spoke spoke(Random random, String address, long asn) {
        boolean internal = asn == 65001;
        Role role = internal || random.nextInt(3) == 0
                ? null
                : List.of(Role.values()).get(random.nextInt(5));
        LocalAs localAs = !internal && random.nextInt(3) == 0
                ? new LocalAs(new Asn(64_999), random.nextBoolean(), random.nextBoolean())
                : null;
        PeerConfig hub = Network.peer(address);
        PeerConfig atTheHub = hub.toBuilder()
                .session(hub.session().toBuilder()
                        .role(role)
                        .localAs(localAs)
                        .extendedMessages(random.nextBoolean())
                        .build())
                .nextHopSelf(random.nextBoolean())
                .nextHopUnchanged(random.nextInt(4) == 0)
                .routeReflectorClient(internal && random.nextBoolean())
                .asPath(new AsPathOptions(
                        true,
                        random.nextInt(2),
                        random.nextBoolean() ? removePrivate(random) : null,
                        random.nextBoolean()))
                .sendCommunities(random.nextBoolean() ? Set.of(CommunityKind.values()) : Set.of(CommunityKind.LARGE))
                .routeServerClient(!internal && random.nextInt(4) == 0)
                .sendLinkBandwidth(random.nextBoolean() ? SendLinkBandwidth.CUMULATIVE : SendLinkBandwidth.RECEIVED)
                .build();
        PeerConfig spoke = Network.peer(HUB);
        @Nullable Role counterpart = role == null ? null : role.counterpart();
        PeerConfig atTheSpoke = spoke.toBuilder()
                .session(spoke.session().toBuilder().role(counterpart).build())
                .build();
        return new Spoke(address, asn, atTheHub, atTheSpoke);
    }

    private static RemovePrivateAs removePrivate(Random random) {
        return new RemovePrivateAs(random.nextBoolean(), random.nextBoolean());
    }
}
