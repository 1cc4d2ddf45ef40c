package dev.espalier.bgp.engine;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;

/**
 * Hears what becomes of a speaker, for programs; what people read goes to the {@link dev.espalier.route.EventSink}. Called on the
 * speaker's loop, in the middle of its work: an implementation notes what it heard and returns at once. To look at the speaker it
 * waits for a task of its own.
 */
public interface SpeakerObserver {

    /** Hears nothing. */
    SpeakerObserver NONE = new SpeakerObserver() {
        @Override
        public void established(PeerConfig peer, IpAddress address, Negotiated negotiated) {}

        @Override
        public void closed(PeerConfig peer, IpAddress address, String because) {}

        @Override
        public boolean hearsRoutes() {
            return false;
        }

        @Override
        public void bestChanged(IpPrefix prefix) {}
    };

    /**
     * A session has come up.
     *
     * @param peer what is configured for it; that of the range where it came from one
     * @param address the neighbour's
     * @param negotiated what both ends agreed on
     */
    void established(PeerConfig peer, IpAddress address, Negotiated negotiated);

    /**
     * A session that was up has ended.
     *
     * @param peer as for {@link #established}
     * @param because a sentence for people
     */
    void closed(PeerConfig peer, IpAddress address, String because);

    /** Whether {@link #bestChanged} is of use: asked for each change, before the prefix is made an object. */
    boolean hearsRoutes();

    /** A prefix was decided, and its best path is another one now, the same with other attributes, or gone. */
    void bestChanged(IpPrefix prefix);
}
