package dev.espalier.objects.kind;

import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.objects.plan.EtcdAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A flannel network with the backend host-gw that nodes take part in.
 *
 * @param nodeSelector the labels of its nodes; empty for every node
 * @param etcd where the network's keys are
 * @param link the interface by which the nodes see each other; null for that of the address, or of the default route
 * @param publicIp the node's address there; null for the first of the interface
 * @param publicIpv6 the same in the other family
 * @param subnetFile what flannel's CNI plugin reads
 * @param ipMasq whether the plugin is told that it need not hide the pods' addresses
 */
public record FlannelSpec(
        Map<String, String> nodeSelector,
        EtcdAddress etcd,
        @Nullable String link,
        @Nullable Ipv4Address publicIp,
        @Nullable Ipv6Address publicIpv6,
        String subnetFile,
        boolean ipMasq) {

    /** Where flannel's keys begin. */
    private static final String PREFIX = "/coreos.com/network";

    private static final String SUBNET_FILE = "/run/flannel/subnet.env";

    private static final EtcdAddress STAND_IN = new EtcdAddress(List.of(), PREFIX, null, null, null, null, null, null);

    private static final Decoder<Ipv4Address> IPV4 = Decoders.parsed("an IPv4 address", Ipv4Address::parse);
    private static final Decoder<Ipv6Address> IPV6 = Decoders.parsed("an IPv6 address", Ipv6Address::parse);

    private static final Decoder<String> ABSOLUTE_PATH = (value, context) -> {
        String path = Decoders.TEXT.decode(value, context);
        if (path != null && !path.startsWith("/")) {
            context.error(value.place(), "'" + path + "' does not say where", "write a path that begins with /");
            return null;
        }
        return path;
    };

    static final Decoder<FlannelSpec> DECODER = Decoders.object(FlannelSpec::decode);

    private static FlannelSpec decode(Fields fields) {
        return new FlannelSpec(
                Words.nodeSelector(fields),
                fields.required("etcd", EtcdDecoder.of(PREFIX), STAND_IN),
                fields.optional("interface", Decoders.TEXT),
                fields.optional("publicIp", IPV4),
                fields.optional("publicIpv6", IPV6),
                fields.optional("subnetFile", ABSOLUTE_PATH, SUBNET_FILE),
                fields.optional("ipMasq", Decoders.BOOLEAN, false));
    }
}
