import dev.espalier.bgp.*;
import dev.espalier.library.BgpSpeaker;
import dev.espalier.net.*;
import dev.espalier.policy.Policies;
import dev.espalier.route.PathAttributes;
import java.util.List;

/** Announces a prefix to a peer and prints what happens, until the input ends. Arguments: our AS, peer, its AS, prefix. */
class AnnounceRoute {
    public static void main(String[] args) throws Exception {
        var remote = new PeerConfig.Remote.Address(IpAddress.parse(args[1]), null);
        PeerConfig peer = PeerConfig.builder("router", remote)
                .asn(new PeerConfig.RemoteAs.Exactly(Asn.parse(args[2])))
                .importPolicy(Policies.acceptAll())
                .exportPolicy(Policies.acceptAll())
                .build();
        SpeakerConfig config = SpeakerConfig.builder(Asn.parse(args[0]), Ipv4Address.parse("192.0.2.1"))
                .listen(List.of()) // we connect; nobody connects to us
                .peers(List.of(peer))
                .build();
        try (BgpSpeaker speaker = BgpSpeaker.start(config)) {
            speaker.onEvent(System.out::println);
            var communities = List.of(Community.parse("65001:7"));
            var attributes = PathAttributes.builder().med(10).communities(communities);
            speaker.announcements("example").announce(IpPrefix.parse(args[3]), attributes.build());
            System.in.read();
        } // withdrawn, then the session is closed
    }
}
