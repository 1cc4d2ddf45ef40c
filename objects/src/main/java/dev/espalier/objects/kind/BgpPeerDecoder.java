package dev.espalier.objects.kind;

import dev.espalier.bgp.PeerConfig.AddPaths;
import dev.espalier.bgp.PeerConfig.RemoteAs;
import dev.espalier.bgp.SendLinkBandwidth;
import dev.espalier.objects.decode.Context;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.objects.document.Value;
import dev.espalier.objects.kind.BgpPeerSpec.Remote;
import dev.espalier.route.Secret;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a {@link BgpPeerSpec}, and refuses fields that contradict each other. */
final class BgpPeerDecoder {

    static final Decoder<BgpPeerSpec> DECODER = Decoders.object(BgpPeerDecoder::decode);

    private static final int DEFAULT_PORT = 179;
    private static final int DEFAULT_LIMIT = 100;
    private static final String AS_WORDS = "internal, external or any";

    /** The kernel's TCP_MD5SIG_MAXKEYLEN. */
    private static final int MAX_PASSWORD_OCTETS = 80;

    private static final Decoder<RemoteAs> REMOTE_AS = (value, context) -> {
        if (!(value instanceof Value.Scalar scalar)) {
            context.error(value.place(), "must be a number or " + AS_WORDS + ", not " + value.words(), "");
            return null;
        }
        return switch (scalar.text()) {
            case "internal" -> new RemoteAs.Internal();
            case "external" -> new RemoteAs.External();
            case "any" -> new RemoteAs.Any();
            default -> number(scalar, context);
        };
    };

    /** Unlike other text, this is never repeated in an error. */
    private static final Decoder<Secret> PASSWORD = (value, context) -> {
        if (!(value instanceof Value.Scalar scalar) || scalar.isNumber() || scalar.isBoolean()) {
            context.error(value.place(), "must be text, not " + kindOf(value), "put it in quotes");
            return null;
        }
        Secret secret = Secret.of(scalar.text());
        int octets = secret.reveal().length;
        if (octets < 1 || octets > MAX_PASSWORD_OCTETS) {
            context.error(value.place(), "must be 1 to " + MAX_PASSWORD_OCTETS + " octets long, not " + octets, "");
            return null;
        }
        context.warning(
                value.place(),
                "a password is written in the configuration",
                "keep it in a file of its own and name that in 'passwordSecret.file'");
        return secret;
    };

    /** What a password is not allowed to be, without saying more of it. */
    private static String kindOf(Value value) {
        return value instanceof Value.Scalar scalar && scalar.isBoolean() ? "a truth value" : value.words();
    }

    private record Restart(
            @Nullable Boolean enabled,
            @Nullable Integer restartTime,
            @Nullable Integer longLivedStaleTime) {
        static final Restart UNSAID = new Restart(null, null, null);

        static Restart decode(Fields fields) {
            Restart restart = new Restart(
                    fields.optional("enabled", Decoders.BOOLEAN),
                    fields.optional("restartTime", GracefulRestart.SECONDS),
                    fields.optional("longLivedStaleTime", GracefulRestart.LONG_LIVED_SECONDS));
            GracefulRestart.refuseLongLivedAlone(
                    fields,
                    restart.enabled == null || restart.enabled,
                    restart.longLivedStaleTime == null ? 0 : restart.longLivedStaleTime);
            return restart;
        }
    }

    private BgpPeerDecoder() {}

    private static @Nullable RemoteAs number(Value.Scalar scalar, Context context) {
        try {
            return new RemoteAs.Exactly(Words.asn(scalar.text()));
        } catch (IllegalArgumentException refused) {
            boolean number = scalar.text().matches("[-0-9.]+");
            context.error(
                    scalar.place(),
                    number
                            ? String.valueOf(refused.getMessage())
                            : "must be a number or " + AS_WORDS + ", not '" + scalar.text() + "'",
                    "");
            return null;
        }
    }

    private static BgpPeerSpec decode(Fields fields) {
        Restart restart = fields.optional("gracefulRestart", Decoders.object(Restart::decode), Restart.UNSAID);
        RemoteAs asn = fields.required("asn", REMOTE_AS, new RemoteAs.Any());
        BgpPeerSpec spec = new BgpPeerSpec(
                fields.optional("enabled", Decoders.BOOLEAN, true),
                Words.nodeSelector(fields),
                fields.optional("router", Decoders.TEXT),
                remote(fields),
                asn,
                fields.optional("port", Words.PORT, DEFAULT_PORT),
                fields.optional("passive", Decoders.BOOLEAN, false),
                fields.optional("sourceAddress", Words.ADDRESS),
                fields.optional("password", PASSWORD),
                fields.optional("passwordSecret", Decoders.object(BgpPeerDecoder::passwordFile)),
                fields.optional("ttlSecurity", Decoders.object(BgpPeerDecoder::hops), 0),
                fields.optional("ebgpMultihop", Decoders.integer(2, 255, ""), 0),
                fields.optional("timers", Timers.DECODER, Timers.UNSAID),
                fields.optional("families", Words.FAMILIES),
                restart.enabled(),
                restart.restartTime(),
                restart.longLivedStaleTime(),
                fields.optional("extendedMessages", Decoders.BOOLEAN, true),
                fields.optional("extendedNextHop", Decoders.BOOLEAN),
                fields.optional("importPolicy", Words.NAMES),
                fields.optional("exportPolicy", Words.NAMES),
                fields.optional("nextHopSelf", Decoders.BOOLEAN, false),
                fields.optional("routeReflectorClient", Decoders.BOOLEAN, false),
                fields.optional("bfdProfile", Decoders.TEXT),
                fields.optional("bfdStrict", Decoders.BOOLEAN, false),
                fields.optional("addPaths", AddPathsDecoder.DECODER, AddPaths.NONE),
                BorderOptions.decode(fields),
                fields.optional("gracefulShutdown", Decoders.BOOLEAN, false));
        refuseContradictions(fields, spec);
        return spec;
    }

    private static @Nullable Remote remote(Fields fields) {
        fields.exactlyOneOf("address", "interface", "listenRange", "discover");
        Remote address = fields.optional("address", Decoders.parsed("an IP address", Words::neighbor));
        Remote link = fields.optional("interface", Decoders.parsed("the name of an interface", Words::link));
        Remote range = fields.optional("listenRange", Decoders.object(BgpPeerDecoder::range));
        Boolean gateway = fields.optional("discover", Decoders.choice(Map.of("defaultGateway", true)));
        Remote discovered = gateway == null
                ? null
                : new Remote.DefaultGateway(fields.optional("discoverFamily", Words.ADDRESS_FAMILY));
        if (gateway == null && fields.has("discoverFamily")) {
            fields.error("discoverFamily", "means something only beside 'discover: defaultGateway'", "remove it");
            fields.optional("discoverFamily", Words.ADDRESS_FAMILY);
        }
        return Stream.of(address, link, range, discovered)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static Remote range(Fields fields) {
        return new Remote.Range(
                fields.required("prefix", Words.PREFIX, Remote.Range.STAND_IN),
                fields.optional("limit", Decoders.integer(1, 100_000, "peers"), DEFAULT_LIMIT));
    }

    private static String passwordFile(Fields fields) {
        return fields.required("file", Decoders.TEXT, "");
    }

    private static Integer hops(Fields fields) {
        return fields.required("hops", Decoders.integer(1, 254, "hops"), 1);
    }

    private static void refuseContradictions(Fields fields, BgpPeerSpec spec) {
        fields.exclude("password", "passwordSecret", "a session has one password");
        fields.exclude(
                "ttlSecurity",
                "ebgpMultihop",
                "ttlSecurity already sends with the highest TTL; say how far the peer is in 'ttlSecurity.hops'");
        if (spec.asn() instanceof RemoteAs.Internal) {
            if (fields.has("ebgpMultihop")) {
                fields.error("ebgpMultihop", "is for external peers, and 'asn' says internal", "remove it");
            }
            for (String field : spec.border().externalOnly()) {
                fields.error(field, "is for external peers, and 'asn' says internal", "remove it");
            }
        } else if (spec.asn() instanceof RemoteAs.Any && fields.has("localAs")) {
            fields.error(
                    "localAs",
                    "is for external peers, and 'asn: any' leaves that open",
                    "say external, or the number of its AS");
        } else if (spec.asn() instanceof RemoteAs.External && spec.routeReflectorClient()) {
            fields.error("routeReflectorClient", "is for internal peers, and 'asn' says external", "remove it");
        }
        if (fields.has("listenRange")) {
            String because = "neighbours in a range connect to us";
            fields.exclude("listenRange", "port", because);
            if (fields.has("passive") && !spec.passive()) {
                fields.error("passive", "cannot be false together with 'listenRange'", because);
            }
        }
        if (spec.addPaths().sends() && spec.border().sendLinkBandwidth() == SendLinkBandwidth.CUMULATIVE) {
            fields.error(
                    "sendLinkBandwidth",
                    "cannot be cumulative together with 'addPaths.send', which tells each path by itself",
                    "remove one of the two");
        }
        if (spec.bfdStrict() && spec.bfdProfile() == null && !fields.has("bfdProfile")) {
            fields.error("bfdStrict", "means something only beside 'bfdProfile'", "name a BfdProfile, or remove it");
        }
        if (fields.has("interface")) {
            refuseForInterface(fields);
        }
        if (spec.remote() instanceof Remote.Address remote
                && spec.sourceAddress() != null
                && remote.address().family() != spec.sourceAddress().family()) {
            fields.error(
                    "sourceAddress",
                    "must be of the same family as the peer's address " + remote.address() + ", and "
                            + spec.sourceAddress() + " is not",
                    "");
        }
    }

    /** What makes no sense for a neighbour on the link whose address is its own choice. */
    private static void refuseForInterface(Fields fields) {
        fields.exclude("interface", "sourceAddress", "the session runs between the link-local addresses of the link");
        fields.exclude("interface", "ebgpMultihop", "the peer is on the link");
        String needsAddress =
                "the kernel wants a password before the peer's address is known; use 'ttlSecurity', or 'address' with"
                        + " the peer's link-local address";
        fields.exclude("interface", "password", needsAddress);
        fields.exclude("interface", "passwordSecret", needsAddress);
    }
}
