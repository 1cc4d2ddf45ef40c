package dev.espalier.bfd.engine;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bfd.fsm.BfdEffect;
import dev.espalier.bfd.fsm.BfdEvent;
import dev.espalier.bfd.fsm.BfdFsm;
import dev.espalier.bfd.fsm.SessionVariables;
import dev.espalier.bfd.wire.ControlPacket;
import dev.espalier.bfd.wire.State;
import dev.espalier.route.Loop;
import dev.espalier.route.Transport.TransportException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One session: lets {@link BfdFsm} decide, and does what it wants done. On the loop of the sessions only. */
final class Session {

    /** The first packet goes out within a quarter of a second, not after a whole one. */
    private static final long HEAD_START_NANOS = TimeUnit.MILLISECONDS.toNanos(750);

    private final SessionContext context;
    private final SessionKey key;
    private final SourceSocket source;
    private final Map<Object, Use> uses = new LinkedHashMap<>();
    private SessionVariables variables;
    private BfdEffect.Pace pace = new BfdEffect.Pace(0, 0);
    private long lastSent;
    private Loop.@Nullable Timer transmitTimer;
    private Loop.@Nullable Timer detectionTimer;
    private long detectionTimerAt;
    private long detectionDeadline;
    private long since;
    private String reason = "the peer has not been heard";
    private @Nullable String lastDown;
    private @Nullable String sendingProblem;
    private @Nullable String receivingProblem;
    private int timesUp;
    private long received;
    private long sent;

    /** Somebody who uses the session, and how it would like it to be held. */
    record Use(User user, BfdProfile profile, SessionObserver observer) {}

    Session(SessionContext context, SessionKey key, BfdProfile profile, int discriminator) {
        this.context = context;
        this.key = key;
        this.source = new SourceSocket(context, key);
        this.variables = SessionVariables.created(profile, discriminator);
        this.since = context.loop().now();
        this.lastSent = since - HEAD_START_NANOS;
    }

    SessionKey key() {
        return key;
    }

    SessionVariables variables() {
        return variables;
    }

    // ---- who uses it

    /** Somebody uses it, or uses it otherwise than before; an observer that is new hears at once how it stands. */
    void use(Object who, Use use) {
        boolean first = uses.isEmpty();
        Use former = uses.put(who, use);
        reconfigure();
        if (first) {
            handle(new BfdEvent.Enable());
        }
        if (former == null) {
            use.observer().changed(update(false));
        }
    }

    /** Somebody does not use it any more. @return whether nobody does */
    boolean leave(Object who) {
        uses.remove(who);
        if (!uses.isEmpty()) {
            reconfigure();
        }
        return uses.isEmpty();
    }

    @Nullable
    Use use(Object who) {
        return uses.get(who);
    }

    boolean used() {
        return !uses.isEmpty();
    }

    private void reconfigure() {
        BfdProfile wanted = uses.values().stream()
                .map(Use::profile)
                .reduce(BfdProfile::strictest)
                .orElseThrow();
        BfdProfile known = variables.pending() == null ? variables.profile() : variables.pending();
        if (!wanted.equals(known)) {
            handle(new BfdEvent.Reconfigure(wanted));
        }
    }

    // ---- what happens

    void received(ControlPacket packet) {
        received++;
        handle(new BfdEvent.Received(packet));
    }

    void handle(BfdEvent event) {
        BfdFsm.Step step = BfdFsm.step(variables, event);
        variables = step.state();
        step.effects().forEach(this::perform);
    }

    private void perform(BfdEffect effect) {
        switch (effect) {
            case BfdEffect.Send send -> send(send.packet());
            case BfdEffect.Pace wanted -> {
                pace = wanted;
                scheduleTransmit();
            }
            case BfdEffect.Detect detect -> detectWithin(detect.nanos());
            case BfdEffect.Changed changed -> changed(changed);
        }
    }

    private void send(ControlPacket packet) {
        lastSent = context.loop().now();
        try {
            source.send(packet.octets());
            sent++;
            sendingProblem(null);
        } catch (TransportException refused) {
            sendingProblem(String.valueOf(refused.getMessage()));
        }
    }

    private void scheduleTransmit() {
        if (transmitTimer != null) {
            transmitTimer.cancel();
            transmitTimer = null;
        }
        if (pace.longest() > 0) {
            long interval = context.random().nextLong(pace.shortest(), pace.longest() + 1);
            long delay = lastSent + interval - context.loop().now();
            transmitTimer = context.loop().schedule(delay, this::transmitDue);
        }
    }

    private void transmitDue() {
        transmitTimer = null;
        handle(new BfdEvent.TransmitDue());
        scheduleTransmit();
    }

    /** The timer is not set anew for each packet: it looks at the deadline when it runs. */
    private void detectWithin(long nanos) {
        detectionDeadline = context.loop().now() + nanos;
        if (detectionTimer == null || detectionDeadline < detectionTimerAt) {
            armDetection();
        }
    }

    private void armDetection() {
        if (detectionTimer != null) {
            detectionTimer.cancel();
        }
        detectionTimerAt = detectionDeadline;
        detectionTimer =
                context.loop().schedule(detectionDeadline - context.loop().now(), this::detectionDue);
    }

    private void detectionDue() {
        detectionTimer = null;
        if (context.loop().now() < detectionDeadline) {
            armDetection();
        } else {
            handle(new BfdEvent.DetectionExpired());
        }
    }

    private void changed(BfdEffect.Changed changed) {
        since = context.loop().now();
        reason = changed.to() == State.UP ? "" : changed.reason();
        if (changed.to() == State.UP) {
            timesUp++;
            tell(false, "BFD session with " + key + " is up");
        } else if (changed.from() == State.UP) {
            lastDown = changed.reason();
            tell(changed.isFailure(), "BFD session with " + key + " went down: " + changed.reason());
        }
        notifyUsers(changed.isFailure());
    }

    private void tell(boolean warning, String message) {
        for (Use use : uses.values()) {
            if (warning) {
                context.events()
                        .warning(
                                "bfd.session.down",
                                use.user().instance(),
                                use.user().name(),
                                message);
            } else {
                String kind = variables.sessionState() == State.UP ? "bfd.session.up" : "bfd.session.down";
                context.events().info(kind, use.user().instance(), use.user().name(), message);
            }
        }
    }

    // ---- problems

    private void sendingProblem(@Nullable String problem) {
        if (!Objects.equals(sendingProblem, problem)) {
            sendingProblem = problem;
            notifyUsers(false);
        }
    }

    /** What keeps all sessions of this kind from hearing their peers; null when nothing does any more. */
    void receivingProblem(@Nullable String problem) {
        if (!Objects.equals(receivingProblem, problem)) {
            receivingProblem = problem;
            notifyUsers(false);
        }
    }

    private @Nullable String problem() {
        return receivingProblem != null ? receivingProblem : sendingProblem;
    }

    private void notifyUsers(boolean failed) {
        SessionObserver.Update update = update(failed);
        List.copyOf(uses.values()).forEach(use -> use.observer().changed(update));
    }

    private SessionObserver.Update update(boolean failed) {
        State state = variables.sessionState();
        String problem = problem();
        String why = state == State.UP ? "" : problem != null && !failed ? problem : reason;
        return new SessionObserver.Update(state, failed, why, variables.remote().controlPlaneIndependent());
    }

    SessionSnapshot snapshot() {
        return new SessionSnapshot(
                key,
                uses.values().stream().map(Use::user).toList(),
                variables,
                since,
                lastDown,
                problem(),
                source.port(),
                timesUp,
                received,
                sent);
    }

    /** Ends it without another word. */
    void close() {
        pace = new BfdEffect.Pace(0, 0);
        scheduleTransmit();
        if (detectionTimer != null) {
            detectionTimer.cancel();
        }
        source.close();
    }
}
