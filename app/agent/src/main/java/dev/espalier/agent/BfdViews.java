package dev.espalier.agent;

import dev.espalier.agent.api.BfdView;
import dev.espalier.bfd.engine.SessionSnapshot;
import dev.espalier.bfd.engine.User;
import dev.espalier.bfd.fsm.SessionVariables;
import dev.espalier.net.IpAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Turns what BFD says into what the API shows. Pure. */
final class BfdViews {

    private static final double MICROS_PER_MILLI = 1000;

    private BfdViews() {}

    static BfdView session(SessionSnapshot session, long nowNanos) {
        SessionVariables variables = session.variables();
        SessionVariables.Remote remote = variables.remote();
        boolean heard = remote.discriminator() != 0;
        IpAddress local = session.key().local();
        return new BfdView(
                session.key().peer().toString(),
                local == null ? null : local.toString(),
                session.key().link(),
                session.key().multihop(),
                session.users().stream().map(BfdViews::user).toList(),
                variables.sessionState().toString(),
                TimeUnit.NANOSECONDS.toSeconds(nowNanos - session.sinceNanos()),
                session.lastDown(),
                session.problem(),
                variables.localDiagnostic().toString(),
                variables.transmitInterval() / MICROS_PER_MILLI,
                heard ? variables.detectionTime() / MICROS_PER_MILLI : null,
                variables.profile().detectMultiplier(),
                variables.requiredMinReceive() / MICROS_PER_MILLI,
                variables.desiredMinTransmit() / MICROS_PER_MILLI,
                heard ? peer(remote) : null,
                Integer.toUnsignedLong(variables.localDiscriminator()),
                session.sourcePort(),
                session.timesUp(),
                session.received(),
                session.sent());
    }

    private static BfdView.Peer peer(SessionVariables.Remote remote) {
        return new BfdView.Peer(
                remote.state().toString(),
                remote.diagnostic().toString(),
                remote.detectMultiplier(),
                remote.minReceive() / MICROS_PER_MILLI,
                remote.desiredMinTransmit() / MICROS_PER_MILLI,
                Integer.toUnsignedLong(remote.discriminator()),
                remote.controlPlaneIndependent());
    }

    private static BfdView.User user(User user) {
        return new BfdView.User(user.instance().name(), user.name());
    }

    /** The session that watches the path to a neighbour; null when none does. */
    static @Nullable BfdView of(List<BfdView> sessions, String instance, String name, @Nullable IpAddress address) {
        BfdView.User user = new BfdView.User(instance, name);
        return sessions.stream()
                .filter(session -> session.users().contains(user)
                        && address != null
                        && session.peer().equals(address.toString()))
                .findFirst()
                .orElse(null);
    }
}
