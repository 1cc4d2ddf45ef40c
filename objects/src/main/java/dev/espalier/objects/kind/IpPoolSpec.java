package dev.espalier.objects.kind;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.objects.plan.PodPlan.Encapsulation;
import java.util.List;
import java.util.Map;

/**
 * A range of addresses for pods.
 *
 * @param nodeSelector the labels of the nodes whose pods it serves; empty for every node
 * @param namespaceSelector the labels of the namespaces whose pods it serves; empty for every namespace
 * @param prefix its addresses
 * @param blockLength the prefix length of the blocks that nodes claim from now on
 * @param encapsulation how packets to its addresses travel between nodes
 * @param natOutgoing whether its pods' packets to the rest of the world have their node's address as source
 * @param natExcept destinations to which they keep their own all the same
 * @param disabled whether nothing new may come from it
 * @param strictAffinity whether a node may give only addresses of blocks of its own
 * @param cooldownSeconds how long an address rests before it is given again
 * @param advertise whether its blocks are announced
 */
public record IpPoolSpec(
        Map<String, String> nodeSelector,
        Map<String, String> namespaceSelector,
        IpPrefix prefix,
        int blockLength,
        Encapsulation encapsulation,
        boolean natOutgoing,
        List<IpPrefix> natExcept,
        boolean disabled,
        boolean strictAffinity,
        int cooldownSeconds,
        boolean advertise) {

    /** The most addresses of a block, as a power of two: its document is written whole. */
    private static final int LARGEST_BLOCK_BITS = 12;

    /** 64 addresses. */
    private static final int USUAL_BLOCK_BITS = 6;

    /** An hour; more would be a reservation. */
    private static final int LONGEST_COOLDOWN = 3600;

    private static final int USUAL_COOLDOWN = 60;

    private static final IpPrefix STAND_IN = IpPrefix.of(Ipv4Address.parse("10.0.0.0"), 8);

    private static final Decoder<Encapsulation.Kind> KIND = Decoders.choice(Map.of(
            "none", Encapsulation.Kind.NONE, "ipip", Encapsulation.Kind.IPIP, "vxlan", Encapsulation.Kind.VXLAN));
    private static final Decoder<Boolean> CROSS_SUBNET = Decoders.choice(Map.of("always", false, "crossSubnet", true));

    static final Decoder<IpPoolSpec> DECODER = Decoders.object(IpPoolSpec::decode);

    private static IpPoolSpec decode(Fields fields) {
        IpPrefix prefix = fields.required("prefix", Words.PREFIX, STAND_IN);
        Encapsulation.Kind kind = fields.optional("encapsulation", KIND, Encapsulation.Kind.NONE);
        boolean crossSubnet = fields.optional("encapsulationMode", CROSS_SUBNET, false);
        if (kind == Encapsulation.Kind.NONE && fields.has("encapsulationMode")) {
            fields.error("encapsulationMode", "says when to encapsulate, and nothing is", "say 'encapsulation' too");
        }
        if (kind == Encapsulation.Kind.IPIP && prefix.family() == AddressFamily.IPV6) {
            fields.error("encapsulation", "IPIP carries IPv4 only (RFC 2003)", "use vxlan");
        }
        if (prefix.address().isLinkLocal()
                || prefix.address().isMulticast()
                || prefix.address().isLoopback()) {
            fields.error("prefix", prefix + " cannot be routed from node to node", "");
        }
        return new IpPoolSpec(
                Words.nodeSelector(fields),
                fields.optional("namespaceSelector", Decoders.TEXT_BY_NAME, Map.of()),
                prefix,
                blockLength(fields, prefix),
                new Encapsulation(kind, crossSubnet),
                fields.optional("natOutgoing", Decoders.BOOLEAN, false),
                fields.optional("natExcept", Decoders.listOf(Words.PREFIX), List.of()),
                fields.optional("disabled", Decoders.BOOLEAN, false),
                fields.optional("strictAffinity", Decoders.BOOLEAN, false),
                fields.optional("cooldown", Decoders.integer(0, LONGEST_COOLDOWN, "seconds"), USUAL_COOLDOWN),
                fields.optional("advertise", Decoders.BOOLEAN, true));
    }

    private static int blockLength(Fields fields, IpPrefix prefix) {
        int bits = prefix.family().bits();
        int least = Math.max(prefix.length(), bits - LARGEST_BLOCK_BITS);
        return fields.optional(
                "blockLength", Decoders.integer(least, bits, ""), Math.max(prefix.length(), bits - USUAL_BLOCK_BITS));
    }
}
