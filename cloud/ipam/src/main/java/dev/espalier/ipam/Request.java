package dev.espalier.ipam;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A wish for one address.
 *
 * @param family of the address
 * @param handle for what; see {@link Allocation#handle}
 * @param node where that is
 * @param owner what people call it
 * @param pools where the address may come from, first choice first; all of that family
 * @param wanted exactly this address; null for any
 * @param reserved whether an address is kept for something else
 */
public record Request(
        AddressFamily family,
        String handle,
        String node,
        String owner,
        List<Pool> pools,
        @Nullable IpAddress wanted,
        Predicate<IpAddress> reserved) {

    /** Copies the list. */
    public Request {
        pools = List.copyOf(pools);
    }
}
