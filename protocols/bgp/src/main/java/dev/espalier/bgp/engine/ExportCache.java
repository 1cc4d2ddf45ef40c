package dev.espalier.bgp.engine;

import dev.espalier.bgp.table.PathSource;
import dev.espalier.route.PathAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Remembers how attributes change on the way out, for the attributes met lately: prefixes that share attributes come in runs,
 * and the change is the same for all of them (only the policy looks at the prefix).
 *
 * <p>Direct-mapped; compares by identity, which is enough because the attribute table keeps each set once. One owner.
 */
final class ExportCache {

    private static final int SLOTS = 1024;

    private final PathAttributes[] before = new PathAttributes[SLOTS];
    private final PathSource[] from = new PathSource[SLOTS];
    private final @Nullable PathAttributes[] after = new PathAttributes[SLOTS];

    /** The attributes as they go out, or null when the rules refuse a path with these attributes from there. */
    @Nullable
    PathAttributes transform(ExportKey key, PathAttributes attributes, PathSource source) {
        int slot = (System.identityHashCode(attributes) ^ source.index() * 31) & SLOTS - 1;
        if (!sameObject(before[slot], attributes) || !sameObject(from[slot], source)) {
            before[slot] = attributes;
            from[slot] = source;
            after[slot] = ExportRules.refusal(key, attributes, source) == null
                    ? ExportRules.transform(key, attributes, source)
                    : null;
        }
        return after[slot];
    }

    @SuppressWarnings("ReferenceEquality") // the point of the cache: no comparison by value
    private static boolean sameObject(@Nullable Object a, Object b) {
        return a == b;
    }
}
