package dev.espalier.lab;

import java.util.Optional;

/**
 * How a box of a lab does.
 *
 * @param box its name
 * @param role spine, tor, node or world
 * @param daemon what runs there: {@code frr}, {@code espalier}, or {@code -} on a plain switch
 * @param asn its AS number, or empty
 * @param sessions how many BGP sessions are up
 * @param expectedSessions how many there should be
 * @param pods how many pods are joined to it
 * @param expectedPods how many there should be
 * @param routes how many routes its kernel has from the daemon
 * @param complaint what is missing and where to look, as a sentence; empty when nothing is
 */
public record BoxStatus(
        String box,
        String role,
        String daemon,
        String asn,
        int sessions,
        int expectedSessions,
        int pods,
        int expectedPods,
        int routes,
        Optional<String> complaint) {

    /** Whether nothing is missing. */
    public boolean isUp() {
        return complaint.isEmpty();
    }
}
