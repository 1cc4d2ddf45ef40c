package dev.espalier.library;

import dev.espalier.bgp.engine.PrefixSnapshot;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Event;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a {@link BgpSpeaker}. Immutable; each reason is one sentence for people, the one by which the engine
 * acted.
 */
public sealed interface SpeakerEvent {

    /**
     * A session has come up.
     *
     * @param peer the name of the configured peer; that of the range where the neighbour came from one
     * @param address the neighbour's address
     * @param asn the neighbour's AS
     */
    record SessionUp(String peer, IpAddress address, Asn asn) implements SpeakerEvent {}

    /**
     * A session that was up has ended. Why one does not come up at all is told by a {@link Notice}.
     *
     * @param peer the name of the configured peer; that of the range where the neighbour came from one
     * @param address the neighbour's address
     * @param because the reason
     */
    record SessionDown(String peer, IpAddress address, String because) implements SpeakerEvent {}

    /**
     * A prefix has a best path that it did not have before, or the same with other attributes. Whoever is slow hears only of the
     * last of several changes of a prefix.
     *
     * @param prefix the prefix
     * @param path the best path: from whom, with which attributes as received and as accepted, and why it is the best
     */
    record BestChanged(IpPrefix prefix, PrefixSnapshot.Path path) implements SpeakerEvent {}

    /**
     * A prefix has no best path any more.
     *
     * @param prefix the prefix
     * @param because the reason
     */
    record BestWithdrawn(IpPrefix prefix, String because) implements SpeakerEvent {}

    /**
     * What the program announced is not told to a peer. Said when the announcement is made or changed, when the peer's session
     * comes up, and when the peers or policies are changed; only of peers whose session is up with the family.
     *
     * @param prefix the prefix
     * @param owner who announced it
     * @param peer the name of the peer that is not told; null when no peer is told this announcement because another path to the
     *     prefix is better
     * @param address the peer's address; null as for {@code peer}
     * @param because the reason, which names the policy where one decided; it may name an option as the daemon's configuration
     *     spells it, such as {@code spec.exportPolicy} for {@link dev.espalier.bgp.PeerConfig#exportPolicy}
     */
    record AnnouncementRefused(
            IpPrefix prefix,
            String owner,
            @Nullable String peer,
            @Nullable IpAddress address,
            String because) implements SpeakerEvent {}

    /**
     * Anything else that a person may want to know: why a session does not come up, what was wrong in a message, a limit reached,
     * a restart. The same as goes to the log.
     *
     * @param event what happened
     */
    record Notice(Event event) implements SpeakerEvent {}

    /**
     * At this place of the stream events were left out, because the subscriber was slower than they came and its buffer was full.
     * What is true now is to be read from the speaker, as after subscribing.
     *
     * @param count how many were left out, at least 1
     */
    record Missed(long count) implements SpeakerEvent {}
}
