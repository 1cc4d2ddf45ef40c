package dev.espalier.objects.kind;

import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.objects.plan.EtcdAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** Makes an {@link EtcdAddress}: what every kind of object that names an etcd has in common. */
final class EtcdDecoder {

    private static final Decoder<URI> ENDPOINT = Decoders.parsed("the address of a member of etcd", EtcdDecoder::uri);

    private EtcdDecoder() {}

    /** @param prefix what its keys begin with there unless said otherwise */
    static Decoder<EtcdAddress> of(String prefix) {
        return Decoders.object(fields -> decode(fields, prefix));
    }

    private static EtcdAddress decode(Fields fields, String prefix) {
        EtcdAddress etcd = new EtcdAddress(
                fields.required("endpoints", Decoders.someOf(ENDPOINT), List.of()),
                fields.optional("prefix", Decoders.TEXT, prefix),
                fields.optional("user", Decoders.TEXT),
                fields.optional(
                        "passwordSecret", Decoders.object(secret -> secret.required("file", Decoders.TEXT, ""))),
                null,
                fields.optional("caFile", Decoders.TEXT),
                fields.optional("certificateFile", Decoders.TEXT),
                fields.optional("keyFile", Decoders.TEXT));
        if (fields.has("user") != fields.has("passwordSecret")) {
            fields.error(
                    fields.has("user") ? "user" : "passwordSecret",
                    "a user and the file of its password belong together",
                    "give both, or neither");
        }
        if (fields.has("certificateFile") != fields.has("keyFile")) {
            fields.error(
                    fields.has("keyFile") ? "keyFile" : "certificateFile",
                    "a certificate and its key belong together",
                    "give both, or neither");
        }
        return etcd;
    }

    private static URI uri(String text) {
        String wanted = "; write it like http://127.0.0.1:2379";
        try {
            URI uri = new URI(text);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (!web || uri.getHost() == null) {
                throw new IllegalArgumentException("'" + text + "' is no endpoint of etcd" + wanted);
            }
            return uri;
        } catch (URISyntaxException senseless) {
            throw new IllegalArgumentException("'" + text + "' is no endpoint of etcd" + wanted, senseless);
        }
    }
}
