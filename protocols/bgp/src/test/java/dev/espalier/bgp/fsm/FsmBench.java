package dev.espalier.bgp.fsm;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.fsm.ConnectionId.Side;
import dev.espalier.bgp.session.SessionObserver;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Message;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.Secret;
import dev.espalier.route.Transport.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Holds the state between the steps of one machine: we are 10.0.0.1 in AS 65001, the neighbour 10.0.0.2 in AS 65002. */
final class FsmBench {

    static final ConnectionId OUT = new ConnectionId(Side.OUTGOING, 1);
    static final ConnectionId IN = new ConnectionId(Side.INCOMING, 1);
    static final int RETRY_SECONDS = 5;

    private final List<Effect> seen = new ArrayList<>();
    private final LocalSpeaker local;
    private boolean passive;
    private boolean gracefulRestart;
    private @Nullable Secret password;
    private PeerState state = PeerState.INITIAL;
    private long now = TimeUnit.HOURS.toNanos(1);

    FsmBench() {
        this(new LocalSpeaker(new Asn(65001), Ipv4Address.parse("10.0.0.1")));
    }

    FsmBench(LocalSpeaker local) {
        this.local = local;
    }

    void passive() {
        passive = true;
    }

    void gracefulRestart() {
        gracefulRestart = true;
    }

    void password() {
        password = Secret.of("secret");
    }

    // ---- events ----

    List<Effect> step(FsmEvent event) {
        PeerFsm.Step step = new PeerFsm(local, config()).step(state, event, now);
        state = step.state();
        seen.addAll(step.effects());
        return step.effects();
    }

    List<Effect> start() {
        return step(new FsmEvent.Start());
    }

    List<Effect> opened(ConnectionId id) {
        return step(new FsmEvent.Opened(
                id,
                new Endpoint(Ipv4Address.parse("10.0.0.1"), 179, 0),
                new Endpoint(Ipv4Address.parse("10.0.0.2"), 40000, 0)));
    }

    List<Effect> receive(ConnectionId id, Message message) {
        return step(new FsmEvent.Received(id, message));
    }

    List<Effect> lose(ConnectionId id) {
        return step(new FsmEvent.Lost(id, null));
    }

    List<Effect> expire(FsmTimer timer) {
        return step(new FsmEvent.Expired(timer));
    }

    void pass(int seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    void outgoingUp() {
        ConnectionId id = outgoing();
        opened(id);
        receive(id, open(90));
        receive(id, new Message.Keepalive());
    }

    void incomingUp(Capability... capabilities) {
        opened(IN);
        receive(IN, open(90, capabilities));
        receive(IN, new Message.Keepalive());
    }

    /** Our connection succeeds, and what the neighbour says on it is refused. */
    void refuseOutgoing() {
        ConnectionId id = outgoing();
        opened(id);
        receive(id, openOf(65009));
    }

    ConnectionId outgoing() {
        return new ConnectionId(Side.OUTGOING, state.attempts());
    }

    Message.Open open(int holdTime, Capability... capabilities) {
        return new Message.Open(4, 65002, holdTime, Ipv4Address.parse("10.0.0.2"), List.of(capabilities));
    }

    Message.Open openOf(int asn) {
        return new Message.Open(4, asn, 90, Ipv4Address.parse("10.0.0.2"), List.of());
    }

    Message.Open openWithIdentifier(int asn, String routerId) {
        return new Message.Open(4, asn, 90, Ipv4Address.parse(routerId), List.of());
    }

    // ---- what came of it ----

    SessionState state() {
        return state.state();
    }

    PeerState peerState() {
        return state;
    }

    List<Effect> seen() {
        return seen;
    }

    Effect.Arm lastArm(FsmTimer timer) {
        return seen.stream()
                .filter(effect ->
                        effect instanceof Effect.Arm arm && arm.timer().equals(timer))
                .map(Effect.Arm.class::cast)
                .reduce((first, second) -> second)
                .orElseThrow(() -> new AssertionError(timer + " was never armed"));
    }

    /** For how many seconds, at most, the timer was last armed. */
    long armed(FsmTimer timer) {
        return TimeUnit.NANOSECONDS.toSeconds(lastArm(timer).longest());
    }

    static SessionObserver.Closed closed(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Closed.class::isInstance)
                .map(effect -> ((Effect.Closed) effect).closed())
                .findFirst()
                .orElseThrow(() -> new AssertionError("the session was not closed: " + effects));
    }

    static boolean isNotification(Effect effect) {
        return effect instanceof Effect.Send send && send.message() instanceof Message.Notification;
    }

    private PeerConfig config() {
        PeerConfig.Session session = PeerConfig.Session.USUAL.toBuilder()
                .passive(passive)
                .password(password)
                .connectRetrySeconds(RETRY_SECONDS)
                .gracefulRestart(gracefulRestart ? 120 : 0)
                .build();
        return PeerConfig.builder("neighbour", new PeerConfig.Remote.Address(Ipv4Address.parse("10.0.0.2"), null))
                .asn(new PeerConfig.RemoteAs.Exactly(new Asn(65002)))
                .session(session)
                .build();
    }
}
