package dev.espalier.objects.kind;

import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.objects.plan.EtcdAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the state is kept that several nodes write: who has which address.
 *
 * @param nodeSelector the labels of the nodes it is for; empty for every node
 * @param path the folder of a single machine's state; null where it is in etcd
 * @param etcd the cluster's; null where it is in a folder
 */
public record StateStoreSpec(
        Map<String, String> nodeSelector,
        @Nullable String path,
        @Nullable EtcdAddress etcd) {

    static final Decoder<StateStoreSpec> DECODER = Decoders.object(StateStoreSpec::decode);

    private static StateStoreSpec decode(Fields fields) {
        StateStoreSpec spec = new StateStoreSpec(
                Words.nodeSelector(fields),
                fields.optional("path", Decoders.TEXT),
                fields.optional("etcd", EtcdDecoder.of("/espalier/")));
        fields.exactlyOneOf("path", "etcd");
        return spec;
    }
}
