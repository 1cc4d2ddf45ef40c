package dev.espalier.objects.kind;

import dev.espalier.bgp.PeerConfig.AddPaths;
import dev.espalier.bgp.PeerConfig.AddPaths.Send;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import java.util.Map;

/** Makes the {@link AddPaths} of a peer: whether to receive, and which paths to send. */
final class AddPathsDecoder {

    static final Decoder<AddPaths> DECODER = Decoders.object(AddPathsDecoder::decode);

    /** With one path there would be identifiers for nothing; beyond 64, "all" says it better. */
    private static final Decoder<Integer> SEND_MAX = Decoders.integer(2, 64, "paths");

    private static final Decoder<Send> SEND =
            Decoders.choice(Map.of("none", Send.NONE, "all", Send.ALL, "best", Send.BEST));

    private AddPathsDecoder() {}

    private static AddPaths decode(Fields fields) {
        boolean receive = fields.optional("receive", Decoders.BOOLEAN, false);
        Send said = fields.optional("send", SEND);
        boolean wrong = said == null && fields.has("send"); // which has been reported
        Send send = said == null ? Send.NONE : said;
        int sendMax = fields.optional("sendMax", SEND_MAX, 0);
        if (send == Send.BEST && !fields.has("sendMax")) {
            fields.error("send", "'best' needs to know how many", "give a number in 'sendMax', for example 2");
        } else if (send != Send.BEST && fields.has("sendMax") && !wrong) {
            fields.error("sendMax", "means something only beside 'send: best'", "remove it, or write send: best");
        }
        return new AddPaths(receive, send, send == Send.BEST ? sendMax : 0);
    }
}
