package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections that the kernel tracks. Each keeps the translation that its first packet got, for as long as packets come: whoever goes on
 * sending would be led to a pod that is gone, or past one that has come. So such connections are forgotten, and their next packet is a
 * first one again.
 *
 * <p>Every walk over the kernel's table takes some milliseconds, be it empty or not. Where few connections are tracked, one walk reads all of
 * them; where there are many, the kernel is asked for those wanted where it can be (IPv4 since Linux 5.8), which takes four walks and
 * far fewer messages. Every entry is compared once more here. For one thread at a time; blocks: about 3 ms for each walk.
 */
public final class Conntrack implements AutoCloseable {

    /** How much a removal takes at most: header, tuple with ports and zone, number, zone. */
    private static final int REMOVAL = 256;

    /** So many are read at once: 2 ms or so, which is less than another walk takes. */
    private static final int FEW = 2_000;

    private final NetlinkClient kernel;
    private final int few;

    /**
     * On a host.
     *
     * @param host its namespace; the daemon's own, but in tests
     * @throws NetlinkException when the kernel has no netfilter
     */
    public Conntrack(NetworkNamespace host) {
        this(host, FEW);
    }

    /** @param few up to so many connections are read as a whole */
    Conntrack(NetworkNamespace host, int few) {
        this.kernel = host.open(NetlinkClient::toNetfilter);
        this.few = few;
    }

    /**
     * Forgets all connections from, to or translated to an address: of a pod that is gone or somewhere else now. To be called when nothing
     * leads to it any more, as packets that still do would begin new ones.
     *
     * @param addresses of pods, in both families
     * @return how many were forgotten
     * @throws NetlinkException when the kernel refuses
     */
    public int forget(Collection<IpAddress> addresses) {
        if (addresses.isEmpty()) {
            return 0;
        }
        if (tracked() <= few) {
            Set<IpAddress> all = Set.copyOf(addresses);
            dumpRequest(Rtnetlink.AF_UNSPEC).end();
            return remove(dump(flow -> flow.addresses().anyMatch(all::contains)));
        }
        int forgotten = 0;
        for (AddressFamily family : AddressFamily.values()) {
            Set<IpAddress> wanted = Set.copyOf(
                    addresses.stream().filter(each -> each.family() == family).toList());
            // asked for those with an IPv6 address, Linux 6.18 hands out those without it
            boolean canBeAsked = wanted.size() == 1 && family == AddressFamily.IPV4;
            forgotten += canBeAsked ? forget(wanted.iterator().next()) : forget(family, wanted);
        }
        return forgotten;
    }

    /** How many connections this namespace has, which the kernel counts as they come and go. */
    private int tracked() {
        int[] entries = {Integer.MAX_VALUE};
        kernel.request(Netfilter.CT_GET_STATS, 0, Netfilter.NFGENMSG).end();
        kernel.query("counting the tracked connections", row -> {
            row.attributes(Netfilter.NFGENMSG);
            byte[] count = row.copy(Netfilter.CTA_STATS_GLOBAL_ENTRIES);
            if (count.length == Integer.BYTES) {
                entries[0] = ByteBuffer.wrap(count).getInt();
            }
        });
        return entries[0];
    }

    /** One: the kernel is asked four times, once for each place of the address. What comes several times is removed several times. */
    private int forget(IpAddress address) {
        List<Flow> found = new ArrayList<>();
        for (int tuple : new int[] {Netfilter.CTA_TUPLE_ORIG, Netfilter.CTA_TUPLE_REPLY}) {
            found.addAll(having(address, tuple, Netfilter.CTA_IP_V4_SRC, Netfilter.CTA_FILTER_F_IP_SRC));
            found.addAll(having(address, tuple, Netfilter.CTA_IP_V4_DST, Netfilter.CTA_FILTER_F_IP_DST));
        }
        return remove(found);
    }

    private List<Flow> having(IpAddress address, int tuple, int attribute, int field) {
        MessageWriter request = dumpRequest(address.family());
        filter(request, tuple, field);
        int outer = request.startNest(tuple);
        int inner = request.startNest(Netfilter.CTA_TUPLE_IP);
        request.address(attribute, address.family().octets(), address.high(), address.low());
        request.endNest(inner).endNest(outer).end();
        return dump(flow -> flow.addresses().anyMatch(address::equals));
    }

    /** Everything is read once. */
    private int forget(AddressFamily family, Set<IpAddress> addresses) {
        if (addresses.isEmpty()) {
            return 0;
        }
        dumpRequest(family).end();
        return remove(dump(flow -> flow.addresses().anyMatch(addresses::contains)));
    }

    /**
     * Forgets connections to a port of the host that has become a pod's, as far as they began before and so lead to the host: of UDP, where
     * a sender that goes on would never reach the pod. The other protocols say when they begin.
     *
     * @param mapping what has come
     * @param hostAddresses all addresses of the host
     * @return how many were forgotten
     * @throws NetlinkException when the kernel refuses
     */
    public int forgetUntranslated(PortMapping mapping, Collection<IpAddress> hostAddresses) {
        if (mapping.protocol() != PortMapping.Protocol.UDP) {
            return 0;
        }
        @Nullable IpAddress only = mapping.hostAddress();
        Set<IpAddress> addresses = only == null ? Set.copyOf(hostAddresses) : Set.of(only);
        MessageWriter request = dumpRequest(mapping.podAddress().family());
        filter(
                request,
                Netfilter.CTA_TUPLE_ORIG,
                Netfilter.CTA_FILTER_F_PROTO_NUM | Netfilter.CTA_FILTER_F_PROTO_DST_PORT);
        int outer = request.startNest(Netfilter.CTA_TUPLE_ORIG);
        int inner = request.startNest(Netfilter.CTA_TUPLE_PROTO);
        int port = mapping.hostPort();
        request.octets(
                        Netfilter.CTA_PROTO_NUM,
                        new byte[] {(byte) mapping.protocol().number()})
                .octets(Netfilter.CTA_PROTO_DST_PORT, new byte[] {(byte) (port >> 8), (byte) port});
        request.endNest(inner).endNest(outer).end();
        return remove(dump(flow -> {
            Flow.Tuple original = flow.original();
            @Nullable IpAddress destination = original.destination();
            return original.protocol() == mapping.protocol().number()
                    && original.destinationPort() == port
                    && destination != null
                    && addresses.contains(destination)
                    && destination.equals(flow.reply().source());
        }));
    }

    private MessageWriter dumpRequest(AddressFamily family) {
        return dumpRequest(number(family));
    }

    private MessageWriter dumpRequest(int family) {
        return kernel.dumpRequest(Netfilter.CT_GET, Netfilter.NFGENMSG).octet(Netfilter.NFGEN_FAMILY, family);
    }

    private static void filter(MessageWriter request, int tuple, int fields) {
        int nest = request.startNest(Netfilter.CTA_FILTER);
        boolean original = tuple == Netfilter.CTA_TUPLE_ORIG;
        request.attribute(Netfilter.CTA_FILTER_ORIG_FLAGS, original ? fields : 0)
                .attribute(Netfilter.CTA_FILTER_REPLY_FLAGS, original ? 0 : fields);
        request.endNest(nest);
    }

    private List<Flow> dump(Predicate<Flow> wanted) {
        List<Flow> found = new ArrayList<>();
        kernel.dump("reading the tracked connections", row -> {
            @Nullable Flow flow = Flow.of(row);
            if (flow != null && wanted.test(flow)) {
                found.add(flow);
            }
        });
        return found;
    }

    /** @return how many were still there */
    private int remove(List<Flow> flows) {
        int[] gone = {0};
        int[] refused = {0};
        int next = 0;
        while (next < flows.size()) {
            MessageWriter run = kernel.startRun();
            int first = next;
            while (next < flows.size() && run.room() >= REMOVAL) {
                removal(run, flows.get(next++));
            }
            run.acknowledgeLast();
            kernel.executeRun(next - first, (position, errno, text) -> {
                gone[0]++;
                refused[0] = errno == Errno.ENOENT ? refused[0] : errno;
            });
        }
        if (refused[0] != 0) {
            throw new NetlinkException("forgetting a tracked connection", refused[0], "");
        }
        return flows.size() - gone[0];
    }

    private void removal(MessageWriter run, Flow flow) {
        run.begin(Netfilter.CT_DELETE, Rtnetlink.NLM_F_REQUEST, kernel.nextSequence(), Netfilter.NFGENMSG)
                .octet(Netfilter.NFGEN_FAMILY, number(flow.family()))
                .octets(Netfilter.CTA_TUPLE_ORIG | Rtnetlink.NLA_F_NESTED, flow.key());
        if (flow.id().length > 0) {
            run.octets(Netfilter.CTA_ID, flow.id());
        }
        if (flow.zone().length > 0) {
            run.octets(Netfilter.CTA_ZONE, flow.zone());
        }
        run.end();
    }

    private static int number(AddressFamily family) {
        return family == AddressFamily.IPV4 ? Rtnetlink.AF_INET : Rtnetlink.AF_INET6;
    }

    @Override
    public void close() {
        kernel.close();
    }
}
