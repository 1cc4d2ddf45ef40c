package dev.espalier.policy;

/**
 * Something wrong in a definition. Whoever read the definition from a file knows how to turn subject, name and path into a
 * line and a column.
 *
 * @param subject what sort of definition
 * @param name the name of that definition
 * @param path the field within it, such as {@code statements[2].conditions.matchPrefixSet} or {@code members[0]}; indices count
 *     from 0
 * @param message a sentence for people: what is wrong, and what to try
 */
public record PolicyError(Subject subject, String name, String path, String message) {

    /** The sort of definition in which something is wrong. */
    public enum Subject {
        /** A {@link PolicyDefinition}. */
        POLICY("policy"),
        /** A {@link DefinedSet.PrefixSet}. */
        PREFIX_SET("prefix set"),
        /** A {@link DefinedSet.NeighborSet}. */
        NEIGHBOR_SET("neighbor set"),
        /** A {@link DefinedSet.CommunitySet}. */
        COMMUNITY_SET("community set"),
        /** A {@link DefinedSet.ExtCommunitySet}. */
        EXT_COMMUNITY_SET("extended community set"),
        /** A {@link DefinedSet.LargeCommunitySet}. */
        LARGE_COMMUNITY_SET("large community set"),
        /** A {@link DefinedSet.AsPathSet}. */
        AS_PATH_SET("AS path set");

        private final String words;

        Subject(String words) {
            this.words = words;
        }

        /** What people call it. */
        public String words() {
            return words;
        }

        /** The subject that a set is. */
        public static Subject of(DefinedSet set) {
            return switch (set) {
                case DefinedSet.PrefixSet _ -> PREFIX_SET;
                case DefinedSet.NeighborSet _ -> NEIGHBOR_SET;
                case DefinedSet.CommunitySet _ -> COMMUNITY_SET;
                case DefinedSet.ExtCommunitySet _ -> EXT_COMMUNITY_SET;
                case DefinedSet.LargeCommunitySet _ -> LARGE_COMMUNITY_SET;
                case DefinedSet.AsPathSet _ -> AS_PATH_SET;
            };
        }
    }

    /** {@code policy 'x' statements[0].conditions.matchPrefixSet: there is no prefix set 'y'}. */
    @Override
    public String toString() {
        return subject.words() + " '" + name + "' " + path + ": " + message;
    }
}
