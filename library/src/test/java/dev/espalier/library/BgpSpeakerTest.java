package dev.espalier.library;

import static dev.espalier.library.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.bgp.ImportFrom;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Redistribute;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.engine.PrefixSnapshot;
import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.policy.Action;
import dev.espalier.policy.Condition;
import dev.espalier.policy.DefaultAction;
import dev.espalier.policy.DefinedSet;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.policy.MatchSetOptions;
import dev.espalier.policy.Policies;
import dev.espalier.policy.Policy;
import dev.espalier.policy.PolicyCompiler;
import dev.espalier.policy.PolicyDefinition;
import dev.espalier.policy.PolicyResult;
import dev.espalier.policy.PrefixRange;
import dev.espalier.policy.Statement;
import dev.espalier.route.PathAttributes;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Secret;
import dev.espalier.route.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two speakers in one process, over TCP on the loopback device. The program is the one that announces; the other one listens. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BgpSpeakerTest {

    private static final IpPrefix PREFIX = IpPrefix.parse("198.51.100.0/24");
    /** Of another host: nobody can reach one of the loopback device. */
    private static final IpAddress NEXT_HOP = IpAddress.parse("192.0.2.7");

    private static final PathAttributes PLAIN =
            PathAttributes.builder().nextHop(NEXT_HOP).build();

    private final List<BgpSpeaker> speakers = new ArrayList<>();
    private final List<SpeakerEvent> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        speakers.forEach(BgpSpeaker::close);
    }

    private static PeerConfig.Builder anybody() {
        return PeerConfig.builder("anybody", new PeerConfig.Remote.Range(IpPrefix.parse("127.0.0.0/8"), 10))
                .importPolicy(Policies.acceptAll())
                .exportPolicy(Policies.acceptAll());
    }

    private static SpeakerConfig router(PeerConfig peer) {
        return SpeakerConfig.builder(new Asn(65001), Ipv4Address.parse("10.0.0.1"))
                .listen(List.of(IpAddress.parse("127.0.0.1")))
                .port(0)
                .peers(List.of(peer))
                .build();
    }

    /** A listener whose events are noted. */
    private BgpSpeaker listener(PeerConfig peer) {
        BgpSpeaker router = BgpSpeaker.start(router(peer));
        speakers.add(router);
        router.onEvent(heard::add);
        return router;
    }

    private static PeerConfig.Builder towards(BgpSpeaker router) {
        return PeerConfig.builder("router", new PeerConfig.Remote.Address(IpAddress.parse("127.0.0.1"), null))
                .session(PeerConfig.Session.USUAL.toBuilder()
                        .port(router.ports().getFirst())
                        .connectRetrySeconds(1)
                        .build())
                .importPolicy(Policies.acceptAll())
                .exportPolicy(Policies.acceptAll());
    }

    private static SpeakerConfig.Builder program(long asn, PeerConfig... peers) {
        return SpeakerConfig.builder(new Asn(asn), Ipv4Address.parse("10.0.0.2"))
                .listen(List.of())
                .peers(List.of(peers));
    }

    private BgpSpeaker start(SpeakerConfig.Builder config) {
        BgpSpeaker program = BgpSpeaker.start(config.build());
        speakers.add(program);
        return program;
    }

    private <T extends SpeakerEvent> List<T> heard(Class<T> kind) {
        return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private void awaitRoute() throws InterruptedException {
        eventually(() -> assertThat(heard(SpeakerEvent.BestChanged.class)).isNotEmpty());
    }

    @Test
    void aRouteAnnouncedAtRunTimeReachesThePeerWithItsAttributesAndIsWithdrawn() throws InterruptedException {
        BgpSpeaker router = listener(anybody().build());
        Announcements service = start(program(65001, towards(router).build())).announcements("service");
        Community community = Community.parse("65001:7");
        service.announce(
                PREFIX,
                PathAttributes.builder()
                        .nextHop(NEXT_HOP)
                        .med(10)
                        .localPref(250)
                        .communities(List.of(community))
                        .build());
        awaitRoute();
        SpeakerEvent.BestChanged best = heard(SpeakerEvent.BestChanged.class).getFirst();
        assertThat(best.prefix()).isEqualTo(PREFIX);
        assertThat(best.path().peer()).isEqualTo("anybody");
        assertThat(best.path().because()).isEqualTo("it is the only path that can be used");
        assertThat(best.path().received().communities()).containsExactly(community);
        assertThat(best.path().received().nextHop()).isEqualTo(NEXT_HOP);
        assertThat(best.path().received().med()).isEqualTo(10);
        assertThat(best.path().received().localPref()).isEqualTo(250);

        service.withdraw(PREFIX);
        eventually(() -> assertThat(heard(SpeakerEvent.BestWithdrawn.class))
                .containsExactly(new SpeakerEvent.BestWithdrawn(PREFIX, "nobody announces it any more")));
    }

    @Test
    void whatAnOwnerAnnouncedGoesWithItAndNothingElse() throws InterruptedException {
        BgpSpeaker router = listener(anybody().build());
        BgpSpeaker program = start(program(65001, towards(router).build()));
        IpPrefix other = IpPrefix.parse("203.0.113.0/24");
        program.announcements("another").announce(other, PLAIN);
        try (Announcements service = program.announcements("service")) {
            service.announce(PREFIX, PLAIN);
            eventually(() -> assertThat(router.explain(PREFIX)).isPresent());
        }
        eventually(() -> assertThat(router.explain(PREFIX)).isEmpty());
        assertThat(router.explain(other)).isPresent();
    }

    @Test
    void aPrefixOfTwoOwnersIsAnnouncedUntilTheLastOneWithdraws() throws InterruptedException {
        BgpSpeaker router = listener(anybody().build());
        BgpSpeaker program = start(program(65001, towards(router).build()));
        Announcements first = program.announcements("first");
        Announcements second = program.announcements("second");
        assertThat(first.announce(PREFIX, PLAIN.toBuilder().med(1).build())).isEmpty();
        assertThat(second.announce(PREFIX, PLAIN.toBuilder().med(2).build())).contains("first");
        eventually(() -> assertThat(med(router)).isEqualTo(1));
        first.withdraw(PREFIX);
        eventually(() -> assertThat(med(router)).isEqualTo(2));
        second.withdraw(PREFIX);
        eventually(() -> assertThat(router.explain(PREFIX)).isEmpty());
        eventually(() -> assertThat(heard(SpeakerEvent.BestWithdrawn.class)).hasSize(1));
    }

    private static int med(BgpSpeaker router) {
        return router.lookup(IpAddress.parse("198.51.100.9"))
                .map(route -> route.path().received().med())
                .orElse(-1);
    }

    @Test
    void closingTwiceIsClosingOnceAndNoThreadIsLeft() throws InterruptedException {
        BgpSpeaker router = listener(anybody().build());
        BgpSpeaker program = start(program(65001, towards(router).build()));
        CountDownLatch completed = new CountDownLatch(1);
        List<SpeakerEvent> own = new CopyOnWriteArrayList<>();
        program.events().subscribe(new Whole(own, completed));
        eventually(() -> assertThat(own).anyMatch(SpeakerEvent.SessionUp.class::isInstance));
        program.close();
        program.close();
        router.close();
        assertThat(completed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(own).as("the last news before the end").anyMatch(SpeakerEvent.SessionDown.class::isInstance);
        eventually(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                // the last one is Netty's, and ends by itself when it has been idle for a second
                .noneMatch(name -> name.startsWith("routing-")
                        || name.startsWith("espalier-")
                        || name.startsWith("globalEventExecutor")));
        assertThatThrownBy(program::peers)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the speaker is closed");
        Announcements late = program.announcements("late");
        assertThatThrownBy(() -> late.announce(PREFIX, PLAIN)).isInstanceOf(IllegalStateException.class);
        late.close();
    }

    /** Hears all there is, and the end. */
    private record Whole(List<SpeakerEvent> events, CountDownLatch completed) implements Flow.Subscriber<SpeakerEvent> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(SpeakerEvent event) {
            events.add(event);
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onComplete() {
            completed.countDown();
        }
    }

    @Test
    void questionsThatMeetTheEndAreAnsweredOrRefusedAtOnce() throws InterruptedException {
        for (int round = 0; round < 5; round++) {
            BgpSpeaker program = start(program(65001));
            List<Throwable> wrong = new CopyOnWriteArrayList<>();
            List<Thread> askers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                askers.add(Thread.ofVirtual().start(() -> {
                    try {
                        while (true) {
                            program.peers();
                        }
                    } catch (IllegalStateException closed) {
                        if (!"the speaker is closed".equals(closed.getMessage())) {
                            wrong.add(closed);
                        }
                    }
                }));
            }
            program.close();
            for (Thread asker : askers) {
                asker.join(5_000);
                assertThat(asker.isAlive()).as("an asker hangs").isFalse();
            }
            assertThat(wrong).isEmpty();
        }
    }

    @Test
    void aSubscriberThatBlocksHoldsUpNeitherRoutesNorOthersAndHearsHowMuchItMissed() throws InterruptedException {
        BgpSpeaker router =
                BgpSpeaker.builder(router(anybody().build())).eventBuffer(8).start();
        speakers.add(router);
        List<SpeakerEvent> slow = new CopyOnWriteArrayList<>();
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        router.onEvent(event -> {
            slow.add(event);
            blocked.countDown();
            awaitQuietly(released);
        });
        BgpSpeaker program = start(program(65001, towards(router).build()));
        assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
        Announcements service = program.announcements("service");
        for (int i = 0; i < 100; i++) {
            service.announce(IpPrefix.parse("198.51.100." + i + "/32"), PLAIN);
        }
        eventually(() -> assertThat(router.locRib(PREFIX)).hasSize(100));
        released.countDown();
        eventually(() -> assertThat(slow).anyMatch(SpeakerEvent.Missed.class::isInstance));
        long kept = slow.stream()
                .takeWhile(event -> !(event instanceof SpeakerEvent.Missed)) // there may be room again after it
                .filter(event -> event instanceof SpeakerEvent.BestChanged)
                .count();
        assertThat(kept).isLessThanOrEqualTo(8);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anAnnouncementThatAPeerIsNotToldIsAnEventWithTheReason() throws InterruptedException {
        BgpSpeaker router = listener(anybody().build());
        // an external peer without an export policy (RFC 8212)
        BgpSpeaker program =
                start(program(65002, towards(router).exportPolicy(null).build()));
        List<SpeakerEvent> events = new CopyOnWriteArrayList<>();
        program.onEvent(events::add);
        Announcements service = program.announcements("service");
        service.announce(PREFIX, PLAIN); // before or after the session comes up
        eventually(() -> assertThat(refusals(events)).isNotEmpty());
        SpeakerEvent.AnnouncementRefused refused = refusals(events).getFirst();
        assertThat(refused.prefix()).isEqualTo(PREFIX);
        assertThat(refused.owner()).isEqualTo("service");
        assertThat(refused.peer()).isEqualTo("router");
        assertThat(refused.because()).contains("no export policy").contains("RFC 8212");

        program.reconfigure(program(
                        65002,
                        towards(router).exportPolicy(Policies.rejectAll()).build())
                .build());
        eventually(() -> assertThat(refusals(events).getLast().because()).contains("reject-all"));

        program.reconfigure(
                program(65002, towards(router).nextHopUnchanged(true).build()).build());
        eventually(() -> assertThat(router.explain(PREFIX)).isPresent());
    }

    private static List<SpeakerEvent.AnnouncementRefused> refusals(List<SpeakerEvent> events) {
        return events.stream()
                .filter(SpeakerEvent.AnnouncementRefused.class::isInstance)
                .map(SpeakerEvent.AnnouncementRefused.class::cast)
                .toList();
    }

    @Test
    void anAnnouncementThatIsNotTheBestPathSaysSo() throws InterruptedException {
        BgpSpeaker router = listener(anybody().build());
        BgpSpeaker program = start(program(65001, towards(router).build()));
        router.announcements("router")
                .announce(PREFIX, PLAIN.toBuilder().localPref(500).build());
        eventually(() -> assertThat(program.explain(PREFIX)).isPresent());
        List<SpeakerEvent> events = new CopyOnWriteArrayList<>();
        program.onEvent(events::add);
        program.announcements("service").announce(PREFIX, PLAIN);
        eventually(() -> assertThat(refusals(events)).isNotEmpty());
        assertThat(refusals(events).getFirst().peer()).isNull();
        assertThat(refusals(events).getFirst().because())
                .contains("not the best")
                .containsIgnoringCase("local");
    }

    @Test
    void aRouteForNamedPeersReachesNobodyElse() throws InterruptedException {
        BgpSpeaker chosen = listener(anybody().build());
        BgpSpeaker other = BgpSpeaker.start(SpeakerConfig.builder(new Asn(65001), Ipv4Address.parse("10.0.0.3"))
                .listen(List.of(IpAddress.parse("127.0.0.3")))
                .port(0)
                .peers(List.of(anybody().build()))
                .build());
        speakers.add(other);
        PeerConfig second = towards(other)
                .name("other")
                .remote(new PeerConfig.Remote.Address(IpAddress.parse("127.0.0.3"), null))
                .build();
        BgpSpeaker program = start(program(65001, towards(chosen).build(), second));
        Announcements service = program.announcements("service");
        IpPrefix forAll = IpPrefix.parse("203.0.113.0/24");
        service.announce(forAll, PLAIN);
        eventually(() -> assertThat(other.explain(forAll)).isPresent());
        eventually(() -> assertThat(chosen.explain(forAll)).isPresent());
        service.announce(PREFIX, PLAIN, List.of("router"));
        eventually(() -> assertThat(chosen.explain(PREFIX)).isPresent());
        service.announce(forAll, PLAIN.toBuilder().med(5).build());
        eventually(() -> assertThat(other.explain(forAll)
                        .orElseThrow()
                        .paths()
                        .getFirst()
                        .received()
                        .med())
                .isEqualTo(5));
        assertThat(other.explain(PREFIX)).isEmpty();
        assertThat(program.explain(PREFIX).orElseThrow().told())
                .filteredOn(told -> told.peer().equals("other"))
                .singleElement()
                .satisfies(told -> assertThat(told.because()).contains("names other peers"));
    }

    @Test
    void theTablesShowWhatAPeerSentAlsoWhereThePolicyRefusedIt() throws InterruptedException {
        BgpSpeaker router =
                listener(anybody().importPolicy(Policies.rejectAll()).build());
        BgpSpeaker program = start(program(65001, towards(router).build()));
        program.announcements("service").announce(PREFIX, PLAIN);
        eventually(() ->
                assertThat(router.adjRibIn("anybody", IpPrefix.DEFAULT_IPV4)).isNotEmpty());
        Route refused =
                router.adjRibIn("anybody", IpPrefix.DEFAULT_IPV4).toList().getFirst();
        assertThat(refused.prefix()).isEqualTo(PREFIX);
        assertThat(refused.path().role()).isEqualTo(PrefixSnapshot.Role.REFUSED);
        assertThat(refused.path().because()).contains("reject-all");
        assertThat(router.locRib(IpPrefix.DEFAULT_IPV4)).isEmpty();
        assertThat(program.locRib(IpPrefix.DEFAULT_IPV4))
                .singleElement()
                .satisfies(own -> assertThat(own.path().because()).endsWith("it is our own, announced for service"));
        assertThat(router.lookup(IpAddress.parse("198.51.100.1"))).isEmpty();
    }

    @Test
    void aCompiledPolicyJudgesAnnouncementsAndIsNamedInTheReason() throws InterruptedException {
        IpPrefix held = IpPrefix.parse("203.0.113.0/24");
        BgpSpeaker router = listener(anybody().build());
        BgpSpeaker program =
                start(program(65001, towards(router).exportPolicy(allBut(held)).build()));
        List<SpeakerEvent> events = new CopyOnWriteArrayList<>();
        program.onEvent(events::add);
        Announcements service = program.announcements("service");
        service.announce(held, PLAIN);
        service.announce(PREFIX, PLAIN);
        eventually(() -> assertThat(refusals(events)).isNotEmpty());
        assertThat(refusals(events)).allSatisfy(refused -> {
            assertThat(refused.prefix()).isEqualTo(held);
            assertThat(refused.because()).contains("'export'").contains("'held-back'");
        });
        awaitRoute();
        assertThat(med(router)).isEqualTo(77);
        assertThat(router.explain(held)).isEmpty();
    }

    /** A policy that rejects one prefix and sets the MED of all others. */
    private static Policy allBut(IpPrefix held) {
        DefinedSet.PrefixSet set =
                new DefinedSet.PrefixSet("held", List.of(new PrefixRange(held, held.length(), held.length())));
        PolicyDefinition definition = new PolicyDefinition(
                "export",
                List.of(
                        new Statement(
                                "held-back",
                                List.of(new Condition.MatchPrefixSet("held", MatchSetOptions.ANY)),
                                List.of(),
                                PolicyResult.REJECT),
                        new Statement(
                                "mark",
                                List.of(),
                                List.of(new Action.SetMed(Action.MedChange.SET, 77)),
                                PolicyResult.ACCEPT)),
                DefaultAction.REJECT);
        return switch (PolicyCompiler.compile(List.of(definition), List.of(set))) {
            case PolicyCompiler.Compiled compiled -> compiled.policies().get("export");
            case PolicyCompiler.Refused refused -> throw new AssertionError(refused.errors());
        };
    }

    @Test
    void aNeighbourFromARangeNeedsItsPassword() throws InterruptedException {
        BgpSpeaker router = listener(withPassword(anybody(), "right").build());
        BgpSpeaker wrong =
                start(program(65001, withPassword(towards(router), "wrong").build()));
        BgpSpeaker right = start(
                program(65001, withPassword(towards(router), "right").build()).routerId(Ipv4Address.parse("10.0.0.4")));
        eventually(() -> assertThat(heard(SpeakerEvent.SessionUp.class)).isNotEmpty());
        assertThat(right.peers().getFirst().routes()).isNotEmpty();
        assertThat(wrong.peers().getFirst().routes()).isEmpty();
    }

    private static PeerConfig.Builder withPassword(PeerConfig.Builder peer, String password) {
        return peer.session(
                peer.build().session().toBuilder().password(Secret.of(password)).build());
    }

    @Test
    void aPortInUseIsNamedAndNothingIsLeftRunning() throws InterruptedException {
        BgpSpeaker router = listener(anybody().build());
        int port = router.ports().getFirst();
        SpeakerConfig same = router(anybody().build()).toBuilder().port(port).build();
        assertThatThrownBy(() -> BgpSpeaker.start(same))
                .isInstanceOf(Transport.TransportException.class)
                .hasMessageContaining("127.0.0.1")
                .hasMessageContaining(Integer.toString(port));
        eventually(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .filteredOn(name -> name.startsWith("routing-"))
                .hasSize(1));
    }

    @Test
    void wrongConfigurationsAreRefusedWithWhatToDo() {
        PeerConfig fine = anybody().build();
        refused("two peers are called 'anybody'", router(fine).toBuilder().peers(List.of(fine, fine)));
        refused("listens nowhere: set listen", router(fine).toBuilder().listen(List.of()));
        refused("the router id is 0.0.0.0", router(fine).toBuilder().routerId(Ipv4Address.UNSPECIFIED));
        PeerConfig hasty = fine.toBuilder()
                .session(fine.session().toBuilder().holdSeconds(2).build())
                .build();
        refused("it must be 0, or at least 3", router(hasty).toBuilder());
        SpeakerConfig.Origination forNobody = new SpeakerConfig.Origination(PLAIN, List.of("nobody"), false, "a test");
        refused("which is not configured", router(fine).toBuilder().originated(Map.of(PREFIX, forNobody)));
    }

    private static void refused(String because, SpeakerConfig.Builder config) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BgpSpeaker.start(config.build()))
                .withMessageContaining(because);
    }

    @Test
    void wrongArgumentsAreRefusedWithWhatToDoAndChangeNothing() {
        BgpSpeaker program = start(program(65001));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program.announcements(" "))
                .withMessageContaining("give a name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program.announcements("the configuration"))
                .withMessageContaining("cannot own");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program.announcements("redistribution"))
                .withMessageContaining("cannot own");
        Redistribute statics = new Redistribute(InstallProtocol.STATIC, Policies.acceptAll(), false);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program.reconfigure(
                        program(65001).redistribute(List.of(statics)).build()))
                .withMessageContaining("give builder.links");
        ImportFrom other = new ImportFrom("red", Policies.acceptAll());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program.reconfigure(
                        program(65001).importFrom(List.of(other)).build()))
                .withMessageContaining("leave it empty");
        Announcements service = program.announcements("service");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.announce(IpPrefix.parse("224.0.0.0/24"), PLAIN))
                .withMessageContaining("multicast");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.announce(IpPrefix.parse("2001:db8::/32"), PLAIN))
                .withMessageContaining("not of the family");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.announce(PREFIX, PLAIN, List.of("nobody")))
                .withMessageContaining("'nobody', which is not configured; the peers are []");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.announce(PREFIX, PLAIN, List.of()))
                .withMessageContaining("no peer at all");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program.adjRibIn("nobody", IpPrefix.DEFAULT_IPV4))
                .withMessageContaining("not configured");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BgpSpeaker.builder(program(65001).build()).eventBuffer(0))
                .withMessageContaining("1 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program.reconfigure(
                        program(65001).instance(new RoutingInstance("red", 10)).build()))
                .withMessageContaining("start another one for 'red'");
        assertThat(program.locRib(IpPrefix.DEFAULT_IPV4)).isEmpty();
    }
}
