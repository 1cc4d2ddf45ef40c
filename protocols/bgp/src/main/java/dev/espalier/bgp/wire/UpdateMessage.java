package dev.espalier.bgp.wire;

import dev.espalier.route.PathAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an UPDATE says, after RFC 7606 has had its word: a message whose attributes were malformed has already become a
 * withdrawal of everything it announced. Withdrawals are to be applied before announcements (a prefix in both is
 * announced).
 *
 * @param withdrawn what is no longer reachable, at most one block per family and source field
 * @param announced what is, with its attributes
 * @param endOfRib the family whose initial routes are now complete (RFC 4724 section 2), or null
 * @param findings what was wrong with the message, short of resetting the session; usually empty
 */
public record UpdateMessage(
        List<Nlri> withdrawn,
        List<Announcement> announced,
        @Nullable Family endOfRib,
        List<Finding> findings) {

    /** Copies the lists. */
    public UpdateMessage {
        withdrawn = List.copyOf(withdrawn);
        announced = List.copyOf(announced);
        findings = List.copyOf(findings);
    }

    /**
     * Prefixes that share attributes.
     *
     * @param attributes theirs, next hop included
     * @param nlri the prefixes
     */
    public record Announcement(PathAttributes attributes, Nlri nlri) {}

    /**
     * Something wrong in an UPDATE and what was done about it.
     *
     * @param treatment the verdict of RFC 7606
     * @param attributeType the type code of the attribute concerned; 0 when it is not about one
     * @param offset where in the message, in octets from the first octet of the marker
     * @param message a sentence for people
     */
    public record Finding(Treatment treatment, int attributeType, int offset, String message) {}

    /** What RFC 7606 section 2 has done about an error, from mild to severe; the most severe in a message wins. */
    public enum Treatment {
        /** Only the attribute was ignored. */
        ATTRIBUTE_DISCARD,
        /** The routes in the message are taken as withdrawn. */
        TREAT_AS_WITHDRAW,
        /** The session must be reset. */
        SESSION_RESET
    }
}
