package dev.espalier.objects.kind;

import dev.espalier.net.IpPrefix;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to announce on our own account.
 *
 * @param nodeSelector the labels of the nodes that announce it; empty for every node
 * @param router the name of the Router that announces it, or null for the only one
 * @param prefixes what is announced
 * @param attributes what is said of it
 * @param peers names of the peers to tell, or null
 * @param peerSelector the labels of the peers to tell, or null; where both are null, all are told
 * @param aggregate for prefixes that sum up others: how; null for those that are announced for their own sake
 * @param discard whether packets for which there is no better route are dropped here, so that they do not loop
 */
public record AdvertisementSpec(
        Map<String, String> nodeSelector,
        @Nullable String router,
        List<IpPrefix> prefixes,
        PathAttributes attributes,
        @Nullable List<String> peers,
        @Nullable Map<String, String> peerSelector,
        @Nullable Aggregate aggregate,
        boolean discard) {

    /**
     * How prefixes sum up more specific ones.
     *
     * @param summaryOnly whether those are not told beside it
     * @param inheritCommunities whether their communities are
     * @param contributors names of policies that say which of them count, or null for all
     */
    public record Aggregate(
            boolean summaryOnly,
            boolean inheritCommunities,
            @Nullable List<String> contributors) {
        private static Aggregate decode(Fields fields) {
            return new Aggregate(
                    fields.optional("summaryOnly", Decoders.BOOLEAN, false),
                    fields.optional("inheritCommunities", Decoders.BOOLEAN, false),
                    fields.optional("contributors", Words.NAMES));
        }
    }

    private static final PathAttributes NO_ATTRIBUTES = PathAttributes.builder().build();

    static final Decoder<AdvertisementSpec> DECODER = Decoders.object(AdvertisementSpec::decode);

    private static AdvertisementSpec decode(Fields fields) {
        boolean aggregates = fields.has("aggregate");
        AdvertisementSpec spec = new AdvertisementSpec(
                Words.nodeSelector(fields),
                fields.optional("router", Decoders.TEXT),
                fields.required("prefixes", Decoders.someOf(Words.PREFIX), List.of()),
                fields.optional("attributes", Decoders.object(inner -> attributes(inner, aggregates)), NO_ATTRIBUTES),
                fields.optional("peers", Words.NAMES),
                fields.optional("peerSelector", Decoders.TEXT_BY_NAME),
                fields.optional("aggregate", Decoders.object(Aggregate::decode)),
                fields.optional("discard", Decoders.BOOLEAN, true));
        fields.exclude("peers", "peerSelector", "say by name or by label whom to tell");
        return spec;
    }

    private static PathAttributes attributes(Fields fields, boolean aggregates) {
        PathAttributes.Builder builder = PathAttributes.builder();
        builder.origin(fields.optional("origin", Words.ORIGIN, Origin.IGP));
        if (aggregates && fields.has("origin")) {
            fields.error("origin", "follows from the routes of the aggregate: it is the worst of theirs", "remove it");
        }
        Long localPref = fields.optional("localPref", Words.UNSIGNED_32);
        if (localPref != null) {
            builder.localPref((int) (long) localPref);
        }
        Long med = fields.optional("med", Words.UNSIGNED_32);
        if (med != null) {
            builder.med((int) (long) med);
        }
        builder.communities(fields.optional("communities", Decoders.listOf(Words.COMMUNITY), List.of()));
        builder.largeCommunities(
                fields.optional("largeCommunities", Decoders.listOf(Words.LARGE_COMMUNITY), List.of()));
        builder.extendedCommunities(fields.optional("extCommunities", Decoders.listOf(Words.EXT_COMMUNITY), List.of()));
        return builder.build();
    }
}
