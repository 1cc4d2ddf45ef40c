package dev.espalier.bgp.session;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.fsm.ConnectionId;
import dev.espalier.bgp.fsm.Effect;
import dev.espalier.bgp.fsm.FsmEvent;
import dev.espalier.bgp.fsm.FsmTimer;
import dev.espalier.bgp.fsm.Negotiation;
import dev.espalier.bgp.fsm.PeerFsm;
import dev.espalier.bgp.fsm.PeerState;
import dev.espalier.bgp.fsm.SessionState;
import dev.espalier.bgp.wire.Message;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Loop;
import dev.espalier.route.Transport.Acceptance;
import dev.espalier.route.Transport.ConnectOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One neighbour: lets {@link PeerFsm} decide, and does what it wants done, on one loop of the transport. Both connections of the
 * neighbour live on that loop; so nothing here needs a lock.
 */
final class PeerSession {

    private final SessionContext context;
    private final PeerConfig config;
    private final IpAddress remote;
    private final @Nullable String link;
    private final Loop loop;
    private final SessionObserver observer;
    private final RandomGenerator jitter;
    private final SessionReports reports;
    private final PathWatch path;
    private final PeerFsm fsm;
    private final SessionCounters counters = new SessionCounters();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Map<ConnectionId, PeerConnection> connections = new HashMap<>();
    private final Set<PeerConnection> open = new HashSet<>();
    private final Deque<FsmEvent> events = new ArrayDeque<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private boolean handling;
    private boolean stopping;
    private PeerState state = PeerState.INITIAL;
    private final Map<FsmTimer.OfNeighbor, Loop.Timer> timers = new HashMap<>();
    private @Nullable SessionChannel channel;
    private volatile Snapshot snapshot;

    /** What changes seldom and others may see. */
    private record Snapshot(
            PeerState state,
            long since,
            @Nullable Negotiated negotiated,
            @Nullable String lastDown,
            @Nullable String lastError,
            boolean quiet) {}

    /**
     * A stopped session.
     *
     * @param config what is configured for it
     * @param remote where it is; for a dynamic neighbour, where it came from
     * @param label what events call it
     * @param source where it came from, if from a range; null for a configured one
     * @param loop one of the transport's
     * @param observer hears of its sessions, on that loop
     * @param jitter draws what RFC 4271 section 10 wants drawn; for this session alone
     */
    PeerSession(
            SessionContext context,
            PeerConfig config,
            PeerConfig.Remote.Address remote,
            String label,
            DynamicNeighbor.@Nullable Source source,
            Loop loop,
            SessionObserver observer,
            RandomGenerator jitter) {
        this.context = context;
        this.config = config;
        this.remote = remote.address();
        this.link = remote.link();
        this.loop = loop;
        this.observer = observer;
        this.jitter = jitter;
        this.reports = new SessionReports(context, label, remote.address());
        this.path = new PathWatch(
                context, config, remote, source, loop, report -> handle(new FsmEvent.PathChanged(report)));
        this.fsm = new PeerFsm(context.local(), config);
        this.snapshot = new Snapshot(state, loop.now(), null, null, null, true);
    }

    // ---- from any thread ----

    /** Begins; the first attempt to connect waits for so many ns. */
    void start(long delayNanos) {
        loop.execute(() -> {
            handle(new FsmEvent.Start(delayNanos));
            path.started();
        });
    }

    /** Connects although that is left to the neighbour, after so many ns, until a session is up or {@link #await}. */
    void seek(long delayNanos) {
        loop.execute(() -> handle(new FsmEvent.Seek(delayNanos)));
    }

    /** Leaves it to the neighbour again to connect. */
    void await() {
        loop.execute(() -> handle(new FsmEvent.Await()));
    }

    /** The path to the neighbour is to be watched otherwise, or not at all; the session goes on. */
    void watchPath(PeerConfig.@Nullable Bfd bfd) {
        loop.execute(() -> path.configure(bfd));
    }

    /**
     * Ends it for good.
     *
     * @param notification null to leave without a word
     * @return done when every connection is closed
     */
    CompletionStage<Void> stop(Message.@Nullable Notification notification, String reason) {
        loop.execute(() -> {
            stopping = true;
            path.stopped();
            handle(new FsmEvent.Stop(notification, reason));
            completeStop();
        });
        return stopped;
    }

    /** Ends a long pause, because what it was for has been configured anew. */
    void resume() {
        loop.execute(() -> handle(new FsmEvent.Resume()));
    }

    /** A home for a connection that the neighbour has opened. */
    Acceptance accept() {
        ConnectionId id = new ConnectionId(ConnectionId.Side.INCOMING, accepted.incrementAndGet());
        PeerConfig.Session session = config.session();
        return new Acceptance(loop, new PeerConnection(this, loop, id, counters), session.ttl(), session.minimumTtl());
    }

    SessionStatus status() {
        Snapshot shown = snapshot;
        return new SessionStatus(
                shown.state.state(),
                shown.since,
                shown.negotiated,
                shown.lastDown,
                shown.lastError,
                counters.established.intValue(),
                counters.messagesReceived.sum(),
                counters.messagesSent.sum(),
                counters.updatesReceived.sum(),
                counters.updatesSent.sum(),
                counters.findings.sum());
    }

    /** How often the session has come up. */
    int establishedCount() {
        return counters.established.intValue();
    }

    /** Whether the session is established. */
    boolean established() {
        return snapshot.state.session() != null;
    }

    /** Whether there is no connection and no attempt or pause before one. */
    boolean quiet() {
        return snapshot.quiet;
    }

    Loop loop() {
        return loop;
    }

    SessionReports reports() {
        return reports;
    }

    SessionObserver observer() {
        return observer;
    }

    // ---- on the loop ----

    /** Takes an event now, or after the one being dealt with. */
    void handle(FsmEvent event) {
        events.add(event);
        if (handling) {
            return;
        }
        handling = true;
        try {
            for (FsmEvent next = events.poll(); next != null; next = events.poll()) {
                PeerFsm.Step step = fsm.step(state, next, loop.now());
                state = step.state();
                step.effects().forEach(this::perform);
            }
        } finally {
            handling = false;
        }
        publish();
    }

    void connectionOpened(PeerConnection connection) {
        connections.put(connection.id(), connection);
        open.add(connection);
    }

    void connectionClosed(PeerConnection connection) {
        connections.remove(connection.id());
        open.remove(connection);
        completeStop();
    }

    private void completeStop() {
        if (stopping && open.isEmpty()) {
            stopped.complete(null);
        }
    }

    private void publish() {
        Snapshot before = snapshot;
        Negotiated negotiated = state.session() == null ? null : state.session().negotiated();
        String lastDown = reports.lastDown();
        String lastError = reports.lastError();
        if (state.equals(before.state)
                && Objects.equals(lastDown, before.lastDown)
                && Objects.equals(lastError, before.lastError)) {
            return;
        }
        SessionState now = state.state();
        long since = now == before.state.state() ? before.since : loop.now();
        snapshot = new Snapshot(state, since, negotiated, lastDown, lastError, state.quiet());
        if (state.quiet() && !before.quiet) {
            context.onQuiet().accept(this);
        }
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Connect connect -> connect(connect.connection());
            case Effect.Park park -> on(park.connection(), PeerConnection::park);
            case Effect.SendOpen open -> on(open.connection(), this::sendOpen);
            case Effect.Send send -> on(send.connection(), connection -> connection.send(send.message()));
            case Effect.Close close -> on(close.connection(), connection -> connection.drop(true));
            case Effect.Abort abort -> on(abort.connection(), this::abort);
            case Effect.Arm arm -> arm(arm);
            case Effect.Cancel cancel -> cancel(cancel.timer());
            case Effect.Agreed agreed ->
                on(
                        agreed.connection(),
                        connection -> connection.agreed(agreed.negotiated().options()));
            case Effect.Established established ->
                on(established.connection(), connection -> established(connection, established.negotiated()));
            case Effect.Closed closed -> closed(closed.closed());
            case Effect.Failed failed -> reports.failed(failed);
        }
    }

    /** Writing may find a connection lost; what else was to be done with it is then void, and the machine hears of it next. */
    private void on(ConnectionId id, Consumer<PeerConnection> action) {
        PeerConnection connection = connections.get(id);
        if (connection != null) {
            action.accept(connection);
        }
    }

    private void connect(ConnectionId id) {
        PeerConnection connection = new PeerConnection(this, loop, id, counters);
        connections.put(id, connection);
        PeerConfig.Session session = config.session();
        ConnectOptions options = new ConnectOptions(
                remote,
                session.port(),
                session.source(),
                // A link within a VRF is the narrower of the two, and belongs to it.
                link == null ? context.device() : link,
                session.password(),
                session.ttl(),
                session.minimumTtl());
        context.transport().connect(options, loop, connection);
    }

    private void sendOpen(PeerConnection connection) {
        connection.unpark();
        connection.send(Negotiation.open(context.local(), config, context.restart()));
    }

    private void abort(PeerConnection connection) {
        connection.drop(false);
        if (!open.contains(connection)) {
            connections.remove(connection.id());
        }
    }

    private void arm(Effect.Arm arm) {
        long range = arm.longest() - arm.shortest();
        long nanos = range == 0 ? arm.shortest() : arm.shortest() + jitter.nextLong(range + 1);
        switch (arm.timer()) {
            case FsmTimer.OfNeighbor timer -> {
                cancel(timer);
                timers.put(timer, loop.schedule(nanos, () -> handle(new FsmEvent.Expired(timer))));
            }
            case FsmTimer.Hold timer -> on(timer.connection(), connection -> connection.armHold(nanos));
            case FsmTimer.SendHold timer -> on(timer.connection(), connection -> connection.armSendHold(nanos));
            case FsmTimer.Keepalive timer -> on(timer.connection(), connection -> connection.armKeepalive(nanos));
        }
    }

    private void cancel(FsmTimer which) {
        switch (which) {
            case FsmTimer.OfNeighbor timer -> {
                Loop.Timer running = timers.remove(timer);
                if (running != null) {
                    running.cancel();
                }
            }
            case FsmTimer.Hold timer -> on(timer.connection(), PeerConnection::cancelHold);
            case FsmTimer.SendHold timer -> on(timer.connection(), PeerConnection::cancelSendHold);
            case FsmTimer.Keepalive timer -> on(timer.connection(), PeerConnection::cancelKeepalive);
        }
    }

    private void established(PeerConnection connection, Negotiated negotiated) {
        counters.established.increment();
        SessionChannel up = connection.establish(negotiated);
        channel = up;
        reports.established(negotiated);
        observer.established(up);
        path.established(negotiated);
    }

    private void closed(SessionObserver.Closed closed) {
        SessionChannel down = channel;
        channel = null;
        if (down != null) {
            down.close();
            observer.closed(down, closed); // before it is told: packets may be lost until then
        }
        reports.closed(closed);
        if (!stopping) {
            path.closed();
        }
    }
}
