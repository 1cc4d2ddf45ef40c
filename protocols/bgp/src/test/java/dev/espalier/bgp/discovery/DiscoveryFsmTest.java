package dev.espalier.bgp.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.discovery.DiscoveryFsm.Effect;
import dev.espalier.bgp.discovery.DiscoveryFsm.Event;
import dev.espalier.net.Ipv6Address;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DiscoveryFsmTest {

    private static final Ipv6Address ONE = Ipv6Address.parse("fe80::1");
    private static final Ipv6Address TWO = Ipv6Address.parse("fe80::2");
    private static final String MAC = "02:00:00:00:00:01";
    private static final String OTHER_MAC = "02:00:00:00:00:02";

    private DiscoveryState state = DiscoveryState.INITIAL;
    private long now = -5_000_000_000L; // a loop's clock may be anywhere

    private List<Effect> after(Event event) {
        DiscoveryFsm.Step step = DiscoveryFsm.step(state, event, now);
        state = step.state();
        return step.effects();
    }

    private List<Effect> heard(Ipv6Address source, String mac, int lifetime, boolean inUse) {
        return after(new Event.Heard(source, new RouterMessage.Advertisement(lifetime, mac), inUse));
    }

    private void pass(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    private static Effect wake(long seconds) {
        return new Effect.Wake(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void aLinkThatComesUpIsSolicitedAndToldAtOnceAndAgainQuicklyAtFirst() {
        assertThat(after(new Event.LinkUp())).containsExactly(new Effect.Solicit(), new Effect.Advertise(), wake(1));
        List<Effect> wakes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            pass(1);
            List<Effect> spoken = after(new Event.Due(false));
            assertThat(spoken).startsWith(new Effect.Solicit(), new Effect.Advertise());
            wakes.add(spoken.getLast());
        }
        assertThat(wakes).containsExactly(wake(1), wake(1), wake(1), wake(10), wake(10), wake(10));
    }

    @Test
    void nothingIsSolicitedOnceTheNeighborIsKnownButWeGoOnToAdvertise() {
        after(new Event.LinkUp());
        assertThat(heard(ONE, MAC, 0, false)).containsExactly(new Effect.Found(ONE));
        assertThat(heard(ONE, MAC, 0, false)).isEmpty();
        pass(1);
        assertThat(after(new Event.Due(false))).containsExactly(new Effect.Advertise(), wake(1));
    }

    @Test
    void aSolicitationIsAnsweredAtOnceButAtMostEverySecond() {
        after(new Event.LinkUp());
        Event asked = new Event.Heard(ONE, new RouterMessage.Solicitation(MAC), false);
        assertThat(after(asked)).containsExactly(wake(1));
        pass(1);
        assertThat(after(asked)).contains(new Effect.Advertise());
    }

    @Test
    void anAdvertisementFromNoLinkLocalAddressIsIgnored() { // RFC 4861 section 6.1.2
        after(new Event.LinkUp());
        assertThat(heard(Ipv6Address.parse("2001:db8::1"), MAC, 0, false)).isEmpty();
        assertThat(state.neighbor()).isNull();
    }

    @Test
    void anotherAddressOfTheSameHardwareReplacesTheNeighborAtOnceEvenInUse() {
        after(new Event.LinkUp());
        heard(ONE, MAC, 1800, false);
        assertThat(heard(TWO, MAC, 1800, true)).containsExactly(new Effect.Found(TWO));
    }

    @Test
    void aSecondRouterIsReportedOnceAndNotTaken() {
        after(new Event.LinkUp());
        heard(ONE, MAC, 1800, false);
        assertThat(heard(TWO, OTHER_MAC, 1800, true)).containsExactly(new Effect.Stranger(TWO, ONE));
        assertThat(heard(TWO, OTHER_MAC, 1800, true)).isEmpty();
        assertThat(state.neighbor().address()).isEqualTo(ONE);
    }

    @Test
    void hardwareThatDoesNotSayItsAddressIsNotTakenForTheSame() {
        after(new Event.LinkUp());
        heard(ONE, "", 0, false);
        assertThat(heard(TWO, "", 0, true)).containsExactly(new Effect.Stranger(TWO, ONE));
    }

    @Test
    void aSilentNeighborIsForgottenUnlessItsSessionIsUp() {
        after(new Event.LinkUp());
        heard(ONE, MAC, 1800, false);
        pass(30);
        assertThat(after(new Event.Due(true))).containsExactly(new Effect.Advertise(), wake(1));
        assertThat(after(new Event.Due(false)).getFirst())
                .isEqualTo(new Effect.Lost("fe80::1 has sent no router advertisement for 30 s"));
        assertThat(DiscoveryFsm.waitsFor(state, "eth1", true)).contains("fe80::1 on eth1 has fallen silent");
        assertThat(heard(TWO, OTHER_MAC, 0, false)).containsExactly(new Effect.Found(TWO));
    }

    @Test
    void aShorterLifetimeMakesANeighborSilentSooner() {
        after(new Event.LinkUp());
        heard(ONE, MAC, 3, false);
        pass(3);
        assertThat(heard(TWO, OTHER_MAC, 0, false)).containsExactly(new Effect.Found(TWO));
    }

    @Test
    void aLinkThatGoesDownTakesTheNeighborAlong() {
        after(new Event.LinkUp());
        heard(ONE, MAC, 0, true);
        assertThat(after(new Event.LinkDown()))
                .containsExactly(new Effect.Sleep(), new Effect.Lost("the link is down"));
        assertThat(heard(ONE, MAC, 0, false)).isEmpty();
        assertThat(after(new Event.Due(false))).isEmpty();
        assertThat(DiscoveryFsm.waitsFor(state, "eth1", true)).isEqualTo("link eth1 is down");
        assertThat(after(new Event.LinkUp())).contains(new Effect.Solicit());
    }

    @Test
    void whoWaitsIsToldWhatFor() {
        assertThat(DiscoveryFsm.waitsFor(state, "eth1", false)).contains("no link eth1");
        after(new Event.LinkUp());
        assertThat(DiscoveryFsm.waitsFor(state, "eth1", true)).startsWith("no router advertisement heard on eth1 yet:");
        heard(ONE, MAC, 0, false);
        assertThat(DiscoveryFsm.waitsFor(state, "eth1", true)).isNull();
    }
}
