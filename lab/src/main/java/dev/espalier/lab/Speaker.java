package dev.espalier.lab;

import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a box of the lab should say by BGP, told without any daemon's words; {@link FrrConfig} and {@link EspalierConfig} write it
 * down for theirs. Immutable.
 *
 * @param asn its AS
 * @param routerId its BGP identifier
 * @param originates the prefixes it advertises
 * @param neighbours who it speaks with
 */
record Speaker(Asn asn, IpAddress routerId, List<IpPrefix> originates, List<Neighbour> neighbours) {

    Speaker {
        originates = List.copyOf(originates);
        neighbours = List.copyOf(neighbours);
    }

    /** Where a neighbour is found. */
    sealed interface Where {

        /**
         * At this address.
         *
         * @param source the address of ours that it expects; empty for whatever the kernel chooses
         */
        record At(IpAddress address, Optional<IpAddress> source) implements Where {

            At(IpAddress address) {
                this(address, Optional.empty());
            }
        }

        /** Anywhere in this range; it calls, we answer. */
        record Within(IpPrefix range) implements Where {}

        /** At the next hop of our default route. */
        record DefaultGateway(IpAddress expected) implements Where {}
    }

    /** What is special about a neighbour. */
    enum Trait {
        /** We reflect for it (RFC 4456). */
        REFLECTOR_CLIENT,
        /** What we learned outside, it reaches through us. */
        NEXT_HOP_SELF,
        /** Of pods' addresses it hears the next hop that we heard, although it is of another AS: tunnels end there. */
        NEXT_HOP_KEPT,
        /** Its paths may hold our own AS once: it carries routes between two parts of that AS. */
        OWN_AS_ALLOWED,
        /** It hears nothing from us. */
        HEARS_NOTHING,
        /** It hears from us only what lies directly behind us. */
        HEARS_LOCAL_ONLY
    }

    /**
     * One neighbour, or all of a range.
     *
     * @param name for people; unique in its speaker
     * @param where how it is found
     * @param internal whether it is of our own AS
     * @param traits what is special about it
     */
    record Neighbour(String name, Where where, boolean internal, Set<Trait> traits) {

        Neighbour {
            traits = Set.copyOf(traits);
        }

        static Neighbour external(String name, Where where, Trait... traits) {
            return new Neighbour(name, where, false, Set.of(traits));
        }

        static Neighbour internal(String name, Where where, Trait... traits) {
            return new Neighbour(name, where, true, Set.of(traits));
        }

        boolean is(Trait trait) {
            return traits.contains(trait);
        }
    }
}
