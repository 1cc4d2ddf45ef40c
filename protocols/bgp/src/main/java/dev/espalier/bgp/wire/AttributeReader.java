package dev.espalier.bgp.wire;

import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AttributeType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the path attributes of one UPDATE and checks each as RFC 7606 sections 3, 4 and 7 say. What is kept is in
 * canonical form; what is not is a finding.
 */
final class AttributeReader {

    private final SessionOptions options;
    private final UpdateProblems problems;
    private final AttributeCursor attribute;
    private final MultiprotocolReader multiprotocol;
    private final int limit;
    private final AttributeBlock block;
    private final FourOctetAsMerge oldSpeaker;

    /** One bit for each type seen. */
    private final long[] seen = new long[4];

    private int count;
    private @Nullable Ipv4Address nextHop;
    private MultiprotocolReader.@Nullable Reach reach;
    private @Nullable Nlri unreach;

    /** For the attributes in {@code [from, to)} of the message that begins at {@code marker}. */
    AttributeReader(byte[] octets, int marker, int from, int to, SessionOptions options, UpdateProblems problems) {
        this.options = options;
        this.problems = problems;
        attribute = new AttributeCursor(octets, marker, from);
        multiprotocol = new MultiprotocolReader(options, problems);
        limit = to;
        block = new AttributeBlock(to - from);
        oldSpeaker = new FourOctetAsMerge(problems);
    }

    // ---- what was read

    /** Whether an attribute of this type was there, be it malformed. */
    boolean has(int type) {
        return (seen[type >>> 6] & 1L << type) != 0;
    }

    /** Whether MP_UNREACH_NLRI is the only attribute. */
    boolean hasOnlyUnreach() {
        return count == 1 && has(AttributeType.MP_UNREACH_NLRI);
    }

    /** NEXT_HOP; null when it was not there or malformed. */
    @Nullable
    Ipv4Address nextHop() {
        return nextHop;
    }

    /** MP_REACH_NLRI; null when it was not there or its family was not agreed on. */
    MultiprotocolReader.@Nullable Reach reach() {
        return reach;
    }

    /** MP_UNREACH_NLRI, likewise. */
    @Nullable
    Nlri unreach() {
        return unreach;
    }

    /**
     * Whether MP_REACH_NLRI has prefixes. One of a family not agreed on, whose prefixes cannot be read, counts: it is
     * where the message says what is reachable.
     */
    boolean hasReachable() {
        return reach == null ? has(AttributeType.MP_REACH_NLRI) : !reach.nlri().isEmpty();
    }

    /** The other attributes, in the canonical form of {@link dev.espalier.route.PathAttributes}. */
    byte[] toCanonical() {
        return block.toCanonical();
    }

    // ---- reading

    /** Reads all of them. */
    void read() throws MalformedMessageException {
        while (attribute.end() < limit) {
            if (!attribute.hasHeader(limit)) {
                String reason = "after the last attribute " + (limit - attribute.end())
                        + " octets are left, too few for another (RFC 7606 section 4)";
                problems.treatAsWithdraw(0, attribute.nextOffset(), malformedList(attribute.nextOffset(), reason));
                break;
            }
            attribute.next();
            count++;
            if (attribute.end() > limit) {
                overrun();
                break;
            }
            dispatch();
        }
        if (!options.fourOctetAs()) {
            oldSpeaker.addTo(block);
        }
    }

    /**
     * RFC 7606 section 4: Total Attribute Length is believed, so the prefixes after the attributes can still be told.
     */
    private void overrun() throws MalformedMessageException {
        String reason = name() + " has " + attribute.length() + " octets by its length, but only "
                + (limit - attribute.value()) + " are left (RFC 7606 section 4)";
        MalformedMessageException error = malformedList(attribute.offset(), reason);
        if (isMultiprotocol(attribute.type())) {
            throw error; // its prefixes cannot be told: section 3 j
        }
        problems.treatAsWithdraw(attribute.type(), attribute.offset(), error);
    }

    private static MalformedMessageException malformedList(int offset, String reason) {
        return new MalformedMessageException(
                ErrorCode.UPDATE_MESSAGE, ErrorCode.UPDATE_MALFORMED_ATTRIBUTE_LIST, new byte[0], offset, reason);
    }

    private static boolean isMultiprotocol(int type) {
        return type == AttributeType.MP_REACH_NLRI || type == AttributeType.MP_UNREACH_NLRI;
    }

    private void dispatch() throws MalformedMessageException {
        int type = attribute.type();
        if (has(type)) {
            // RFC 7606 section 3 g
            if (isMultiprotocol(type)) {
                throw malformedList(attribute.offset(), name() + " is there twice");
            }
            discard("is there again; the first one counts");
            return;
        }
        seen[type >>> 6] |= 1L << type;
        if (isNotForUs(type)) {
            return;
        }
        int required = AttributeType.requiredFlags(type);
        int flags = attribute.flags() & (AttributeType.OPTIONAL | AttributeType.TRANSITIVE);
        if (required < 0) {
            unknown(flags);
        } else if (flags != required) {
            wrongFlags(flags, required);
        } else {
            known(type);
        }
    }

    /** Attributes that this peer should not have sent are dropped whatever is in them. */
    private boolean isNotForUs(int type) {
        switch (type) {
            case AttributeType.LOCAL_PREF, AttributeType.ORIGINATOR_ID, AttributeType.CLUSTER_LIST -> {
                if (!options.internal()) {
                    discard("comes from an external peer and is ignored (RFC 7606 sections 7.5, 7.9, 7.10)");
                    return true;
                }
            }
            case AttributeType.AS4_PATH, AttributeType.AS4_AGGREGATOR -> {
                if (options.fourOctetAs()) {
                    discard("comes from a speaker of four-octet AS numbers and is ignored (RFC 6793 section 6)");
                    return true;
                }
            }
            default -> {}
        }
        return false;
    }

    private void unknown(int flags) {
        switch (flags) {
            case AttributeType.OPTIONAL | AttributeType.TRANSITIVE ->
                keep(flags | AttributeType.PARTIAL); // RFC 4271 section 5: passed on, marked as not understood here
            case AttributeType.OPTIONAL -> {} // quietly ignored, same section
            default ->
                // RFC 4271 section 6.3 had a reset (subcode 2). All well-known types are known to us, so what is
                // wrong is the flag that says "well-known": flags in conflict with the type, RFC 7606 section 3 c.
                treatAsWithdraw(
                        ErrorCode.UPDATE_UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE,
                        "claims to be well-known, but is not known (RFC 7606 section 3 c)");
        }
    }

    private void wrongFlags(int flags, int required) throws MalformedMessageException {
        String reason = "has the flags " + Integer.toHexString(flags) + " instead of " + Integer.toHexString(required);
        if (isMultiprotocol(attribute.type())) {
            throw attribute.error(
                    ErrorCode.UPDATE_OPTIONAL_ATTRIBUTE, name() + " " + reason + " (RFC 7606 section 5.3)");
        }
        treatAsWithdraw(ErrorCode.UPDATE_ATTRIBUTE_FLAGS, reason + " (RFC 7606 section 3 c)");
    }

    /** RFC 7606 section 7, in its order, then the attributes of later RFCs. */
    private void known(int type) throws MalformedMessageException {
        switch (type) {
            case AttributeType.ORIGIN -> origin();
            case AttributeType.AS_PATH -> asPath();
            case AttributeType.NEXT_HOP -> readNextHop();
            case AttributeType.MULTI_EXIT_DISC,
                    AttributeType.LOCAL_PREF,
                    AttributeType.ORIGINATOR_ID,
                    AttributeType.OTC -> {
                if (hasLength(4)) {
                    keepKnown();
                }
            }
            case AttributeType.ATOMIC_AGGREGATE -> {
                if (attribute.length() == 0) {
                    keepKnown();
                } else {
                    discard("has " + attribute.length() + " octets instead of none (RFC 7606 section 7.6)");
                }
            }
            case AttributeType.AGGREGATOR -> aggregator();
            case AttributeType.COMMUNITIES -> communities(4);
            case AttributeType.EXTENDED_COMMUNITIES -> communities(8);
            case AttributeType.LARGE_COMMUNITIES -> communities(12);
            case AttributeType.CLUSTER_LIST -> {
                if (hasMultipleOf(4)) {
                    keepKnown();
                }
            }
            case AttributeType.MP_REACH_NLRI -> reach = multiprotocol.reach(attribute);
            case AttributeType.MP_UNREACH_NLRI -> unreach = multiprotocol.unreach(attribute);
            case AttributeType.AS4_PATH -> oldSpeaker.as4Path(attribute);
            case AttributeType.AS4_AGGREGATOR -> oldSpeaker.as4Aggregator(attribute);
            default -> throw new AssertionError("no check for " + name());
        }
    }

    private void origin() {
        if (!hasLength(1)) {
            return;
        }
        int origin = attribute.octets()[attribute.value()] & 0xFF;
        if (origin > 2) {
            treatAsWithdraw(ErrorCode.UPDATE_INVALID_ORIGIN, "cannot be " + origin + " (RFC 7606 section 7.1)");
            return;
        }
        keepKnown();
    }

    private void asPath() {
        int asSize = options.fourOctetAs() ? 4 : 2;
        // We are in no confederation. An internal peer may be in one, with our AS as its member AS.
        String fault =
                AsPathCodec.fault(attribute.octets(), attribute.value(), attribute.end(), asSize, options.internal());
        if (fault != null) {
            String reason = "AS_PATH " + fault + " (RFC 7606 section 7.2)";
            problems.treatAsWithdraw(
                    AttributeType.AS_PATH,
                    attribute.offset(),
                    attribute.errorWithoutData(ErrorCode.UPDATE_MALFORMED_AS_PATH, reason));
        } else if (options.fourOctetAs()) {
            keepKnown();
        } else {
            oldSpeaker.asPath(attribute);
        }
    }

    private void readNextHop() {
        if (hasLength(4)) {
            nextHop = Ipv4Address.ofBytes(attribute.octets(), attribute.value());
        }
    }

    private void aggregator() {
        int asSize = options.fourOctetAs() ? 4 : 2;
        if (attribute.length() != asSize + 4) {
            discard("has " + attribute.length() + " octets instead of " + (asSize + 4) + " (RFC 7606 section 7.7)");
            return;
        }
        byte[] octets = attribute.octets();
        int asn = asSize == 4 ? Octets.i32(octets, attribute.value()) : Octets.u16(octets, attribute.value());
        if (asn == 0) {
            discard("names AS 0 and is ignored (RFC 7607)");
        } else if (asSize == 4) {
            keepKnown();
        } else {
            oldSpeaker.aggregator(attribute);
        }
    }

    private void communities(int size) {
        if (!hasMultipleOf(size)) {
            return;
        }
        byte[] octets = attribute.octets();
        if (CommunitySet.isCanonical(octets, attribute.value(), attribute.end(), size)) {
            keepKnown();
            return;
        }
        byte[] sorted = CommunitySet.canonical(octets, attribute.value(), attribute.end(), size);
        block.add(knownFlags(), attribute.type(), sorted, 0, sorted.length);
    }

    private boolean hasLength(int expected) {
        if (attribute.length() == expected) {
            return true;
        }
        treatAsWithdraw(
                ErrorCode.UPDATE_ATTRIBUTE_LENGTH, "has " + attribute.length() + " octets instead of " + expected);
        return false;
    }

    /** Only AS_PATH and ATOMIC_AGGREGATE may be empty (RFC 7606 section 4). */
    private boolean hasMultipleOf(int size) {
        if (attribute.length() > 0 && attribute.length() % size == 0) {
            return true;
        }
        treatAsWithdraw(
                ErrorCode.UPDATE_ATTRIBUTE_LENGTH,
                "has " + attribute.length() + " octets, which is not a multiple of " + size + " above zero");
        return false;
    }

    // ---- keeping and not keeping

    /** The flags are the type's own, but a PARTIAL once set must stay (RFC 4271 section 5). */
    private int knownFlags() {
        int required = AttributeType.requiredFlags(attribute.type());
        boolean mayBePartial = required == (AttributeType.OPTIONAL | AttributeType.TRANSITIVE);
        return mayBePartial ? required | attribute.flags() & AttributeType.PARTIAL : required;
    }

    private void keepKnown() {
        keep(knownFlags());
    }

    private void keep(int flags) {
        block.add(flags, attribute.type(), attribute.octets(), attribute.value(), attribute.length());
    }

    private void discard(String what) {
        problems.discard(attribute.type(), attribute.offset(), name() + " " + what);
    }

    private void treatAsWithdraw(int subcode, String what) {
        problems.treatAsWithdraw(attribute.type(), attribute.offset(), attribute.error(subcode, name() + " " + what));
    }

    private String name() {
        return AttributeNames.of(attribute.type());
    }
}
