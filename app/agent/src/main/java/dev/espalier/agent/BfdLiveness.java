package dev.espalier.agent;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.bfd.engine.BfdSessions;
import dev.espalier.bfd.engine.SessionKey;
import dev.espalier.bfd.engine.SessionObserver;
import dev.espalier.bfd.engine.User;
import dev.espalier.bfd.wire.State;
import dev.espalier.bgp.session.Liveness;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Lets BFD watch the paths that BGP depends on, as the profiles of the plan say. Any thread. */
final class BfdLiveness implements Liveness {

    private final BfdSessions sessions;
    private final IntFunction<String> linkName;
    private final Map<BfdSessions.Watch, String> watches = new HashMap<>();
    private Map<String, BfdProfile> profiles = Map.of();

    BfdLiveness(BfdSessions sessions, IntFunction<String> linkName) {
        this.sessions = sessions;
        this.linkName = linkName;
    }

    BfdSessions sessions() {
        return sessions;
    }

    /** Goes over to other profiles; sessions stay up. */
    synchronized void profiles(Map<String, BfdProfile> changed) {
        profiles = changed;
        watches.forEach((watch, name) -> watch.profile(profile(name)));
    }

    @Override
    public synchronized Watch watch(Target target, Observer observer) {
        SessionKey key = new SessionKey(target.remote(), target.local(), link(target), target.multihop());
        BfdSessions.Watch watch = sessions.watch(
                key,
                new User(target.instance(), target.name()),
                profile(target.profile()),
                update -> observer.changed(report(update)));
        watches.put(watch, target.profile());
        return new Watch() {
            @Override
            public void profile(String name) {
                change(watch, name);
            }

            @Override
            public void close() {
                end(watch);
            }
        };
    }

    private synchronized void change(BfdSessions.Watch watch, String profile) {
        if (watches.replace(watch, profile) != null) {
            watch.profile(profile(profile));
        }
    }

    private synchronized void end(BfdSessions.Watch watch) {
        watches.remove(watch);
        watch.close();
    }

    /** A peer whose profile has just been removed is about to hear that it has another, or none. */
    private BfdProfile profile(String name) {
        return profiles.getOrDefault(name, BfdProfile.USUAL);
    }

    private @Nullable String link(Target target) {
        return target.link() == null && target.linkIndex() != 0 ? linkName.apply(target.linkIndex()) : target.link();
    }

    private static Report report(SessionObserver.Update update) {
        Condition condition =
                update.state() == State.UP ? Condition.UP : update.failed() ? Condition.FAILED : Condition.NOT_UP;
        return new Report(condition, update.reason(), update.controlPlaneIndependent());
    }
}
