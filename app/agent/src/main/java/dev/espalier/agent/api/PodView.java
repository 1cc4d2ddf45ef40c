package dev.espalier.agent.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pod of this node.
 *
 * @param handle network, container and interface, joined by slashes
 * @param owner what people call it, such as {@code NAMESPACE/NAME}
 * @param addresses its addresses
 * @param link the host's interface that leads to it; null when there is none
 * @param mtu of its interface; 0 when there is none
 * @param since when it got its first address, as in RFC 3339; null when another program gave it
 * @param problem what is wrong with it; null when nothing is
 */
public record PodView(
        String handle,
        String owner,
        List<String> addresses,
        @Nullable String link,
        int mtu,
        @Nullable String since,
        @Nullable String problem) {}
