package dev.espalier.bgp.wire;

import dev.espalier.net.Asn;
import dev.espalier.route.AttributeType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an old speaker, which knows two-octet AS numbers only, says about the path and the aggregator: AS_PATH and
 * AGGREGATOR, and beside them AS4_PATH and AS4_AGGREGATOR that it passed on without understanding. They may come in any
 * order, so they are gathered first and then made into the AS_PATH and AGGREGATOR that the rest of Espalier knows (RFC
 * 6793 section 4.2.3).
 */
final class FourOctetAsMerge {

    private static final int MAX_VALUE = 0xFFFF;

    private final UpdateProblems problems;

    // All with four-octet AS numbers.
    private byte @Nullable [] path;
    private byte @Nullable [] as4Path;
    private byte @Nullable [] aggregator;
    private byte @Nullable [] as4Aggregator;
    private int aggregatorFlags;
    private int pathOffset;

    FourOctetAsMerge(UpdateProblems problems) {
        this.problems = problems;
    }

    /** Takes an AS_PATH that has been checked. */
    void asPath(AttributeCursor attribute) {
        path = AsPathCodec.widen(attribute.octets(), attribute.value(), attribute.end());
        pathOffset = attribute.offset();
    }

    /** Takes an AGGREGATOR that has been checked. */
    void aggregator(AttributeCursor attribute) {
        byte[] wide = new byte[8];
        System.arraycopy(attribute.octets(), attribute.value(), wide, 2, 6);
        aggregator = wide;
        aggregatorFlags =
                AttributeType.requiredFlags(AttributeType.AGGREGATOR) | attribute.flags() & AttributeType.PARTIAL;
    }

    /** Takes an AS4_PATH; a malformed one is ignored (RFC 6793 section 6). */
    void as4Path(AttributeCursor attribute) {
        byte[] value = Arrays.copyOfRange(attribute.octets(), attribute.value(), attribute.end());
        String fault = value.length == 0 ? "is empty" : AsPathCodec.fault(value, 0, value.length, 4, true);
        if (fault != null) {
            ignore(attribute, fault + " and is ignored");
            return;
        }
        byte[] kept = AsPathCodec.withoutConfederation(value);
        if (kept.length < value.length) {
            ignore(attribute, "has confederation segments, which are ignored");
        }
        if (kept.length > 0) {
            as4Path = kept;
        }
    }

    /** Takes an AS4_AGGREGATOR; a malformed one is ignored (RFC 6793 section 6, RFC 7607). */
    void as4Aggregator(AttributeCursor attribute) {
        if (attribute.length() != 8) {
            ignore(attribute, "has " + attribute.length() + " octets instead of 8 and is ignored");
        } else if (Octets.i32(attribute.octets(), attribute.value()) == 0) {
            ignore(attribute, "names AS 0 and is ignored (RFC 7607)");
        } else {
            as4Aggregator = Arrays.copyOfRange(attribute.octets(), attribute.value(), attribute.end());
        }
    }

    private void ignore(AttributeCursor attribute, String what) {
        problems.discard(
                attribute.type(),
                attribute.offset(),
                AttributeNames.of(attribute.type()) + " " + what + " (RFC 6793 section 6)");
    }

    /** Adds the resulting AS_PATH and AGGREGATOR. */
    void addTo(AttributeBlock block) {
        // An AGGREGATOR other than AS_TRANS beside AS4_AGGREGATOR was set by an old speaker that aggregated anew: what
        // was passed
        // on from before says nothing about the aggregate.
        boolean as4Ignored =
                aggregator != null && as4Aggregator != null && Octets.i32(aggregator, 0) != Asn.AS_TRANS.bits();
        if (path != null) {
            addPath(block, path, as4Ignored ? null : as4Path);
        }
        if (aggregator != null) {
            byte[] value = as4Ignored || as4Aggregator == null ? aggregator : as4Aggregator;
            block.add(aggregatorFlags, AttributeType.AGGREGATOR, value, 0, value.length);
        }
    }

    private void addPath(AttributeBlock block, byte[] narrow, byte @Nullable [] tail) {
        byte[] whole = tail == null ? narrow : AsPathCodec.merge(narrow, tail);
        if (whole.length > MAX_VALUE) {
            // Legal with two octets per AS in a message of RFC 8654, but no attribute can hold it with four.
            problems.treatAsWithdraw(
                    AttributeType.AS_PATH,
                    pathOffset,
                    new MalformedMessageException(
                            ErrorCode.UPDATE_MESSAGE,
                            ErrorCode.UPDATE_MALFORMED_AS_PATH,
                            new byte[0],
                            pathOffset,
                            "AS_PATH would have " + whole.length + " octets with four-octet AS numbers"));
            return;
        }
        block.add(AttributeType.TRANSITIVE, AttributeType.AS_PATH, whole, 0, whole.length);
    }
}
