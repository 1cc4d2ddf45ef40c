package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.AttributeTable;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.PathAttributes;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What the neighbours of one key are told of a path: the export rules, with a memory of what they did lately. One owner. */
final class Exporter {

    private final ExportKey key;
    private final LocRib locRib;
    private final Rib rib;
    private final AttributeTable attributes;
    private final IntFunction<PathSource> sources;
    private final OwnRoutes own;
    private final ExportRules rules = new ExportRules();
    private final ExportCache cache = new ExportCache();

    /**
     * For the neighbours of a key.
     *
     * @param sources gives the source of an index
     * @param own what we announce on our own account
     */
    Exporter(ExportKey key, LocRib locRib, AttributeTable attributes, IntFunction<PathSource> sources, OwnRoutes own) {
        this.key = key;
        this.locRib = locRib;
        this.rib = locRib.rib();
        this.attributes = attributes;
        this.sources = sources;
        this.own = own;
    }

    /** One for the neighbours of another key. */
    Exporter with(ExportKey other) {
        return new Exporter(other, locRib, attributes, sources, own);
    }

    ExportKey key() {
        return key;
    }

    /** The attributes that a path is told with, or null when it is not told. */
    @Nullable
    PathAttributes export(int prefixId, int path) {
        PathSource from = sources.apply(rib.source(path));
        if (from.index() == PathSource.SELF && !ExportRules.isForPeer(key, own.of(prefixId))) {
            return null;
        }
        boolean itsOwn = key.limit() != null && key.limit().neighbor() == from.index(); // would count, and not be sent
        if (itsOwn || own.summaryOf(key, prefixId) != null) {
            return null;
        }
        PathAttributes transformed = cache.transform(key, attributes.get(rib.accepted(path)), from);
        if (transformed == null) {
            return null;
        }
        if (ExportRules.tellsCumulativeBandwidth(key, transformed, from)) {
            transformed = LinkBandwidth.cumulative(key, transformed, locRib.cumulativeBandwidth(prefixId));
        }
        PrefixTable prefixes = rib.prefixes();
        PathAttributes out = rules.applyPolicy(
                key, from, prefixes.high(prefixId), prefixes.low(prefixId), prefixes.length(prefixId), transformed);
        return out != null && ExportRules.fits(key, out) ? out : null;
    }
}
