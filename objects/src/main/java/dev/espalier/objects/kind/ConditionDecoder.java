package dev.espalier.objects.kind;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.objects.document.Value;
import dev.espalier.policy.Condition;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.policy.MatchSetOptions;
import dev.espalier.policy.RouteType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Makes the conditions of a statement, in a fixed order: all must hold, so their order means nothing. */
final class ConditionDecoder {

    /** The name of a set, and how to compare with it. */
    private record SetReference(String set, MatchSetOptions options) {
        static SetReference decode(Fields fields) {
            return new SetReference(
                    fields.required("set", Decoders.TEXT, "-"),
                    fields.optional("matchSetOptions", OPTIONS, MatchSetOptions.ANY));
        }
    }

    private static final Decoder<MatchSetOptions> OPTIONS = Decoders.choice(
            Map.of("any", MatchSetOptions.ANY, "all", MatchSetOptions.ALL, "invert", MatchSetOptions.INVERT));

    private static final Decoder<SetReference> SET_IN_FULL = Decoders.object(SetReference::decode);

    /** The name alone means {@code any}. */
    private static final Decoder<SetReference> SET = (value, context) -> {
        if (value instanceof Value.Mapping) {
            return SET_IN_FULL.decode(value, context);
        }
        String name = Decoders.TEXT.decode(value, context);
        return name == null ? null : new SetReference(name, MatchSetOptions.ANY);
    };

    private static final Decoder<Condition.Comparison> OPERATOR = Decoders.choice(
            Map.of("eq", Condition.Comparison.EQ, "ge", Condition.Comparison.GE, "le", Condition.Comparison.LE));

    private static final Decoder<RouteType> ROUTE_TYPE = Decoders.choice(
            Map.of("internal", RouteType.INTERNAL, "external", RouteType.EXTERNAL, "local", RouteType.LOCAL));

    private static final Decoder<InstallProtocol> SOURCE = Decoders.choice(Map.of(
            "ebgp", InstallProtocol.EBGP,
            "ibgp", InstallProtocol.IBGP,
            "local", InstallProtocol.LOCAL,
            "leaked", InstallProtocol.LEAKED,
            "connected", InstallProtocol.CONNECTED,
            "static", InstallProtocol.STATIC,
            "kernel", InstallProtocol.KERNEL));

    /** A block, or one address. */
    static final Decoder<IpPrefix> ADDRESS_OR_PREFIX = Decoders.parsed(
            "an IP address or a prefix",
            text -> text.indexOf('/') >= 0
                    ? IpPrefix.parse(text)
                    : IpAddress.parse(text).toPrefix());

    private final Fields fields;
    private final List<Condition> conditions = new ArrayList<>();

    private ConditionDecoder(Fields fields) {
        this.fields = fields;
    }

    static List<Condition> decode(Fields fields) {
        ConditionDecoder decoder = new ConditionDecoder(fields);
        decoder.sets();
        decoder.values();
        return decoder.conditions;
    }

    private void sets() {
        set("matchPrefixSet", Condition.MatchPrefixSet::new);
        set("matchNeighborSet", Condition.MatchNeighborSet::new);
        set("matchCommunitySet", Condition.MatchCommunitySet::new);
        set("matchExtCommunitySet", Condition.MatchExtCommunitySet::new);
        set("matchLargeCommunitySet", Condition.MatchLargeCommunitySet::new);
        set("matchAsPathSet", Condition.MatchAsPathSet::new);
    }

    private void values() {
        value("asPathLength", Decoders.object(ConditionDecoder::asPathLength), length -> length);
        value("medEq", Words.UNSIGNED_32, Condition.MedEq::new);
        value("localPrefEq", Words.UNSIGNED_32, Condition.LocalPrefEq::new);
        value("originEq", Words.ORIGIN, Condition.OriginEq::new);
        value("routeType", ROUTE_TYPE, Condition.RouteTypeEq::new);
        value("nextHopIn", Decoders.someOf(ADDRESS_OR_PREFIX), Condition.NextHopIn::new);
        value("afiSafiIn", Words.FAMILIES, families -> {
            Set<AddressFamily> addresses = new LinkedHashSet<>();
            families.forEach(family -> addresses.add(family.addresses()));
            return new Condition.AfiSafiIn(addresses);
        });
        value("installProtocolEq", SOURCE, Condition.InstallProtocolEq::new);
        value("callPolicy", Decoders.TEXT, Condition.CallPolicy::new);
    }

    private void set(String name, BiFunction<String, MatchSetOptions, Condition> maker) {
        value(name, SET, reference -> maker.apply(reference.set, reference.options));
    }

    private <T> void value(String name, Decoder<T> decoder, Function<T, Condition> maker) {
        T value = fields.optional(name, decoder);
        if (value != null) {
            conditions.add(maker.apply(value));
        }
    }

    private static Condition asPathLength(Fields fields) {
        return new Condition.AsPathLength(
                fields.required("operator", OPERATOR, Condition.Comparison.EQ),
                fields.required("value", Words.UNSIGNED_32, 0L));
    }
}
