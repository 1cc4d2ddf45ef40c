package dev.espalier.bfd.engine;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bfd.fsm.BfdEvent;
import dev.espalier.bfd.wire.ControlPacket;
import dev.espalier.bfd.wire.Discard;
import dev.espalier.bfd.wire.PacketDecoder;
import dev.espalier.route.Datagrams;
import dev.espalier.route.Datagrams.Datagram;
import dev.espalier.route.EventSink;
import dev.espalier.route.Loop;
import dev.espalier.route.RoutingInstance;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All BFD sessions of this host. A session exists while somebody {@linkplain #watch watches} it; several who watch the same path
 * share one. A packet finds its session by the discriminator that we gave it, or, while the peer does not know that, by where it
 * comes from (RFC 5880 section 6.3).
 *
 * <p>Public methods may be called by any thread; all else happens on the loop, which should be there for this alone: a detection
 * time may be as short as 10 ms.
 */
public final class BfdSessions {

    /** A farewell may be lost like any packet. */
    private static final int FAREWELLS = 3;
    /** RFC 5881 section 5: with less it has passed a router. */
    private static final int SINGLE_HOP_TTL = 255;

    private static final long REPORT_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final SessionContext context;
    private final ReceivingSockets sockets;
    private final Map<SessionKey, Session> sessions = new LinkedHashMap<>();
    private final Map<Integer, Session> byDiscriminator = new HashMap<>();
    private final EnumMap<Discard, Long> discards = new EnumMap<>(Discard.class);
    private final EnumMap<Discard, Long> reported = new EnumMap<>(Discard.class);
    private boolean closed;

    /**
     * No sessions yet.
     *
     * @param datagrams where sockets come from
     * @param loop the loop of these sockets
     * @param events who hears what happened
     * @param linkIndex the kernel's number for a link's name, or 0 where there is no such link
     * @param random where random numbers come from; used on the loop only
     */
    public BfdSessions(
            Datagrams datagrams, Loop loop, EventSink events, ToIntFunction<String> linkIndex, RandomGenerator random) {
        this.context = new SessionContext(datagrams, loop, events, linkIndex, random);
        this.sockets = new ReceivingSockets(context, this::received, this::problemsChanged);
    }

    /** Somebody's interest in a session. Any thread. */
    public interface Watch extends AutoCloseable {
        /** The session shall be held otherwise; it stays up meanwhile. */
        void profile(BfdProfile profile);

        /** The session is not needed any more; the observer hears nothing from then on, but for what is on its way. */
        @Override
        void close();
    }

    /**
     * Begins to watch a peer, with a session that is made if there is none.
     *
     * @param user who wants it, for people
     * @param observer hears of it, on the loop
     */
    public Watch watch(SessionKey key, User user, BfdProfile profile, SessionObserver observer) {
        Object who = new Object();
        context.loop().execute(() -> use(key, who, new Session.Use(user, profile, observer)));
        return new Watch() {
            @Override
            public void profile(BfdProfile changed) {
                context.loop().execute(() -> {
                    Session session = sessions.get(key);
                    if (session != null && session.use(who) != null) {
                        session.use(who, new Session.Use(user, changed, observer));
                    }
                });
            }

            @Override
            public void close() {
                context.loop().execute(() -> leave(key, who));
            }
        };
    }

    /** All sessions, in the order in which they were made. */
    public CompletableFuture<List<SessionSnapshot>> snapshots() {
        return ask(() -> sessions.values().stream().map(Session::snapshot).toList());
    }

    /** How many packets were discarded, and why. */
    public CompletableFuture<Map<Discard, Long>> discards() {
        return ask(() -> Map.copyOf(discards));
    }

    /**
     * Tells all peers that their sessions are taken down, so that they do not mistake it for a failure, and closes everything.
     *
     * @return done when they have been told
     */
    public CompletableFuture<Void> close() {
        return ask(() -> {
            closed = true;
            for (Session session : sessions.values()) {
                session.handle(new BfdEvent.Disable());
                for (int i = 1; i < FAREWELLS; i++) {
                    session.handle(new BfdEvent.TransmitDue());
                }
                session.close();
            }
            sessions.clear();
            byDiscriminator.clear();
            sockets.close();
            return null;
        });
    }

    private <T> CompletableFuture<T> ask(Supplier<@Nullable T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        context.loop().execute(() -> answer.complete(question.get()));
        return answer;
    }

    // ---- coming and going

    private void use(SessionKey key, Object who, Session.Use use) {
        if (closed) {
            return;
        }
        Session session = sessions.computeIfAbsent(key, absent -> create(key, use.profile()));
        session.use(who, use);
        sockets.need(key);
        session.receivingProblem(sockets.problem(key));
    }

    private Session create(SessionKey key, BfdProfile profile) {
        int discriminator;
        do {
            discriminator = context.random().nextInt();
        } while (discriminator == 0 || byDiscriminator.containsKey(discriminator));
        Session session = new Session(context, key, profile, discriminator);
        byDiscriminator.put(discriminator, session);
        return session;
    }

    private void leave(SessionKey key, Object who) {
        Session session = sessions.get(key);
        if (session == null || session.use(who) == null || !session.leave(who)) {
            return;
        }
        boolean heard = session.variables().remote().discriminator() != 0;
        session.handle(new BfdEvent.Disable());
        // RFC 5880 section 6.8.16: the peer is told for a detection time, or it would take our silence for a failure.
        long linger = heard
                ? TimeUnit.MICROSECONDS.toNanos(session.variables().profile().detectMultiplier()
                        * Math.max(
                                session.variables().desiredMinTransmit(),
                                session.variables().remote().minReceive()))
                : 0;
        context.loop().schedule(linger, () -> {
            if (!session.used() && sessions.remove(key, session)) {
                byDiscriminator.remove(session.variables().localDiscriminator());
                session.close();
            }
        });
    }

    private void problemsChanged() {
        sessions.values().forEach(session -> session.receivingProblem(sockets.problem(session.key())));
    }

    // ---- packets

    private void received(ReceivingSockets.Kind kind, Datagram datagram) {
        switch (PacketDecoder.decode(datagram.octets())) {
            case PacketDecoder.Verdict.Refused refused -> discard(refused.discard(), datagram);
            case PacketDecoder.Verdict.Read read -> take(kind, datagram, read.packet());
        }
    }

    private void take(ReceivingSockets.Kind kind, Datagram datagram, ControlPacket packet) {
        if (!kind.multihop() && datagram.ttl() != SINGLE_HOP_TTL) {
            discard(Discard.TTL, datagram);
            return;
        }
        boolean named = packet.yourDiscriminator() != 0;
        Session session = named ? byDiscriminator.get(packet.yourDiscriminator()) : expecting(kind, datagram);
        if (session == null) {
            discard(named ? Discard.UNKNOWN_DISCRIMINATOR : Discard.UNKNOWN_PEER, datagram);
        } else if (!isFrom(session.key(), kind, datagram)) {
            discard(Discard.WRONG_PEER, datagram);
        } else if (kind.multihop()
                && datagram.ttl() < session.variables().profile().minimumTtl()) {
            discard(Discard.TTL, datagram);
        } else {
            session.received(packet);
        }
    }

    /** The session that a peer means which does not know our discriminator yet; the more precisely configured one of several. */
    private @Nullable Session expecting(ReceivingSockets.Kind kind, Datagram datagram) {
        Session best = null;
        for (Session candidate : sessions.values()) {
            SessionKey key = candidate.key();
            boolean here = key.local() == null || key.local().equals(datagram.destination());
            if (here
                    && isFrom(key, kind, datagram)
                    && (best == null || best.key().local() == null)) {
                best = candidate;
            }
        }
        return best;
    }

    private boolean isFrom(SessionKey key, ReceivingSockets.Kind kind, Datagram datagram) {
        String link = key.link();
        return key.multihop() == kind.multihop()
                && key.peer().equals(datagram.source())
                && (link == null || context.linkIndex().applyAsInt(link) == datagram.link());
    }

    private void discard(Discard why, Datagram datagram) {
        discards.merge(why, 1L, Long::sum);
        long now = context.loop().now();
        Long last = reported.get(why);
        if (last == null || now - last >= REPORT_INTERVAL_NANOS) {
            reported.put(why, now);
            context.events()
                    .warning(
                            "bfd.packet.discarded",
                            RoutingInstance.DEFAULT,
                            datagram.source(),
                            "a BFD packet from " + datagram.source() + " was discarded: " + why.sentence()
                                    + " (further ones like it are only counted for a minute)");
        }
    }
}
