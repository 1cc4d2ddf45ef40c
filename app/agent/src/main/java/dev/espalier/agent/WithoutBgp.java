package dev.espalier.agent;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import java.util.List;

/** The default routing instance of a node that has routes but no Router: with a table like any other, and nobody to talk to. */
final class WithoutBgp {

    /** Neither listens nor has peers, so that nobody is ever told this AS or identifier; people are shown that there is none. */
    static final SpeakerConfig SPEAKER = SpeakerConfig.builder(new Asn(0), Ipv4Address.UNSPECIFIED)
            .listen(List.of())
            .build();

    private WithoutBgp() {}
}
