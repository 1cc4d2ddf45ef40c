package dev.espalier.policy;

import dev.espalier.net.IpPrefix;
import java.util.List;

/**
 * A named set that conditions and actions refer to (OpenConfig {@code defined-sets}). Names are unique among sets of one sort.
 * Immutable.
 *
 * <p>Members that are patterns are kept as people wrote them; {@link PolicyCompiler} reads them, and says what is wrong with them.
 */
public sealed interface DefinedSet {

    /** How policies refer to it. */
    String name();

    /** Prefixes, each with the lengths that match below it. */
    record PrefixSet(String name, List<PrefixRange> prefixes) implements DefinedSet {
        /** Keeps a copy of the list. */
        public PrefixSet {
            prefixes = List.copyOf(prefixes);
        }
    }

    /** Neighbours: single addresses (a /32 or /128) and blocks of them. */
    record NeighborSet(String name, List<IpPrefix> addresses) implements DefinedSet {
        /** Keeps a copy of the list. */
        public NeighborSet {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * Communities: values ({@code 65000:1}, {@code no-export}), values with {@code *} for a number ({@code 65000:*}), or regular
     * expressions over the numeric text ({@code ^65000:1..$}); see {@link TextPattern}.
     */
    record CommunitySet(String name, List<String> members) implements DefinedSet {
        /** Keeps a copy of the list. */
        public CommunitySet {
            members = List.copyOf(members);
        }
    }

    /** Extended communities: values ({@code rt:65000:1}), values with {@code *}, or regular expressions. */
    record ExtCommunitySet(String name, List<String> members) implements DefinedSet {
        /** Keeps a copy of the list. */
        public ExtCommunitySet {
            members = List.copyOf(members);
        }
    }

    /** Large communities: values ({@code 65000:1:2}), values with {@code *}, or regular expressions. */
    record LargeCommunitySet(String name, List<String> members) implements DefinedSet {
        /** Keeps a copy of the list. */
        public LargeCommunitySet {
            members = List.copyOf(members);
        }
    }

    /** Regular expressions over the text of the AS path, such as {@code _65000_}; see {@link TextPattern}. */
    record AsPathSet(String name, List<String> members) implements DefinedSet {
        /** Keeps a copy of the list. */
        public AsPathSet {
            members = List.copyOf(members);
        }
    }
}
