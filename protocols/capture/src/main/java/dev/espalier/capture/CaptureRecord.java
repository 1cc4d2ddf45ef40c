package dev.espalier.capture;

import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.PathAttributes;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that a recording says. Immutable, except that the octets of a message are not copied. */
public sealed interface CaptureRecord {

    /** Where it stands. */
    Place place();

    /**
     * A BGP message.
     *
     * @param place where it stands; for captured packets, the packet that completed it
     * @param peering between whom it was sent
     * @param octets the message from the first octet of its marker, not to be changed
     * @param options how it was read: what the recording says about the session, or the best guess
     * @param decoded what it says, or why it cannot be read
     */
    @SuppressWarnings("ArrayRecordComponent") // read once and dropped; nobody compares records
    record BgpMessageRecord(
            Place place, Peering peering, byte[] octets, SessionOptions options, MessageDecoder.Decoded decoded)
            implements CaptureRecord {}

    /**
     * A route in a dumped table.
     *
     * @param place where it stands
     * @param peer whom the route came from
     * @param prefix the prefix
     * @param safi 1 for unicast, 2 for multicast
     * @param pathId the path identifier (RFC 8050), unsigned; 0 without ADD-PATH
     * @param originated when the route was received
     * @param attributes its attributes
     * @param findings what was wrong with them; offsets count from the first octet of the entry's attributes
     */
    record RibEntry(
            Place place,
            Endpoint peer,
            IpPrefix prefix,
            int safi,
            int pathId,
            Instant originated,
            PathAttributes attributes,
            List<UpdateMessage.Finding> findings)
            implements CaptureRecord {
        /** Copies the list. */
        public RibEntry {
            findings = List.copyOf(findings);
        }
    }

    /**
     * A session went from one state to another (RFC 6396 section 4.4.1).
     *
     * @param place where it stands
     * @param peering the session
     * @param oldState the code of the state before, see {@link #stateName}
     * @param newState the code of the state after
     */
    record StateChange(Place place, Peering peering, int oldState, int newState) implements CaptureRecord {

        private static final List<String> NAMES =
                List.of("Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established");

        /** The name of a state of RFC 4271 by its code, 1 to 6; others are shown as numbers. */
        public static String stateName(int code) {
            return code >= 1 && code <= NAMES.size() ? NAMES.get(code - 1) : "state " + code;
        }
    }

    /**
     * A record that is sound as far as one can see, but of a kind that is not read here.
     *
     * @param place where it stands
     * @param reason a sentence for people
     */
    record Skipped(Place place, String reason) implements CaptureRecord {}

    /**
     * Something that could not be read. Reading goes on behind it.
     *
     * @param place where it stands
     * @param peering the session concerned, or null when it is about none
     * @param recordOffset where in the record, in octets from its beginning; -1 when it is not about one place
     * @param reason a sentence for people
     */
    record Problem(Place place, @Nullable Peering peering, int recordOffset, String reason) implements CaptureRecord {}
}
