package dev.espalier.objects.kind;

import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.policy.InstallProtocol;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which routes of the host that are not ours a Router announces too.
 *
 * @param from whose they are
 * @param policy the RoutePolicies, in order, that let them pass; never empty
 * @param defaultRoute whether a default route may be among them
 */
public record RedistributeSpec(InstallProtocol from, List<String> policy, boolean defaultRoute) {

    private static final Decoder<InstallProtocol> FROM = Decoders.choice(Map.of(
            "connected", InstallProtocol.CONNECTED,
            "static", InstallProtocol.STATIC,
            "kernel", InstallProtocol.KERNEL));

    private static final Decoder<List<RedistributeSpec>> LIST =
            Decoders.someOf(Decoders.object(RedistributeSpec::decode));

    private static RedistributeSpec decode(Fields fields) {
        InstallProtocol from = fields.required("from", FROM, InstallProtocol.STATIC);
        List<String> policy = fields.required("policy", Words.NAMES, List.of());
        boolean defaultRoute = fields.optional("defaultRoute", Decoders.BOOLEAN, false);
        if (from == InstallProtocol.CONNECTED && fields.has("defaultRoute")) {
            fields.error(
                    "defaultRoute",
                    "cannot be given for connected networks, of which none is a default route",
                    "remove it, or write 'from: static' or 'from: kernel'");
        }
        return new RedistributeSpec(from, policy, defaultRoute);
    }

    /** Decodes those of a Router; each source may be named once. */
    static List<RedistributeSpec> decodeAll(Fields router) {
        List<RedistributeSpec> all = router.optional("redistribute", LIST, List.of());
        Set<InstallProtocol> seen = EnumSet.noneOf(InstallProtocol.class);
        for (RedistributeSpec one : all) {
            if (!seen.add(one.from)) {
                router.error(
                        "redistribute",
                        "'from: " + one.from.name().toLowerCase(Locale.ROOT) + "' is given twice",
                        "give it once, with the policies of both in 'policy'");
            }
        }
        return all;
    }
}
