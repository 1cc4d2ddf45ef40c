package dev.espalier.policy;

import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.net.LargeCommunity;
import dev.espalier.route.Origin;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A change that a statement makes to the routes it matches, with OpenConfig's name for it. Immutable. */
public sealed interface Action {

    /** The field as configuration spells it, such as {@code setLocalPref}. */
    String field();

    /**
     * Sets LOCAL_PREF.
     *
     * @param value 0 to 4,294,967,295
     */
    record SetLocalPref(long value) implements Action {
        /** @throws IllegalArgumentException when the value is out of range */
        public SetLocalPref {
            Ranges.unsigned32("a local preference", value);
        }

        @Override
        public String field() {
            return "setLocalPref";
        }
    }

    /** What {@link SetMed} does with its value. */
    enum MedChange {
        /** The value becomes the MED. */
        SET,
        /** The value is added; the sum stops at 4,294,967,295. */
        ADD,
        /** The value is taken away; the difference stops at 0. */
        SUBTRACT
    }

    /**
     * Sets MULTI_EXIT_DISC, or moves it; a MED that is absent counts as 0 when it is moved (RFC 4271 section 9.1.2.2 c).
     *
     * @param change what to do with the value
     * @param value 0 to 4,294,967,295
     */
    record SetMed(MedChange change, long value) implements Action {
        /** @throws IllegalArgumentException when the value is out of range */
        public SetMed {
            Ranges.unsigned32("a MED", value);
        }

        /**
         * Reads {@code 50}, {@code +50} or {@code -50}.
         *
         * @throws IllegalArgumentException with a sentence for people
         */
        public static SetMed parse(String text) {
            MedChange change =
                    text.startsWith("+") ? MedChange.ADD : text.startsWith("-") ? MedChange.SUBTRACT : MedChange.SET;
            String digits = change == MedChange.SET ? text : text.substring(1);
            if (digits.isEmpty() || digits.length() > 10 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw new IllegalArgumentException("'" + text + "' is not a MED; write it like 50, +50 or -50");
            }
            return new SetMed(change, Long.parseLong(digits));
        }

        @Override
        public String field() {
            return "setMed";
        }
    }

    /** Sets ORIGIN. */
    record SetOrigin(Origin origin) implements Action {
        @Override
        public String field() {
            return "setOrigin";
        }
    }

    /**
     * Sets the next hop. An IPv4 address leaves IPv6 routes alone, for it cannot be told to anybody as their next hop; the other
     * way round it can (RFC 8950).
     *
     * @param address the next hop; null means ourselves, which whoever sends the route fills in
     */
    record SetNextHop(@Nullable IpAddress address) implements Action {
        /** Ourselves: the route is left without a next hop, which whoever sends it fills in. */
        public static final SetNextHop SELF = new SetNextHop(null);

        @Override
        public String field() {
            return "setNextHop";
        }
    }

    /**
     * Puts an AS before the path, several times.
     *
     * @param asn the AS; null means our own, {@link PolicyRoute#localAs}
     * @param repeatN how often: 1 to 255
     */
    record SetAsPathPrepend(@Nullable Asn asn, int repeatN) implements Action {
        /** @throws IllegalArgumentException for AS 0 (RFC 7607) or a number of times out of range */
        public SetAsPathPrepend {
            if (asn != null && asn.value() == 0) {
                throw new IllegalArgumentException("AS 0 cannot be in an AS path (RFC 7607)");
            }
            if (repeatN < 1 || repeatN > 255) {
                throw new IllegalArgumentException("an AS is prepended 1 to 255 times, not " + repeatN);
            }
        }

        @Override
        public String field() {
            return "setAsPathPrepend";
        }
    }

    /** What a community action does (OpenConfig {@code bgp-set-community-option-type}). */
    enum SetCommunityOption {
        /** Adds what is not there yet. */
        ADD,
        /** Removes what is named, and what matches a pattern of a set that is named. */
        REMOVE,
        /** Removes all there are, then adds; adding nothing is allowed, and removes the attribute. */
        REPLACE
    }

    /**
     * An action on one of the three sorts of communities. Values come from the list and from sets; both may be given. Sets with
     * patterns are for {@link SetCommunityOption#REMOVE} only, since a pattern cannot be added.
     *
     * @param <T> the sort of community
     */
    sealed interface SetCommunities<T extends Comparable<T>> extends Action {
        /** What to do. */
        SetCommunityOption option();

        /** Values written in place. */
        List<T> inline();

        /** Names of sets of this sort of community. */
        List<String> sets();
    }

    /** Changes COMMUNITIES. */
    record SetCommunity(SetCommunityOption option, List<Community> inline, List<String> sets)
            implements SetCommunities<Community> {
        /** Keeps copies of the lists. */
        public SetCommunity {
            inline = List.copyOf(inline);
            sets = List.copyOf(sets);
        }

        @Override
        public String field() {
            return "setCommunity";
        }
    }

    /** Changes EXTENDED COMMUNITIES. */
    record SetExtCommunity(SetCommunityOption option, List<ExtendedCommunity> inline, List<String> sets)
            implements SetCommunities<ExtendedCommunity> {
        /** Keeps copies of the lists. */
        public SetExtCommunity {
            inline = List.copyOf(inline);
            sets = List.copyOf(sets);
        }

        @Override
        public String field() {
            return "setExtCommunity";
        }
    }

    /** Changes LARGE_COMMUNITY. */
    record SetLargeCommunity(SetCommunityOption option, List<LargeCommunity> inline, List<String> sets)
            implements SetCommunities<LargeCommunity> {
        /** Keeps copies of the lists. */
        public SetLargeCommunity {
            inline = List.copyOf(inline);
            sets = List.copyOf(sets);
        }

        @Override
        public String field() {
            return "setLargeCommunity";
        }
    }

    /**
     * Sets the link bandwidth (draft-ietf-idr-link-bandwidth) in place of all that are there, with our AS as its author.
     *
     * @param bytesPerSecond the bandwidth, above 0
     * @param transitive whether it goes on to other ASes
     */
    record SetLinkBandwidth(float bytesPerSecond, boolean transitive) implements Action {

        private static final Pattern BITS = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,3})?)([kMGT]?)");

        /** @throws IllegalArgumentException for a bandwidth of nothing */
        public SetLinkBandwidth {
            if (!(bytesPerSecond > 0) || Float.isInfinite(bytesPerSecond)) {
                throw new IllegalArgumentException("a link bandwidth is above 0, not " + bytesPerSecond);
            }
        }

        /**
         * Reads bits per second, such as {@code 10G}, {@code 2.5G} or {@code 100000000}; a unit is a power of 1000.
         *
         * @return octets per second
         * @throws IllegalArgumentException with a sentence for people
         */
        public static float parseBits(String text) {
            Matcher matcher = BITS.matcher(text);
            if (!matcher.matches() || new BigDecimal(matcher.group(1)).signum() == 0) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not a bandwidth; write bits per second like 10G, 2.5G or 100M");
            }
            int thousands = " kMGT"
                    .indexOf(matcher.group(2).isEmpty() ? ' ' : matcher.group(2).charAt(0));
            return new BigDecimal(matcher.group(1))
                    .scaleByPowerOfTen(3 * thousands)
                    .divide(BigDecimal.valueOf(8))
                    .floatValue();
        }

        @Override
        public String field() {
            return "setLinkBandwidth";
        }
    }
}
