package dev.espalier.bfd.engine;

import dev.espalier.bfd.wire.State;

/** Hears how a session stands, at once when it begins to watch and then at each change. Called on the loop of the sessions. */
@FunctionalInterface
public interface SessionObserver {

    /** The session has changed. */
    void changed(Update update);

    /**
     * How a session stands.
     *
     * @param state where it stands
     * @param failed whether at this moment it has left Up because the path has failed; not when somebody took it down
     * @param reason a sentence for people that says why it is not Up; empty when it is
     * @param controlPlaneIndependent whether the peer said last that its BFD survives a restart of its control plane
     */
    record Update(State state, boolean failed, String reason, boolean controlPlaneIndependent) {}
}
