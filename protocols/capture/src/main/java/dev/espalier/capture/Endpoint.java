package dev.espalier.capture;

import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * One end of a session, as far as the recording tells.
 *
 * @param address its address; null when not recorded
 * @param as its AS; null when not recorded
 */
public record Endpoint(
        @Nullable IpAddress address, @Nullable Asn as) {

    /** Nothing is known. */
    public static final Endpoint UNKNOWN = new Endpoint(null, null);
}
