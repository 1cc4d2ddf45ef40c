package dev.espalier.policy;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Origin;
import java.util.List;
import java.util.Set;

/**
 * Something a statement asks about a route, with OpenConfig's name for it. What a statement does not ask is not in its list.
 * Sets and policies are named here, and looked up by {@link PolicyCompiler}. Immutable.
 */
public sealed interface Condition {

    /** The field as configuration spells it, such as {@code matchPrefixSet}. */
    String field();

    /** A condition that compares with a named set. */
    sealed interface MatchSet extends Condition {
        /** The name of the set. */
        String set();

        /** How to compare. */
        MatchSetOptions matchSetOptions();
    }

    /** The prefix is in a {@link DefinedSet.PrefixSet}; {@code ALL} is refused. */
    record MatchPrefixSet(String set, MatchSetOptions matchSetOptions) implements MatchSet {
        @Override
        public String field() {
            return "matchPrefixSet";
        }
    }

    /** The neighbour's address is in a {@link DefinedSet.NeighborSet}; {@code ALL} is refused. */
    record MatchNeighborSet(String set, MatchSetOptions matchSetOptions) implements MatchSet {
        @Override
        public String field() {
            return "matchNeighborSet";
        }
    }

    /** The communities compared with a {@link DefinedSet.CommunitySet}. */
    record MatchCommunitySet(String set, MatchSetOptions matchSetOptions) implements MatchSet {
        @Override
        public String field() {
            return "matchCommunitySet";
        }
    }

    /** The extended communities compared with a {@link DefinedSet.ExtCommunitySet}. */
    record MatchExtCommunitySet(String set, MatchSetOptions matchSetOptions) implements MatchSet {
        @Override
        public String field() {
            return "matchExtCommunitySet";
        }
    }

    /** The large communities compared with a {@link DefinedSet.LargeCommunitySet}. */
    record MatchLargeCommunitySet(String set, MatchSetOptions matchSetOptions) implements MatchSet {
        @Override
        public String field() {
            return "matchLargeCommunitySet";
        }
    }

    /** The AS path compared with the regular expressions of an {@link DefinedSet.AsPathSet}. */
    record MatchAsPathSet(String set, MatchSetOptions matchSetOptions) implements MatchSet {
        @Override
        public String field() {
            return "matchAsPathSet";
        }
    }

    /** How a number is compared (OpenConfig {@code attribute-comparison}). */
    enum Comparison {
        /** Equal. */
        EQ,
        /** Greater or equal. */
        GE,
        /** Less or equal. */
        LE
    }

    /**
     * The length of the AS path as the decision process counts it: a set is one, confederation segments are nothing.
     *
     * @param operator how to compare
     * @param value 0 to 4,294,967,295
     */
    record AsPathLength(Comparison operator, long value) implements Condition {
        /** @throws IllegalArgumentException when the value is out of range */
        public AsPathLength {
            Ranges.unsigned32("an AS path length", value);
        }

        @Override
        public String field() {
            return "asPathLength";
        }
    }

    /**
     * MULTI_EXIT_DISC is there and has this value.
     *
     * @param value 0 to 4,294,967,295
     */
    record MedEq(long value) implements Condition {
        /** @throws IllegalArgumentException when the value is out of range */
        public MedEq {
            Ranges.unsigned32("a MED", value);
        }

        @Override
        public String field() {
            return "medEq";
        }
    }

    /**
     * LOCAL_PREF is there and has this value.
     *
     * @param value 0 to 4,294,967,295
     */
    record LocalPrefEq(long value) implements Condition {
        /** @throws IllegalArgumentException when the value is out of range */
        public LocalPrefEq {
            Ranges.unsigned32("a local preference", value);
        }

        @Override
        public String field() {
            return "localPrefEq";
        }
    }

    /** ORIGIN has this value. */
    record OriginEq(Origin origin) implements Condition {
        @Override
        public String field() {
            return "originEq";
        }
    }

    /** The route was learnt in this way. */
    record RouteTypeEq(RouteType routeType) implements Condition {
        @Override
        public String field() {
            return "routeType";
        }
    }

    /** The next hop is an address within one of these blocks; a route that has no next hop yet does not match. */
    record NextHopIn(List<IpPrefix> prefixes) implements Condition {
        /** Keeps a copy of the list. */
        public NextHopIn {
            prefixes = List.copyOf(prefixes);
        }

        @Override
        public String field() {
            return "nextHopIn";
        }
    }

    /** The prefix is of one of these families (unicast is the only SAFI there is today). */
    record AfiSafiIn(Set<AddressFamily> families) implements Condition {
        /** Keeps a copy of the set. */
        public AfiSafiIn {
            families = Set.copyOf(families);
        }

        @Override
        public String field() {
            return "afiSafiIn";
        }
    }

    /** The route was made by this one. */
    record InstallProtocolEq(InstallProtocol source) implements Condition {
        @Override
        public String field() {
            return "installProtocolEq";
        }
    }

    /**
     * Another policy accepts the route. It is asked after all other conditions of the statement, wherever it stands among
     * them, so that the changes it makes to a route it accepts are kept exactly when the statement matches.
     *
     * @param policy the name of that policy
     */
    record CallPolicy(String policy) implements Condition {
        @Override
        public String field() {
            return "callPolicy";
        }
    }
}
