package dev.espalier.bgp.wire;

import dev.espalier.bgp.wire.UpdateMessage.Announcement;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AttributeType;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one UPDATE (RFC 4271 section 4.3) and decides as RFC 7606 says what becomes of it. The rule behind all others:
 * as long as every prefix in the message can be told, the session stays.
 */
final class UpdateDecoder {

    static final int MIN_LENGTH = 23;

    private static final int WITHDRAWN_LENGTH_AT = 19;
    private static final int WITHDRAWN_AT = 21;
    private static final byte[] NOTHING = new byte[0];

    private final byte[] octets;
    private final int from;
    private final int to;
    private final SessionOptions options;
    private final UpdateProblems problems = new UpdateProblems();

    /** For the message in {@code [from, to)}, at least {@link #MIN_LENGTH} octets, whose header has been checked. */
    UpdateDecoder(byte[] octets, int from, int to, SessionOptions options) {
        this.octets = octets;
        this.from = from;
        this.to = to;
        this.options = options;
    }

    UpdateMessage decode() throws MalformedMessageException {
        int withdrawnAt = from + WITHDRAWN_AT;
        int withdrawnEnd = withdrawnAt + Octets.u16(octets, from + WITHDRAWN_LENGTH_AT);
        requireWithin(withdrawnEnd + 2, WITHDRAWN_LENGTH_AT, "Withdrawn Routes Length");
        int attributesAt = withdrawnEnd + 2;
        int attributesEnd = attributesAt + Octets.u16(octets, withdrawnEnd);
        requireWithin(attributesEnd, withdrawnEnd - from, "Total Path Attribute Length");

        Nlri withdrawn = field(withdrawnAt, withdrawnEnd, "Withdrawn Routes");
        Nlri announced = field(attributesEnd, to, "NLRI");
        AttributeReader attributes = new AttributeReader(octets, from, attributesAt, attributesEnd, options, problems);
        attributes.read();
        decideAboutErrors(attributes, attributesEnd);
        if (to - from == MIN_LENGTH) {
            return emptyUpdate();
        }
        boolean fieldsEmpty = withdrawnAt == withdrawnEnd && attributesEnd == to;
        return new UpdateMessage(
                withdrawals(withdrawn, announced, attributes),
                problems.isTreatAsWithdraw() ? List.of() : announcements(announced, attributes),
                fieldsEmpty ? endOfRib(attributes) : null,
                problems.findings());
    }

    /** RFC 7606 section 3 b: when the parts of the message cannot be told from each other, nothing can be saved. */
    private void requireWithin(int end, int offset, String field) throws MalformedMessageException {
        if (end > to) {
            throw new MalformedMessageException(
                    ErrorCode.UPDATE_MESSAGE,
                    ErrorCode.UPDATE_MALFORMED_ATTRIBUTE_LIST,
                    NOTHING,
                    offset,
                    field + " goes beyond the end of the message");
        }
    }

    /** The prefixes in one of the two fields that only IPv4 unicast has; null when that was not agreed on. */
    private @Nullable Nlri field(int start, int end, String name) throws MalformedMessageException {
        if (!options.families().contains(Family.IPV4_UNICAST)) {
            if (start < end) {
                problems.discard(
                        0,
                        start - from,
                        name + " has prefixes of ipv4-unicast, which was not agreed on: they are ignored");
            }
            return null;
        }
        boolean addPath = options.addPathReceive().contains(Family.IPV4_UNICAST);
        int fault = NlriCheck.fault(octets, start, end, Family.IPV4_UNICAST, addPath);
        if (fault >= 0) {
            throw new MalformedMessageException(
                    ErrorCode.UPDATE_MESSAGE,
                    ErrorCode.UPDATE_INVALID_NETWORK_FIELD,
                    NOTHING,
                    fault - from,
                    name + ": " + NlriCheck.describe(octets, fault, end, Family.IPV4_UNICAST, addPath)
                            + " (RFC 7606 section 5.3)");
        }
        return new Nlri(Family.IPV4_UNICAST, start == end ? NOTHING : Arrays.copyOfRange(octets, start, end), addPath);
    }

    private void decideAboutErrors(AttributeReader attributes, int nlriAt) throws MalformedMessageException {
        boolean reachable = nlriAt < to || attributes.hasReachable();
        if (reachable && !problems.isTreatAsWithdraw()) {
            requireMandatory(attributes, nlriAt);
        }
        MalformedMessageException reset = problems.insteadOfWithdrawal();
        if (reset != null && !reachable && !attributes.hasOnlyUnreach()) {
            // RFC 7606 section 5.2: there may be prefixes that we cannot see, so we cannot withdraw them
            throw reset;
        }
    }

    /**
     * RFC 7606 sections 3 d and 7.3. NEXT_HOP belongs to the NLRI field and means nothing without it (RFC 4760 section
     * 3).
     */
    private void requireMandatory(AttributeReader attributes, int nlriAt) {
        requirePresent(attributes, AttributeType.ORIGIN, nlriAt);
        requirePresent(attributes, AttributeType.AS_PATH, nlriAt);
        if (nlriAt == to) {
            return;
        }
        requirePresent(attributes, AttributeType.NEXT_HOP, nlriAt);
        Ipv4Address nextHop = attributes.nextHop();
        if (nextHop != null && !MultiprotocolReader.isUsable(nextHop)) {
            String reason = "NEXT_HOP " + nextHop + " is not the address of a host (RFC 4271 section 6.3)";
            treatAsWithdraw(
                    AttributeType.NEXT_HOP, ErrorCode.UPDATE_INVALID_NEXT_HOP, nextHop.toBytes(), nlriAt, reason);
        }
    }

    private void requirePresent(AttributeReader attributes, int type, int nlriAt) {
        if (!attributes.has(type)) {
            String reason = AttributeNames.of(type) + " is missing (RFC 7606 section 3 d)";
            byte[] data = {(byte) type};
            treatAsWithdraw(type, ErrorCode.UPDATE_MISSING_WELL_KNOWN_ATTRIBUTE, data, nlriAt, reason);
        }
    }

    private void treatAsWithdraw(int type, int subcode, byte[] data, int at, String reason) {
        problems.treatAsWithdraw(
                type,
                at - from,
                new MalformedMessageException(ErrorCode.UPDATE_MESSAGE, subcode, data, at - from, reason));
    }

    // ---- the result

    private List<Nlri> withdrawals(@Nullable Nlri withdrawn, @Nullable Nlri announced, AttributeReader attributes) {
        List<Nlri> all = new ArrayList<>(4);
        addUnlessEmpty(all, withdrawn);
        addUnlessEmpty(all, attributes.unreach());
        if (problems.isTreatAsWithdraw()) {
            addUnlessEmpty(all, announced);
            MultiprotocolReader.Reach reach = attributes.reach();
            addUnlessEmpty(all, reach == null ? null : reach.nlri());
        }
        return all;
    }

    private static void addUnlessEmpty(List<Nlri> all, @Nullable Nlri nlri) {
        if (nlri != null && !nlri.isEmpty()) {
            all.add(nlri);
        }
    }

    private static List<Announcement> announcements(@Nullable Nlri announced, AttributeReader attributes) {
        MultiprotocolReader.Reach reach = attributes.reach();
        boolean hasField = announced != null && !announced.isEmpty();
        boolean hasReach = reach != null && !reach.nlri().isEmpty();
        if (!hasField && !hasReach) {
            return List.of();
        }
        byte[] canonical = attributes.toCanonical();
        List<Announcement> all = new ArrayList<>(2);
        if (announced != null && hasField) {
            all.add(new Announcement(PathAttributes.ofCanonical(canonical, attributes.nextHop(), null), announced));
        }
        if (reach != null && hasReach) {
            PathAttributes withNextHop = PathAttributes.ofCanonical(canonical, reach.nextHop(), reach.linkLocal());
            all.add(new Announcement(withNextHop, reach.nlri()));
        }
        return all;
    }

    /** RFC 4724 section 2: an UPDATE without anything ends the initial routes of IPv4 unicast. */
    private UpdateMessage emptyUpdate() {
        boolean agreed = options.families().contains(Family.IPV4_UNICAST);
        if (!agreed) {
            problems.discard(0, 0, "End-of-RIB of ipv4-unicast, which was not agreed on, is ignored");
        }
        return new UpdateMessage(List.of(), List.of(), agreed ? Family.IPV4_UNICAST : null, problems.findings());
    }

    /**
     * RFC 4724 section 2: MP_UNREACH_NLRI without prefixes, and nothing else. Further attributes make it something
     * else, even if all of them were discarded.
     */
    private @Nullable Family endOfRib(AttributeReader attributes) {
        Nlri unreach = attributes.unreach();
        boolean nothingElse = attributes.hasOnlyUnreach() && !problems.isTreatAsWithdraw();
        return nothingElse && unreach != null && unreach.isEmpty() ? unreach.family() : null;
    }
}
