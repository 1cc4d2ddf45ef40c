package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Announcements that come and go while the speaker runs, as neighbours see them; and what an observer hears of them. */
class RunTimeAnnouncementTest {

    private static final IpPrefix PREFIX = IpPrefix.parse("198.51.100.1/32");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Network network = new Network(7);
    private final Network.Router us =
            network.router("10.0.0.1", 65001).with(Network.peer("10.0.0.2"), Network.peer("10.0.0.3"));
    private final Network.Router second = network.router("10.0.0.2", 65002).with(Network.peer("10.0.0.1"));
    private final Network.Router third = network.router("10.0.0.3", 65003).with(Network.peer("10.0.0.1"));

    @BeforeEach
    void connect() {
        us.start();
        second.start();
        third.start();
        assertThat(network.until(
                        LIMIT, () -> us.established() == 2 && second.established() == 1 && third.established() == 1))
                .isTrue();
    }

    private void announce(String owner, IpPrefix prefix, int med) {
        us.onLoop(speaker -> speaker.announce(owner, prefix, Network.announcement(med)));
    }

    private void withdraw(String owner, IpPrefix prefix) {
        us.onLoop(speaker -> {
            speaker.withdraw(owner, prefix);
            return owner;
        });
    }

    private Map<IpPrefix, Integer> meds(Network.Router of) {
        Map<IpPrefix, Integer> meds = new TreeMap<>();
        of.routes().forEach((prefix, found) -> {
            if (found.paths().getFirst().peer() != null) {
                meds.put(prefix, found.paths().getFirst().received().med());
            }
        });
        return meds;
    }

    @Test
    void neighboursFollowWhoeverSpeaksForThePrefix() {
        announce("service a", PREFIX, 1);
        announce("service b", PREFIX, 2);
        assertThat(network.until(LIMIT, () -> meds(second).equals(Map.of(PREFIX, 1))))
                .isTrue();
        us.announcing(PREFIX.toString(), 9).reconfigure();
        assertThat(network.until(LIMIT, () -> meds(second).equals(Map.of(PREFIX, 9))))
                .isTrue();
        us.originated.clear();
        us.reconfigure();
        withdraw("service a", PREFIX);
        assertThat(network.until(LIMIT, () -> meds(second).equals(Map.of(PREFIX, 2))))
                .isTrue();
        withdraw("service b", PREFIX);
        assertThat(network.until(
                        LIMIT, () -> meds(second).isEmpty() && meds(third).isEmpty()))
                .isTrue();
    }

    @Test
    void aReloadOfTheConfigurationLeavesThemAlone() {
        announce("service", PREFIX, 1);
        us.announcing("203.0.113.0/24", 5).reconfigure();
        us.originated.clear();
        us.reconfigure();
        assertThat(network.until(LIMIT, () -> meds(second).equals(Map.of(PREFIX, 1))))
                .isTrue();
    }

    @Test
    void theFirstOneForNamedPeersReachesOnlyThese() {
        announce("all", IpPrefix.parse("203.0.113.0/24"), 5);
        assertThat(network.until(LIMIT, () -> meds(third).size() == 1)).isTrue();
        us.onLoop(speaker -> speaker.announce(
                "service",
                PREFIX,
                new SpeakerConfig.Origination(
                        Network.announcement(1).attributes(), List.of("10.0.0.2"), false, "service")));
        assertThat(network.until(LIMIT, () -> meds(second).size() == 2)).isTrue();
        network.until(LIMIT, () -> false);
        assertThat(meds(third)).doesNotContainKey(PREFIX);
        withdraw("service", PREFIX);
        assertThat(network.until(
                        LIMIT, () -> meds(second).size() == 1 && meds(third).size() == 1))
                .isTrue();
    }

    @Test
    void anAggregateCountsThem() {
        IpPrefix aggregate = IpPrefix.parse("198.51.100.0/24");
        us.originated.put(
                aggregate,
                new SpeakerConfig.Origination(
                        Network.announcement(1).attributes(),
                        null,
                        false,
                        new SpeakerConfig.Aggregate(true, false, null),
                        "test"));
        us.reconfigure();
        announce("service", PREFIX, 1);
        assertThat(network.until(LIMIT, () -> meds(second).keySet().equals(Set.of(aggregate))))
                .isTrue();
        withdraw("service", PREFIX);
        assertThat(network.until(LIMIT, () -> meds(second).isEmpty())).isTrue();
    }

    /** Whether exactly the claimed prefixes are told, each as one of its owners says. */
    private static boolean isClaimed(Map<IpPrefix, Integer> told, Map<IpPrefix, Map<Integer, Integer>> model) {
        return told.keySet().equals(model.keySet())
                && told.entrySet().stream().allMatch(one -> {
                    Map<Integer, Integer> owners = model.get(one.getKey());
                    return owners != null && owners.containsValue(one.getValue());
                });
    }

    @Test
    void afterAnySequenceNeighboursHoldWhatTheClaimsSay() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Map<IpPrefix, Map<Integer, Integer>> model = new TreeMap<>(); // by prefix: owner, MED
        for (int step = 0; step < 400; step++) {
            IpPrefix prefix = IpPrefix.parse("198.51.100." + random.nextInt(8) + "/32");
            int owner = random.nextInt(3);
            if (random.nextInt(20) == 0) {
                us.onLoop(speaker -> {
                    speaker.withdrawAll("owner " + owner);
                    return owner;
                });
                model.values().forEach(owners -> owners.remove(owner));
            } else if (random.nextBoolean()) {
                int med = random.nextInt(100);
                announce("owner " + owner, prefix, med);
                model.computeIfAbsent(prefix, none -> new TreeMap<>()).put(owner, med);
            } else {
                withdraw("owner " + owner, prefix);
                model.getOrDefault(prefix, new TreeMap<>()).remove(owner);
            }
        }
        model.values().removeIf(Map::isEmpty);
        assertThat(network.until(
                        LIMIT,
                        () -> isClaimed(meds(second), model) && meds(third).equals(meds(second))))
                .as("seed %d: claimed %s, told %s and %s", seed, model, meds(second), meds(third))
                .isTrue();
    }

    @Test
    void nothingIsKeptOfWhatCameAndWent() {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 256; i++) {
                announce("owner " + i % 7, IpPrefix.parse("198.51.100." + i + "/32"), i);
            }
            assertThat(network.until(LIMIT, () -> meds(second).size() == 256)).isTrue();
            for (int owner = 0; owner < 7; owner++) {
                String name = "owner " + owner;
                us.onLoop(speaker -> {
                    speaker.withdrawAll(name);
                    return name;
                });
            }
            assertThat(network.until(
                            LIMIT, () -> meds(second).isEmpty() && meds(third).isEmpty()))
                    .isTrue();
        }
        for (Network.Router router : List.of(us, second, third)) {
            int sets = router.onLoop(speaker -> speaker.view().attributeSets());
            assertThat(sets).isZero();
            assertThat(router.index.table(AddressFamily.IPV4).size())
                    .as("prefixes: the one on the link")
                    .isOne();
        }
        List<IpPrefix> left = us.onLoop(speaker -> speaker.view().announcedAtRunTime());
        assertThat(left).isEmpty();
    }

    @Test
    void announcingWithdrawingAndAnnouncingAtOnceTellsTheLastStateOnce() {
        List<IpPrefix> heard = new ArrayList<>();
        second.onLoop(speaker -> {
            speaker.observe(new BestChanges(heard));
            return speaker;
        });
        us.onLoop(speaker -> {
            speaker.announce("service", PREFIX, Network.announcement(1));
            speaker.withdraw("service", PREFIX);
            speaker.announce("service", PREFIX, Network.announcement(2));
            return speaker;
        });
        assertThat(network.until(LIMIT, () -> meds(second).equals(Map.of(PREFIX, 2))))
                .isTrue();
        assertThat(heard).containsExactly(PREFIX);
    }

    private record BestChanges(List<IpPrefix> heard) implements SpeakerObserver {
        @Override
        public void established(PeerConfig peer, IpAddress address, Negotiated negotiated) {}

        @Override
        public void closed(PeerConfig peer, IpAddress address, String because) {}

        @Override
        public boolean hearsRoutes() {
            return true;
        }

        @Override
        public void bestChanged(IpPrefix prefix) {
            heard.add(prefix);
        }
    }

    @Test
    void everythingOfOurOwnCanBeWithdrawnWhileSessionsStay() {
        us.announcing("203.0.113.0/24", 5).reconfigure();
        announce("service", PREFIX, 1);
        assertThat(network.until(LIMIT, () -> meds(second).size() == 2)).isTrue();
        us.onLoop(speaker -> {
            speaker.withdrawEverything();
            return speaker;
        });
        assertThat(network.until(LIMIT, () -> meds(second).isEmpty())).isTrue();
        assertThat(us.established()).isEqualTo(2);
        assertThat(us.onLoop(Speaker::isQuiet)).isTrue();
    }

    @Test
    void anObserverHearsOfSessionsAndOfEachPrefixWhoseBestPathChanged() {
        List<String> heard = new ArrayList<>();
        second.onLoop(speaker -> {
            speaker.observe(new SpeakerObserver() {
                @Override
                public void established(PeerConfig peer, IpAddress address, Negotiated negotiated) {
                    heard.add("up " + address + " AS " + negotiated.peerAs());
                }

                @Override
                public void closed(PeerConfig peer, IpAddress address, String because) {
                    heard.add("down " + address + (because.isBlank() ? "" : " because"));
                }

                @Override
                public boolean hearsRoutes() {
                    return true;
                }

                @Override
                public void bestChanged(IpPrefix prefix) {
                    heard.add("best " + prefix);
                }
            });
            return speaker;
        });
        announce("service", PREFIX, 1);
        assertThat(network.until(LIMIT, () -> meds(second).size() == 1)).isTrue();
        announce("service", PREFIX, 1); // says nothing new
        network.until(Duration.ofSeconds(2), () -> false);
        us.kill();
        us.start();
        assertThat(network.until(
                        LIMIT, () -> us.established() == 2 && meds(second).isEmpty()))
                .isTrue();
        assertThat(heard)
                .containsExactly("best " + PREFIX, "down 10.0.0.1 because", "up 10.0.0.1 AS 65001", "best " + PREFIX);
    }
}
