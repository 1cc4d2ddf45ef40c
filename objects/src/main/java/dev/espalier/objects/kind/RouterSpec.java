package dev.espalier.objects.kind;

import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import dev.espalier.objects.decode.Decoder;
import dev.espalier.objects.decode.Decoders;
import dev.espalier.objects.decode.Fields;
import dev.espalier.route.RoutingInstance;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A BGP instance on the nodes it selects.
 *
 * @param nodeSelector the labels of its nodes; empty for every node
 * @param asn its AS
 * @param routerId its identifier, or null to take one of the node's addresses
 * @param clusterId its cluster as a route reflector, or null for the router id
 * @param instance the routing instance it serves
 * @param device the device its sockets are bound to, or null
 * @param listen where it accepts connections
 * @param families what its peers exchange unless they say otherwise; null for the family of the peer's address
 * @param maximumPaths how many equally good paths it uses: 1 to 256
 * @param multipathRelax whether they may come through different neighbouring ASes
 * @param alwaysCompareMed whether MEDs of different neighbouring ASes are compared
 * @param weighLinkBandwidth whether link bandwidths become weights
 * @param installBackupPath whether routes keep the second-best path ready in the kernel
 * @param resolveViaDefault whether a next hop may be reached through a default route
 * @param gracefulRestart graceful restart
 * @param honorGracefulShutdown whether GRACEFUL_SHUTDOWN from external peers is obeyed
 * @param drainSeconds how long neighbours are asked to find other ways before the daemon ends; 0 for not
 * @param redistribute which routes of the host that are not ours are announced too
 * @param importFrom which routes of other routing instances are leaked into its own
 * @param timers the timers of its peers unless they say otherwise
 */
public record RouterSpec(
        Map<String, String> nodeSelector,
        Asn asn,
        @Nullable Ipv4Address routerId,
        @Nullable Ipv4Address clusterId,
        RoutingInstance instance,
        @Nullable String device,
        Listen listen,
        @Nullable List<Family> families,
        int maximumPaths,
        boolean multipathRelax,
        boolean alwaysCompareMed,
        boolean weighLinkBandwidth,
        boolean installBackupPath,
        boolean resolveViaDefault,
        GracefulRestart gracefulRestart,
        boolean honorGracefulShutdown,
        int drainSeconds,
        List<RedistributeSpec> redistribute,
        List<ImportFromSpec> importFrom,
        Timers timers) {

    /**
     * Where connections are accepted.
     *
     * @param addresses the node's addresses; empty for nowhere
     * @param port the TCP port
     */
    public record Listen(List<IpAddress> addresses, int port) {
        private static final Listen DEFAULT =
                new Listen(List.of(Ipv4Address.UNSPECIFIED, Ipv6Address.UNSPECIFIED), 179);

        private static Listen decode(Fields fields) {
            boolean enabled = fields.optional("enabled", Decoders.BOOLEAN, true);
            List<IpAddress> addresses = fields.optional("addresses", Decoders.someOf(Words.ADDRESS), DEFAULT.addresses);
            if (!enabled && fields.has("addresses")) {
                fields.error("addresses", "cannot be given while 'enabled' is false", "remove one of the two");
            }
            return new Listen(enabled ? addresses : List.of(), fields.optional("port", Words.PORT, DEFAULT.port));
        }
    }

    private static final Asn STAND_IN = new Asn(64512);

    /** Enough for the spines of a large fabric, and what the kernel hashes over well. */
    private static final int DEFAULT_MAXIMUM_PATHS = 16;

    /** Time for an update to travel through a network of some size, with MRAI on the way. */
    private static final int DEFAULT_DRAIN_SECONDS = 60;

    /** Tables 253 to 255 belong to the kernel (default, main, local). */
    private static final Decoder<Long> KERNEL_TABLE = (value, context) -> {
        Long table = Decoders.number(1, Words.MAX_UNSIGNED_32, "").decode(value, context);
        if (table != null && table >= 253 && table <= 255) {
            context.error(value.place(), "the kernel keeps table " + table + " for itself", "choose another number");
            return null;
        }
        return table;
    };

    private static final Decoder<Boolean> LINK_BANDWIDTH = Decoders.choice(Map.of("weigh", true, "ignore", false));

    /** The kernel's names have at most 15 octets, none of them a slash or a blank (dev_valid_name). */
    private static final Decoder<String> DEVICE = (value, context) -> {
        String name = Decoders.TEXT.decode(value, context);
        if (name != null && !name.matches("[!-~&&[^/:]]{1,15}")) {
            context.error(
                    value.place(),
                    "'" + name + "' cannot be the name of a device",
                    "the kernel's names have 1 to 15 characters, as 'ip link' shows them");
            return null;
        }
        return name;
    };

    static final Decoder<RouterSpec> DECODER = Decoders.object(RouterSpec::decode);

    private static RouterSpec decode(Fields fields) {
        return new RouterSpec(
                Words.nodeSelector(fields),
                fields.required("asn", Words.ASN, STAND_IN),
                fields.optional("routerId", Words.ROUTER_ID),
                fields.optional("clusterId", Words.ROUTER_ID),
                instance(fields),
                fields.optional("device", DEVICE),
                fields.optional("listen", Decoders.object(Listen::decode), Listen.DEFAULT),
                fields.optional("families", Words.FAMILIES),
                fields.optional("maximumPaths", Decoders.integer(1, 256, ""), DEFAULT_MAXIMUM_PATHS),
                fields.optional("multipathRelax", Decoders.BOOLEAN, false),
                fields.optional("alwaysCompareMed", Decoders.BOOLEAN, false),
                fields.optional("linkBandwidth", LINK_BANDWIDTH, true),
                fields.optional("installBackupPath", Decoders.BOOLEAN, true),
                fields.optional("nextHopResolution", Decoders.object(RouterSpec::viaDefault), true),
                fields.optional("gracefulRestart", GracefulRestart.DECODER, GracefulRestart.DEFAULT),
                fields.optional("gracefulShutdown", Decoders.object(RouterSpec::honor), true),
                fields.optional("shutdown", Decoders.object(RouterSpec::drainSeconds), 0),
                RedistributeSpec.decodeAll(fields),
                ImportFromSpec.decodeAll(fields),
                fields.optional("timers", Timers.DECODER, Timers.UNSAID));
    }

    private static Boolean viaDefault(Fields fields) {
        return fields.optional("viaDefault", Decoders.BOOLEAN, true);
    }

    private static Boolean honor(Fields fields) {
        return fields.optional("honor", Decoders.BOOLEAN, true);
    }

    private static Integer drainSeconds(Fields fields) {
        boolean wanted = fields.optional("gracefulShutdown", Decoders.BOOLEAN, false);
        int seconds = fields.optional("drainTime", Decoders.integer(1, 3600, "seconds"), DEFAULT_DRAIN_SECONDS);
        if (!wanted && fields.has("drainTime")) {
            fields.error(
                    "drainTime",
                    "means something only beside 'gracefulShutdown: true'",
                    "add that, or remove this field");
        }
        return wanted ? seconds : 0;
    }

    private static RoutingInstance instance(Fields fields) {
        String name = fields.optional("instance", Decoders.TEXT, RoutingInstance.DEFAULT.name());
        Long table = fields.optional("kernelTable", KERNEL_TABLE);
        if (name.equals(RoutingInstance.DEFAULT.name())) {
            if (fields.has("kernelTable")) {
                fields.error(
                        "kernelTable",
                        "cannot be given for the instance 'default', which is the kernel's main table",
                        "name another 'instance', or remove this field");
            }
            return RoutingInstance.DEFAULT;
        }
        if (!fields.has("kernelTable")) {
            fields.error(
                    "instance",
                    "'" + name + "' needs a kernel table of its own",
                    "give its number in 'kernelTable', for example 100");
        }
        return table == null ? RoutingInstance.DEFAULT : new RoutingInstance(name, (int) (long) table);
    }
}
