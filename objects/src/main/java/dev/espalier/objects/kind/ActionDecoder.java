package dev.espalier.objects.kind;

import dev.espalier.net.IpAddress;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.policy.Action;
import dev.espalier.policy.Action.SetCommunityOption;
import dev.espalier.route.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes the actions of a statement, in a fixed order. Each changes another attribute, so their order means nothing, but for one:
 * the link bandwidth is an extended community, and is set after the others.
 */
final class ActionDecoder {

    private static final Decoder<SetCommunityOption> OPTION = Decoders.choice(Map.of(
            "add", SetCommunityOption.ADD,
            "remove", SetCommunityOption.REMOVE,
            "replace", SetCommunityOption.REPLACE));

    private static final Decoder<Action> NEXT_HOP = Decoders.parsed(
            "an IP address or self",
            text -> text.equals("self") ? Action.SetNextHop.SELF : new Action.SetNextHop(IpAddress.parse(text)));

    private static final Decoder<Float> BANDWIDTH =
            Decoders.parsed("bits per second, such as 10G", Action.SetLinkBandwidth::parseBits);

    private ActionDecoder() {}

    static List<Action> decode(Fields fields) {
        List<Action> actions = new ArrayList<>();
        add(actions, fields, "setLocalPref", (value, context) -> {
            Long pref = Words.UNSIGNED_32.decode(value, context);
            return pref == null ? null : new Action.SetLocalPref(pref);
        });
        add(actions, fields, "setMed", Decoders.parsed("a number, perhaps with a sign", Action.SetMed::parse));
        add(actions, fields, "setOrigin", (value, context) -> {
            Origin origin = Words.ORIGIN.decode(value, context);
            return origin == null ? null : new Action.SetOrigin(origin);
        });
        add(actions, fields, "setNextHop", NEXT_HOP);
        add(actions, fields, "setAsPathPrepend", Decoders.object(ActionDecoder::prepend));
        add(actions, fields, "setCommunity", communities(Words.COMMUNITY, Action.SetCommunity::new));
        add(actions, fields, "setExtCommunity", communities(Words.EXT_COMMUNITY, Action.SetExtCommunity::new));
        add(actions, fields, "setLinkBandwidth", Decoders.object(ActionDecoder::linkBandwidth));
        add(actions, fields, "setLargeCommunity", communities(Words.LARGE_COMMUNITY, Action.SetLargeCommunity::new));
        return actions;
    }

    private static void add(List<Action> actions, Fields fields, String name, Decoder<? extends Action> decoder) {
        Action action = fields.optional(name, decoder);
        if (action != null) {
            actions.add(action);
        }
    }

    private static Action prepend(Fields fields) {
        return new Action.SetAsPathPrepend(
                fields.optional("asn", Words.ASN), fields.optional("repeatN", Decoders.integer(1, 255, "times"), 1));
    }

    private static Action linkBandwidth(Fields fields) {
        float bytes = fields.required("bitsPerSecond", BANDWIDTH, 1f);
        return new Action.SetLinkBandwidth(bytes, fields.optional("transitive", Decoders.BOOLEAN, false));
    }

    /** Makes an action on one sort of communities. */
    @FunctionalInterface
    private interface Maker<T> {
        Action make(SetCommunityOption option, List<T> inline, List<String> sets);
    }

    private static <T> Decoder<Action> communities(Decoder<T> community, Maker<T> maker) {
        return Decoders.object(fields -> maker.make(
                fields.optional("option", OPTION, SetCommunityOption.ADD),
                fields.optional("communities", Decoders.listOf(community), List.of()),
                fields.optional("sets", Decoders.listOf(Decoders.TEXT), List.of())));
    }
}
