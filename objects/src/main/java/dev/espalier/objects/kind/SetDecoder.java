package dev.espalier.objects.kind;

import dev.espalier.net.IpPrefix;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.objects.document.Value;
import dev.espalier.policy.DefinedSet;
import dev.espalier.policy.PrefixRange;
import java.util.List;
import java.util.function.Function;

/** Makes the sets that policies name. Patterns are kept as text; they are read when policies are compiled. */
final class SetDecoder {

    private static final Decoder<PrefixRange> RANGE_IN_FULL = Decoders.object(SetDecoder::range);

    /** A prefix alone, which means exactly itself, or with the lengths that match. */
    private static final Decoder<PrefixRange> RANGE = (value, context) -> {
        if (value instanceof Value.Mapping) {
            return RANGE_IN_FULL.decode(value, context);
        }
        IpPrefix prefix = Words.PREFIX.decode(value, context);
        return prefix == null ? null : PrefixRange.exact(prefix);
    };

    private SetDecoder() {}

    private static PrefixRange range(Fields fields) {
        IpPrefix prefix = fields.required("prefix", Words.PREFIX, IpPrefix.DEFAULT_IPV6); // every range fits it
        return fields.optional(
                "masklengthRange",
                Decoders.parsed("exact, or two lengths like 16..24", text -> PrefixRange.of(prefix, text)),
                PrefixRange.exact(prefix));
    }

    static Decoder<DefinedSet> prefixes(String name) {
        return Decoders.object(fields ->
                new DefinedSet.PrefixSet(name, fields.required("prefixes", Decoders.listOf(RANGE), List.of())));
    }

    static Decoder<DefinedSet> neighbors(String name) {
        return Decoders.object(fields -> new DefinedSet.NeighborSet(
                name, fields.required("addresses", Decoders.listOf(ConditionDecoder.ADDRESS_OR_PREFIX), List.of())));
    }

    /** A set whose members are text. */
    static Decoder<DefinedSet> members(Function<List<String>, DefinedSet> maker) {
        return Decoders.object(
                fields -> maker.apply(fields.required("members", Decoders.listOf(Decoders.TEXT), List.of())));
    }
}
