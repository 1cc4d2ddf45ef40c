package dev.espalier.bgp.wire;

import dev.espalier.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/**
 * The prefixes of messages as text, such as {@code 10.1.0.0/16}, with the path identifier and a hash before it if there
 * is one.
 */
final class Prefixes {

    private Prefixes() {}

    static List<String> of(Nlri nlri) {
        List<String> prefixes = new ArrayList<>();
        nlri.forEach((pathId, high, low, length) -> {
            IpPrefix prefix = IpPrefix.of(nlri.family().addresses(), high, low, length);
            prefixes.add(nlri.addPath() ? Integer.toUnsignedString(pathId) + "#" + prefix : prefix.toString());
        });
        return prefixes;
    }

    static List<String> withdrawn(UpdateMessage update) {
        return update.withdrawn().stream().flatMap(nlri -> of(nlri).stream()).toList();
    }

    static List<String> announced(UpdateMessage update) {
        return update.announced().stream()
                .flatMap(announcement -> of(announcement.nlri()).stream())
                .toList();
    }
}
