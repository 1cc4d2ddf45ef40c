package dev.espalier.objects.kind;

import dev.espalier.bfd.BfdProfile;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;

/** Makes a {@link BfdProfile}. */
final class BfdProfileDecoder {

    static final Decoder<BfdProfile> DECODER = Decoders.object(BfdProfileDecoder::decode);

    /** 10 ms is what a process among others can keep; a minute is longer than any hold time would be. */
    private static final Decoder<Integer> INTERVAL = Decoders.integer(10, 60_000, "milliseconds");

    private BfdProfileDecoder() {}

    private static BfdProfile decode(Fields fields) {
        BfdProfile usual = BfdProfile.USUAL;
        return new BfdProfile(
                fields.optional("detectMultiplier", Decoders.integer(1, 255, ""), usual.detectMultiplier()),
                fields.optional("requiredMinReceive", INTERVAL, usual.requiredMinReceiveMillis()),
                fields.optional("desiredMinTransmit", INTERVAL, usual.desiredMinTransmitMillis()),
                fields.optional("minimumTtl", Decoders.integer(1, 255, ""), usual.minimumTtl()),
                fields.optional("passive", Decoders.BOOLEAN, usual.passive()));
    }
}
