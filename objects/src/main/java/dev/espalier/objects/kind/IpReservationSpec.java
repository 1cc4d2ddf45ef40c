package dev.espalier.objects.kind;

import dev.espalier.net.IpPrefix;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import java.util.List;

/**
 * Addresses of pools that no pod shall get.
 *
 * @param prefixes the addresses
 */
public record IpReservationSpec(List<IpPrefix> prefixes) {

    static final Decoder<IpReservationSpec> DECODER = Decoders.object(
            fields -> new IpReservationSpec(fields.required("prefixes", Decoders.someOf(Words.PREFIX), List.of())));
}
