package dev.espalier.agent.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One neighbour.
 *
 * @param instance the routing instance
 * @param name what the configuration calls it
 * @param address its address, a link-local one with its interface: {@code fe80::1%eth1}; only {@code %eth1} while a peer by
 *     interface has not been found; null for a range from which nobody has come
 * @param range the range it came from or may come from; null for a configured address
 * @param dynamic whether it came from a range
 * @param state the state of RFC 4271, such as {@code Established}
 * @param asn its AS; null when not known
 * @param localAsn the AS it knows us by; null unless established
 * @param role what we are to it (RFC 9234); null unless established and configured
 * @param routerId its BGP identifier; null unless established
 * @param internal whether it is in our AS; null unless established
 * @param sinceSeconds how long it has been in this state
 * @param lastDown why the last session that was up ended; null when none has
 * @param lastError why the last attempt at a session failed; null when none has since a session was last up
 * @param hint what somebody should do about it; null when all is well
 * @param localAddress our end; null unless established
 * @param holdSeconds the hold time in force; null unless established
 * @param keepaliveSeconds the keepalive interval in force; null unless established
 * @param capabilities what it can do; empty unless established
 * @param restartSeconds the restart time it told; null when it does no graceful restart
 * @param staleFamilies families of which routes of a lost session are kept
 * @param families routes by family
 * @param importPolicy the name of the import policy; null for none
 * @param exportPolicy the name of the export policy; null for none
 * @param timesEstablished how often the session came up
 * @param messagesReceived BGP messages
 * @param messagesSent BGP messages
 * @param updatesReceived UPDATE messages among them
 * @param updatesSent UPDATE messages among them
 * @param updateErrors errors in its updates that RFC 7606 dealt with
 * @param bfd the BFD session that watches the path to it; null when none does
 */
public record PeerView(
        String instance,
        String name,
        @Nullable String address,
        @Nullable String range,
        boolean dynamic,
        String state,
        @Nullable Long asn,
        @Nullable Long localAsn,
        @Nullable String role,
        @Nullable String routerId,
        @Nullable Boolean internal,
        long sinceSeconds,
        @Nullable String lastDown,
        @Nullable String lastError,
        @Nullable String hint,
        @Nullable String localAddress,
        @Nullable Integer holdSeconds,
        @Nullable Integer keepaliveSeconds,
        List<String> capabilities,
        @Nullable Integer restartSeconds,
        List<String> staleFamilies,
        Map<String, Routes> families,
        @Nullable String importPolicy,
        @Nullable String exportPolicy,
        int timesEstablished,
        long messagesReceived,
        long messagesSent,
        long updatesReceived,
        long updatesSent,
        long updateErrors,
        @Nullable BfdView bfd) {

    /**
     * Routes of one family.
     *
     * @param received announced by the neighbour
     * @param accepted taking part in the decision
     * @param best chosen
     * @param sent announced to the neighbour
     * @param heldBack not announced to it because it is told as many as it may be
     * @param endOfRib whether the neighbour has said that its initial routes are complete
     */
    public record Routes(int received, int accepted, int best, int sent, int heldBack, boolean endOfRib) {}
}
