package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.PeerConfig.AddPaths;
import dev.espalier.bgp.PeerConfig.AddPaths.Send;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Policies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several paths for a prefix (RFC 7911) between whole speakers: a reflector in AS 65000 and its clients. */
class AddPathTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String PREFIX = "192.0.2.0/24";
    private static final AddPaths RECEIVE = new AddPaths(true, Send.NONE, 0);
    private static final AddPaths SEND_ALL = new AddPaths(false, Send.ALL, 0);
    private static final AddPaths SEND_TWO = new AddPaths(false, Send.BEST, 2);

    private final Network net = new Network(7);
    private final Network.Router reflector = net.router("10.0.0.100", 65000);
    private final List<Network.Router> clients = new ArrayList<>();

    private static PeerConfig with(AddPaths addPaths, PeerConfig peer) {
        return peer.toBuilder().addPaths(addPaths).build();
    }

    /** The next client announces the prefix with a MED; the last two arguments are the offers of the two ends. */
    private Network.Router client(int med, AddPaths reflectors, AddPaths clients) {
        String address = "10.0.0." + (this.clients.size() + 1);
        reflector.with(with(reflectors, Network.peer(address, 120, true)));
        Network.Router client = net.router(address, 65000).with(with(clients, Network.peer("10.0.0.100")));
        if (med >= 0) {
            client.announcing(PREFIX, med);
        }
        this.clients.add(client);
        return client;
    }

    private void start() {
        reflector.start();
        clients.forEach(Network.Router::start);
        net.time.run(SOON);
    }

    private void run() {
        net.time.run(Duration.ofSeconds(2));
    }

    private static PrefixSnapshot snapshot(Network.Router router) {
        return router.routes().get(IpPrefix.parse(PREFIX));
    }

    /** The MEDs of the paths that a router has from the reflector, in order; they tell the paths apart. */
    private static List<Integer> meds(Network.Router router) {
        PrefixSnapshot known = snapshot(router);
        return known == null
                ? List.of()
                : known.paths().stream()
                        .filter(path -> path.peer() != null)
                        .map(path -> path.received().med())
                        .sorted()
                        .toList();
    }

    private Network.Router receiverAndThreeSources(AddPaths reflectors, AddPaths receivers) {
        client(1, AddPaths.NONE, AddPaths.NONE);
        client(2, AddPaths.NONE, AddPaths.NONE);
        client(3, AddPaths.NONE, AddPaths.NONE);
        Network.Router receiver = client(-1, reflectors, receivers);
        start();
        return receiver;
    }

    @Test
    void aReflectorTellsAllPathsToAClientThatTakesThem() {
        Network.Router receiver = receiverAndThreeSources(SEND_ALL, RECEIVE);
        assertThat(meds(receiver)).containsExactly(1, 2, 3);
        assertThat(meds(clients.getFirst())).isEmpty();
        assertThat(snapshot(receiver).paths())
                .allSatisfy(
                        path -> assertThat(path.received().hasOriginatorId()).isTrue());
    }

    @Test
    void onlyTheBestTwoAreToldWhereTwoAreAskedFor() {
        Network.Router receiver = receiverAndThreeSources(SEND_TWO, RECEIVE);
        assertThat(meds(receiver)).containsExactly(1, 2);
        clients.getFirst().originated.clear();
        clients.getFirst().reconfigure();
        run();
        assertThat(meds(receiver)).containsExactly(2, 3);
    }

    @Test
    void withoutTheOtherEndsOfferThereAreNoIdentifiersAndOnePath() {
        assertThat(meds(receiverAndThreeSources(SEND_ALL, AddPaths.NONE))).containsExactly(1);
        assertThat(snapshot(clients.getLast()).paths().getFirst().pathId()).isZero();
    }

    @Test
    void anOfferToReceiveAloneChangesNothing() {
        assertThat(meds(receiverAndThreeSources(AddPaths.NONE, RECEIVE))).containsExactly(1);
    }

    @Test
    void oneSessionCanCarrySeveralPathsEachWay() {
        Network.Router other = net.router("10.0.0.200", 65000);
        AddPaths both = new AddPaths(true, Send.ALL, 0);
        other.with(with(both, Network.peer("10.0.0.100", 120, true)), Network.peer("10.0.0.5", 120, true));
        reflector.with(with(both, Network.peer("10.0.0.200", 120, true)));
        Network.Router ours =
                net.router("10.0.0.5", 65000).with(Network.peer("10.0.0.200")).announcing(PREFIX, 7);
        other.start();
        ours.start();
        client(1, AddPaths.NONE, AddPaths.NONE);
        client(2, AddPaths.NONE, AddPaths.NONE);
        start();
        assertThat(meds(other)).containsExactly(1, 2, 7);
        assertThat(meds(reflector)).containsExactly(1, 2, 7);
    }

    @Test
    void eachPathIsExplainedWithItsIdentifierOrTheReasonWhyItIsNotTold() {
        Network.Router receiver = receiverAndThreeSources(SEND_TWO, RECEIVE);
        List<PrefixSnapshot.Told> told = snapshot(reflector).told().stream()
                .filter(one -> one.address().equals(receiver.address))
                .toList();
        assertThat(told).extracting(PrefixSnapshot.Told::path).containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.3");
        assertThat(told.get(0).pathId()).isNotNull().isNotEqualTo(told.get(1).pathId());
        assertThat(told.get(2).pathId()).isNull();
        assertThat(told.get(2).because()).contains("not among the best 2");
        assertThat(reflector.<Integer>onLoop(s -> s.view().peers().stream()
                        .filter(peer -> receiver.address.equals(peer.address()))
                        .flatMap(peer -> peer.routes().values().stream())
                        .mapToInt(PeerSnapshot.Routes::sent)
                        .sum()))
                .isEqualTo(2);
    }

    @Test
    void theSourceOfAPathDoesNotHearItAlsoWithAddPath() {
        client(1, SEND_ALL, RECEIVE);
        client(2, SEND_ALL, RECEIVE);
        client(3, SEND_ALL, RECEIVE);
        start();
        assertThat(meds(clients.get(0))).containsExactly(2, 3);
        assertThat(meds(clients.get(1))).containsExactly(1, 3);
        assertThat(meds(clients.get(2))).containsExactly(1, 2);
        assertThat(snapshot(reflector).told())
                .filteredOn(one -> one.because().contains("came from this very peer"))
                .hasSize(3);
    }

    @Test
    void moreOrFewerPathsAreToldWithoutTouchingTheSession() {
        Network.Router receiver = receiverAndThreeSources(SEND_TWO, RECEIVE);
        PeerConfig peer = reflector.peers.get(receiver.address.toString());
        reflector.with(with(new AddPaths(false, Send.BEST, 3), peer)).reconfigure();
        run();
        assertThat(meds(receiver)).containsExactly(1, 2, 3);
        reflector.with(with(SEND_ALL, peer)).reconfigure();
        run();
        assertThat(meds(receiver)).containsExactly(1, 2, 3);
        reflector.with(peer).reconfigure();
        run();
        assertThat(meds(receiver)).containsExactly(1, 2);
        assertThat(timesEstablished(receiver)).isEqualTo(1);
    }

    @Test
    void sendingNoIdentifiersAnyMoreResetsTheSession() {
        Network.Router receiver = receiverAndThreeSources(SEND_ALL, RECEIVE);
        PeerConfig peer = reflector.peers.get(receiver.address.toString());
        reflector.with(with(AddPaths.NONE, peer)).reconfigure();
        net.time.run(SOON);
        assertThat(meds(receiver)).containsExactly(1);
        assertThat(timesEstablished(receiver)).isEqualTo(2);
    }

    private static int timesEstablished(Network.Router client) {
        return client.onLoop(s -> s.view().peers().getFirst().session().establishedCount());
    }

    @Test
    void aRestartingReflectorsPathsAreAllKeptAndThoseThatDoNotComeBackAreSweptAtEndOfRib() {
        Network.Router receiver = receiverAndThreeSources(SEND_ALL, RECEIVE);
        reflector.kill();
        clients.get(1).originated.clear();
        clients.get(1).reconfigure();
        net.time.run(Duration.ofSeconds(5));
        assertThat(meds(receiver)).containsExactly(1, 2, 3);
        assertThat(snapshot(receiver).paths()).allMatch(PrefixSnapshot.Path::stale);
        reflector.start();
        net.time.run(Duration.ofMinutes(2));
        assertThat(meds(receiver)).containsExactly(1, 3);
        assertThat(snapshot(receiver).paths()).noneMatch(PrefixSnapshot.Path::stale);
    }

    @Test
    void aSessionThatComesBackWithoutAddPathLeavesNoPathOfBefore() {
        Network.Router receiver = receiverAndThreeSources(SEND_ALL, RECEIVE);
        reflector.kill();
        reflector.with(with(AddPaths.NONE, reflector.peers.get(receiver.address.toString())));
        reflector.start();
        net.time.run(Duration.ofMinutes(2));
        assertThat(meds(receiver)).containsExactly(1);
    }

    /**
     * Clients announce, withdraw, flap, stall and change how many paths they are told at random; in the end each has been told
     * exactly what the rules say, each path under an identifier of its own.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whateverHappensEveryClientKnowsThePathsTheRulesSay(long seed) {
        Random random = new Random(seed);
        AddPaths[] offers = {SEND_ALL, SEND_TWO, new AddPaths(false, Send.BEST, 3), AddPaths.NONE};
        for (int i = 0; i < 5; i++) {
            client(-1, offers[random.nextInt(offers.length)], random.nextInt(4) == 0 ? AddPaths.NONE : RECEIVE);
        }
        start();
        for (int step = 0; step < 150; step++) {
            disturb(random, offers);
            net.time.run(Duration.ofMillis(random.nextInt(300)));
        }
        clients.stream().filter(client -> client.speaker == null).forEach(Network.Router::start);
        net.time.run(Duration.ofSeconds(400));
        clients.forEach(client -> assertKnowsWhatItWasTold(seed, client));
    }

    private void disturb(Random random, AddPaths[] offers) {
        Network.Router client = clients.get(random.nextInt(clients.size()));
        PeerConfig peer = reflector.peers.get(client.address.toString());
        switch (random.nextInt(16)) {
            case 0 -> {
                if (client.speaker == null) {
                    client.start();
                } else {
                    client.kill();
                }
            }
            case 1 -> net.network.reset(client.transport, reflector.transport);
            case 2, 3 -> client.transport.stall(Duration.ofMillis(random.nextInt(2000)));
            case 4 ->
                reflector
                        .with(with(offers[random.nextInt(offers.length)], peer))
                        .reconfigure();
            case 5 ->
                reflector
                        .with(peer.toBuilder()
                                .exportPolicy(random.nextBoolean() ? GroupBench.NOT_MED_1 : Policies.acceptAll())
                                .build())
                        .reconfigure();
            default -> {
                IpPrefix prefix = IpPrefix.parse("172.16." + random.nextInt(6) + ".0/24");
                if (client.originated.remove(prefix) == null || random.nextBoolean()) {
                    client.originated.put(prefix, Network.announcement(random.nextInt(4)));
                }
                if (client.speaker != null) {
                    client.reconfigure();
                }
            }
        }
    }

    private void assertKnowsWhatItWasTold(long seed, Network.Router client) {
        TreeSet<String> told = new TreeSet<>();
        reflector.routes().forEach((prefix, snapshot) -> snapshot.told().forEach(one -> {
            assertThat(one.because().startsWith("announced"))
                    .as("seed %d: what %s was told of %s follows the rules: %s", seed, one.peer(), prefix, one)
                    .isEqualTo(one.attributes() != null);
            if (one.address().equals(client.address) && one.attributes() != null) {
                told.add(prefix + " " + one.pathId() + " " + one.attributes());
            }
        }));
        boolean identified = told.stream().noneMatch(route -> route.contains(" null "));
        TreeSet<String> heard = new TreeSet<>();
        Set<String> names = new HashSet<>();
        client.routes().forEach((prefix, snapshot) -> snapshot.paths().stream()
                .filter(path -> path.peer() != null)
                .forEach(path -> {
                    assertThat(names.add(prefix + " " + path.pathId())).isTrue();
                    heard.add(prefix + " " + (identified ? path.pathId() : null) + " " + path.received());
                }));
        assertThat(heard).as("seed %d: client %s", seed, client.address).isEqualTo(told);
    }
}
