package dev.espalier.bgp.engine;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/** What the update groups of a family ask about what we announce on our own account. Owned by the table's loop. */
interface OwnRoutes {

    /** Our own announcement of a prefix number, or null. */
    SpeakerConfig.@Nullable Origination of(int prefixId);

    /** The aggregate that neighbours of a key are told in place of a prefix; null when there is none. */
    @Nullable
    IpPrefix summaryOf(ExportKey key, int prefixId);
}
