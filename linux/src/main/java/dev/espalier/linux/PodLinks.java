package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Wires pods: makes, finds and removes their pairs of interfaces, with all that belongs to them on both sides.
 *
 * <p><b>In the pod:</b> its addresses, each for itself alone; a gateway of which the host knows nothing, 169.254.1.1 and
 * fe80::ecee:eeff:feee:eeee, with the host's hardware address as a permanent neighbour, so that no host needs to answer for it: one without
 * a default route would not; a route to the gateway, and the default route by it.
 *
 * <p><b>On the host:</b> an interface with the same hardware address in every pod's case, without an address but the IPv6 gateway; a
 * route to each address, and the pod as its permanent neighbour, which no limit of the kernel's table (1024 for all namespaces together)
 * can push out; the settings by which the kernel forwards for it.
 *
 * <p><b>What is ours</b> is written on it: the host's interface has the pod's handle as its alias, and the routes have the protocol
 * {@link #PROTOCOL}. So nothing need be remembered: what is wired survives the daemon, and the next one reads it.
 *
 * <p>Making is idempotent, and a making that was cut off at any point is completed by the next. For one thread at a time; blocks.
 */
public final class PodLinks implements AutoCloseable {

    /** The protocol number of routes to pods. Not that of {@link NetlinkFib}, whose watch would take them for somebody else's. */
    public static final int PROTOCOL = 181;

    /** The gateway of every pod. */
    public static final IpAddress GATEWAY_4 = IpAddress.parse("169.254.1.1");

    /** The same in IPv6: what the kernel makes of the host's hardware address. */
    public static final IpAddress GATEWAY_6 = IpAddress.parse("fe80::ecee:eeff:feee:eeee");

    private static final String HOST_MAC = "ee:ee:ee:ee:ee:ee";
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");
    private static final int USUAL_MTU = 1500;
    static final String ALIAS = "espalier ";
    private static final Path SYSCTL = Path.of("/proc/sys/net");

    private final NetlinkClient host;
    private final NetworkNamespace hostNamespace;

    /**
     * On a host.
     *
     * @param hostNamespace the host's side; the daemon's own, but in tests
     * @throws NetlinkException when the kernel refuses
     */
    public PodLinks(NetworkNamespace hostNamespace) {
        this.hostNamespace = hostNamespace;
        this.host = hostNamespace.open(NetlinkClient::new);
    }

    /**
     * An interface as it is in the kernel.
     *
     * @param index its number
     * @param name its name
     * @param mac its hardware address
     * @param mtu its MTU
     * @param handle whose it is; empty where it is not ours
     * @param ipam the program that gave its addresses; empty where it was the daemon itself
     */
    public record Found(int index, String name, String mac, int mtu, String handle, String ipam) {}

    /**
     * Makes a pod's link, or what is missing of it.
     *
     * @param pod the pod's namespace
     * @return the host's interface
     * @throws NetlinkException when the kernel refuses
     * @throws NetworkNamespace.NamespaceException when the pod's namespace is not there
     * @throws IOException when a setting of the kernel cannot be written
     */
    public Found make(NetworkNamespace pod, PodLink wanted) throws IOException {
        try (NetlinkClient inside = pod.open(NetlinkClient::new)) {
            @Nullable Found ours = find(host, wanted.hostName());
            @Nullable Found theirs = find(inside, wanted.ifname());
            if (ours != null && theirs == null) {
                remove(wanted.hostName()); // of a namespace that was replaced by another
                ours = null;
            }
            if (ours == null && theirs != null) {
                throw new NetlinkException(
                        "making the interfaces of " + wanted.handle(),
                        Errno.EEXIST,
                        "the pod has an interface " + wanted.ifname() + " already");
            }
            if (ours == null) {
                create(pod, wanted);
                ours = required(host, wanted.hostName());
                theirs = required(inside, wanted.ifname());
            }
            hostSide(
                    ours,
                    ALIAS + wanted.handle() + (wanted.ipam().isEmpty() ? "" : " " + wanted.ipam()),
                    wanted.addresses());
            for (IpAddress address : wanted.addresses()) {
                neighbour(host, ours.index(), address, wanted.mac());
            }
            inside(inside, theirs == null ? required(inside, wanted.ifname()) : theirs, wanted);
            return ours;
        }
    }

    /**
     * Makes what is missing on the host's side of a link that is there: settings and routes.
     *
     * @param found what {@link #all} told
     * @param addresses the pod's
     * @return the addresses to which there was no route; empty when all was right
     * @throws IOException when a setting of the kernel cannot be written
     */
    public List<IpAddress> mend(Found found, List<IpAddress> addresses) throws IOException {
        List<IpAddress> routed = addressesOf(found);
        List<IpAddress> missing =
                addresses.stream().filter(address -> !routed.contains(address)).toList();
        if (!missing.isEmpty()) {
            hostSide(found, "", addresses);
        }
        return missing;
    }

    /**
     * The MTU that packets find on every way out of the host: the smallest of its links that are up and neither a pod's nor a loopback
     * device; {@value #USUAL_MTU} where there is none. In octets.
     */
    public int hostMtu() {
        int[] least = {Integer.MAX_VALUE};
        host.dumpRequest(Rtnetlink.RTM_GETLINK, Rtnetlink.IFINFOMSG).end();
        host.dump("reading interfaces", row -> {
            if (LinkMessages.isLink(row)) {
                Found each = found(row);
                int flags = row.word(Rtnetlink.IFI_FLAGS);
                boolean way = (flags & Rtnetlink.IFF_UP) != 0 && (flags & Rtnetlink.IFF_LOOPBACK) == 0;
                boolean ours = row.text(Rtnetlink.IFLA_IFALIAS).startsWith(ALIAS);
                if (way && !ours && each.mtu() > 0) {
                    least[0] = Math.min(least[0], each.mtu());
                }
            }
        });
        return least[0] == Integer.MAX_VALUE ? USUAL_MTU : least[0];
    }

    /** The host's link of a handle; null when there is none. */
    public @Nullable Found find(String handle) {
        return find(host, PodLink.hostName(handle));
    }

    /** The addresses to which the host has a route by a link. */
    public List<IpAddress> addressesOf(Found found) {
        return routesTo(found.index()).stream().map(IpPrefix::address).toList();
    }

    private void hostSide(Found link, String alias, List<IpAddress> addresses) throws IOException {
        boolean sixes = addresses.stream().anyMatch(address -> address.family() == AddressFamily.IPV6);
        settings(link.name(), sixes);
        up(host, link.index(), alias);
        if (sixes) {
            address(host, link.index(), GATEWAY_6, 64);
        }
        for (IpAddress address : addresses) {
            route(host, PROTOCOL, address.toPrefix(), null, link.index());
        }
    }

    /** Removes a pod's link from the host, and with it everything at both ends. @return whether there was one */
    public boolean remove(String hostName) {
        return removeLink(host, hostName);
    }

    /** Removes an interface. @return whether there was one */
    static boolean removeLink(NetlinkClient kernel, String name) {
        kernel.request(Rtnetlink.RTM_DELLINK, 0, Rtnetlink.IFINFOMSG)
                .text(Rtnetlink.IFLA_IFNAME, name)
                .end();
        String[] text = {""};
        int errno = kernel.execute(text);
        if (errno != 0 && errno != Errno.ENODEV) {
            throw new NetlinkException("removing interface " + name, errno, text[0]);
        }
        return errno == 0;
    }

    /** All links of ours on the host, by their handles. */
    public Map<String, Found> all() {
        Map<String, Found> found = new LinkedHashMap<>();
        host.dumpRequest(Rtnetlink.RTM_GETLINK, Rtnetlink.IFINFOMSG).end();
        host.dump("reading interfaces", row -> {
            if (LinkMessages.isLink(row)) {
                Found each = found(row);
                if (each.name().equals(PodLink.hostName(each.handle()))) { // a shaper has the same alias
                    found.put(each.handle(), each);
                }
            }
        });
        return found;
    }

    /** What a pod's link is not as it should be; empty when it is right. For CHECK, and for mending. */
    public List<String> differences(NetworkNamespace pod, PodLink wanted) {
        List<String> differences = new ArrayList<>();
        @Nullable Found ours = find(host, wanted.hostName());
        if (ours == null) {
            return List.of("the host has no interface " + wanted.hostName());
        }
        for (IpAddress address : wanted.addresses()) {
            if (!routesTo(ours.index()).contains(address.toPrefix())) {
                differences.add("the host has no route to " + address + " by " + wanted.hostName());
            }
        }
        try (NetlinkClient inside = pod.open(NetlinkClient::new)) {
            @Nullable Found theirs = find(inside, wanted.ifname());
            if (theirs == null) {
                differences.add("the pod has no interface " + wanted.ifname());
                return differences;
            }
            List<IpAddress> has = addresses(inside, theirs.index());
            for (IpAddress address : wanted.addresses()) {
                if (!has.contains(address)) {
                    differences.add(wanted.ifname() + " of the pod has not the address " + address);
                }
            }
            if (theirs.mtu() != wanted.mtu()) {
                differences.add(wanted.ifname() + " of the pod has MTU " + theirs.mtu() + ", not " + wanted.mtu());
            }
        }
        return differences;
    }

    private List<IpPrefix> routesTo(int link) {
        List<IpPrefix> routes = new ArrayList<>();
        for (AddressFamily family : AddressFamily.values()) {
            host.dumpRequest(Rtnetlink.RTM_GETROUTE, Rtnetlink.RTMSG)
                    .octet(Rtnetlink.RTM_FAMILY, number(family))
                    .octet(Rtnetlink.RTM_PROTOCOL, PROTOCOL)
                    .attribute(Rtnetlink.RTA_OIF, link)
                    .end();
            host.dump("reading routes to pods", row -> {
                row.attributes(Rtnetlink.RTMSG);
                if (row.word(Rtnetlink.RTA_OIF, 0) == link) {
                    routes.add(IpPrefix.of(
                            family,
                            row.high(family, Rtnetlink.RTA_DST),
                            row.low(family, Rtnetlink.RTA_DST),
                            row.octet(Rtnetlink.RTM_DST_LEN)));
                }
            });
        }
        return routes;
    }

    private static List<IpAddress> addresses(NetlinkClient kernel, int link) {
        List<IpAddress> addresses = new ArrayList<>();
        kernel.dumpRequest(Rtnetlink.RTM_GETADDR, Rtnetlink.IFADDRMSG)
                .word(Rtnetlink.IFA_INDEX, link)
                .end();
        kernel.dump("reading addresses", row -> {
            var address = LinkMessages.addressAnyState(row);
            if (address != null && address.link() == link) {
                addresses.add(address.address());
            }
        });
        return addresses;
    }

    // ---- both ends

    private void create(NetworkNamespace pod, PodLink wanted) {
        int namespace = pod.descriptor();
        try {
            MessageWriter request = host.request(
                            Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL, Rtnetlink.IFINFOMSG)
                    .text(Rtnetlink.IFLA_IFNAME, wanted.hostName())
                    .attribute(Rtnetlink.IFLA_MTU, wanted.mtu())
                    .octets(Rtnetlink.IFLA_ADDRESS, MAC.parseHex(HOST_MAC));
            int info = request.startNest(Rtnetlink.IFLA_LINKINFO);
            request.text(Rtnetlink.IFLA_INFO_KIND, "veth");
            int data = request.startNest(Rtnetlink.IFLA_INFO_DATA);
            int peer = request.startNest(Rtnetlink.VETH_INFO_PEER);
            request.zeros(Rtnetlink.IFINFOMSG)
                    .text(Rtnetlink.IFLA_IFNAME, wanted.ifname())
                    .attribute(Rtnetlink.IFLA_MTU, wanted.mtu())
                    .octets(Rtnetlink.IFLA_ADDRESS, MAC.parseHex(wanted.mac()))
                    .attribute(Rtnetlink.IFLA_NET_NS_FD, namespace);
            request.endNest(peer).endNest(data).endNest(info).end();
            host.execute("making the interfaces of " + wanted.handle());
        } finally {
            SystemCalls.close(namespace);
        }
    }

    /** Sets an interface up, with the alias that says whose it is; without one where it is empty. */
    static void up(NetlinkClient kernel, int link, String alias) {
        MessageWriter request = kernel.request(Rtnetlink.RTM_NEWLINK, 0, Rtnetlink.IFINFOMSG)
                .word(Rtnetlink.IFI_INDEX, link)
                .word(Rtnetlink.IFI_FLAGS, Rtnetlink.IFF_UP)
                .word(Rtnetlink.IFI_CHANGE, Rtnetlink.IFF_UP);
        if (!alias.isEmpty()) {
            request.text(Rtnetlink.IFLA_IFALIAS, alias);
        }
        request.end();
        kernel.execute("setting interface " + link + " up");
    }

    private static void address(NetlinkClient kernel, int link, IpAddress address, int length) {
        kernel.request(Rtnetlink.RTM_NEWADDR, Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_REPLACE, Rtnetlink.IFADDRMSG)
                .octet(0, number(address.family()))
                .octet(Rtnetlink.IFA_PREFIXLEN, length)
                .word(Rtnetlink.IFA_INDEX, link)
                .address(Rtnetlink.IFA_LOCAL, address.family().octets(), address.high(), address.low())
                .address(Rtnetlink.IFA_ADDRESS, address.family().octets(), address.high(), address.low())
                .attribute(Rtnetlink.IFA_FLAGS, Rtnetlink.IFA_F_NODAD)
                .end();
        kernel.execute("giving " + address + " to interface " + link);
    }

    /**
     * A route by a link. Replaces what is there: on the host that is only ever a route of ours, since a pod's address is nobody else's, and
     * in the pod everything is.
     */
    private static void route(NetlinkClient kernel, int protocol, IpPrefix to, @Nullable IpAddress gateway, int link) {
        AddressFamily family = to.family();
        MessageWriter request = kernel.request(
                        Rtnetlink.RTM_NEWROUTE, Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_REPLACE, Rtnetlink.RTMSG)
                .octet(Rtnetlink.RTM_FAMILY, number(family))
                .octet(Rtnetlink.RTM_DST_LEN, to.length())
                .octet(Rtnetlink.RTM_TABLE, Rtnetlink.RT_TABLE_MAIN)
                .octet(Rtnetlink.RTM_PROTOCOL, protocol)
                .octet(
                        Rtnetlink.RTM_SCOPE,
                        gateway == null && family == AddressFamily.IPV4
                                ? Rtnetlink.RT_SCOPE_LINK
                                : Rtnetlink.RT_SCOPE_UNIVERSE)
                .octet(Rtnetlink.RTM_TYPE, Rtnetlink.RTN_UNICAST);
        if (to.length() > 0) {
            request.address(
                    Rtnetlink.RTA_DST,
                    family.octets(),
                    to.address().high(),
                    to.address().low());
        }
        if (gateway != null) {
            request.address(Rtnetlink.RTA_GATEWAY, family.octets(), gateway.high(), gateway.low());
        }
        request.attribute(Rtnetlink.RTA_OIF, link).end();
        kernel.execute("adding a route to " + to);
    }

    // ---- the pod's end

    private static void inside(NetlinkClient kernel, Found link, PodLink wanted) {
        up(kernel, 1, ""); // the loopback interface has number 1 in every namespace
        up(kernel, link.index(), "");
        for (IpAddress address : wanted.addresses()) {
            address(kernel, link.index(), address, address.family().bits());
        }
        for (AddressFamily family : AddressFamily.values()) {
            if (wanted.addresses().stream().anyMatch(address -> address.family() == family)) {
                IpAddress gateway = family == AddressFamily.IPV4 ? GATEWAY_4 : GATEWAY_6;
                neighbour(kernel, link.index(), gateway, HOST_MAC);
                route(kernel, 0, gateway.toPrefix(), null, link.index());
                route(kernel, 0, everything(family), gateway, link.index());
            }
        }
    }

    private static void neighbour(NetlinkClient kernel, int link, IpAddress address, String mac) {
        kernel.request(Rtnetlink.RTM_NEWNEIGH, Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_REPLACE, Rtnetlink.NDMSG)
                .octet(Rtnetlink.NDM_FAMILY, number(address.family()))
                .word(Rtnetlink.NDM_IFINDEX, link)
                .octet(Rtnetlink.NDM_STATE, Rtnetlink.NUD_PERMANENT)
                .address(Rtnetlink.NDA_DST, address.family().octets(), address.high(), address.low())
                .octets(Rtnetlink.NDA_LLADDR, MAC.parseHex(mac))
                .end();
        kernel.execute("naming the neighbour " + address);
    }

    private static IpPrefix everything(AddressFamily family) {
        return IpPrefix.of(family, 0, 0, 0);
    }

    private static int number(AddressFamily family) {
        return family == AddressFamily.IPV4 ? Rtnetlink.AF_INET : Rtnetlink.AF_INET6;
    }

    // ---- the host's settings

    /** In the host's namespace: what /proc/sys/net shows depends on who opens it. */
    private void settings(String name, boolean sixes) throws IOException {
        try {
            hostNamespace.call(() -> {
                forwardFours();
                set("ipv4/conf/" + name + "/proxy_arp", "1");
                set("ipv4/conf/" + name + "/route_localnet", "1");
                set("ipv4/conf/" + name + "/forwarding", "1");
                set("ipv4/conf/" + name + "/rp_filter", "1");
                set("ipv4/neigh/" + name + "/proxy_delay", "0");
                if (sixes) {
                    forwardSixes();
                    set("ipv6/conf/" + name + "/disable_ipv6", "0");
                    set("ipv6/conf/" + name + "/accept_ra", "0");
                    set("ipv6/conf/" + name + "/accept_dad", "0");
                    set("ipv6/conf/" + name + "/forwarding", "1");
                    set("ipv6/conf/" + name + "/proxy_ndp", "1");
                }
                return name;
            });
        } catch (IOException | RuntimeException failed) {
            throw failed;
        } catch (Exception interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the kernel's settings were written", interrupted);
        }
    }

    /** Also what comes in by other links, which is how packets reach a pod. */
    private static void forwardFours() throws IOException {
        if (!get(SYSCTL.resolve("ipv4/ip_forward")).equals("1")) {
            set("ipv4/ip_forward", "1");
        }
    }

    /**
     * Of IPv6 the kernel forwards only what it forwards for all links. It then no longer hears router advertisements where it was told
     * to hear them as a host does (accept_ra 1), and a host that has its default route from them would lose it; 2 says in spite of
     * forwarding.
     */
    private static void forwardSixes() throws IOException {
        Path links = SYSCTL.resolve("ipv6/conf");
        if (get(links.resolve("all/forwarding")).equals("1")) {
            return;
        }
        try (DirectoryStream<Path> each = Files.newDirectoryStream(links)) {
            for (Path link : each) {
                Path accepts = link.resolve("accept_ra");
                if (get(accepts).equals("1")) {
                    Files.writeString(accepts, "2");
                }
            }
        }
        set("ipv6/conf/all/forwarding", "1");
    }

    private static String get(Path setting) throws IOException {
        return Files.readString(setting).strip();
    }

    private static void set(String name, String value) throws IOException {
        Files.writeString(SYSCTL.resolve(name), value);
    }

    // ---- finding

    /** The interface, which must be there. */
    static Found required(NetlinkClient kernel, String name) {
        Found found = find(kernel, name);
        if (found == null) {
            throw new NetlinkException("finding interface " + name + ", which was just made", Errno.ENODEV, "");
        }
        return found;
    }

    /** The interface of a name, or null. */
    static @Nullable Found find(NetlinkClient kernel, String name) {
        Found[] found = {null};
        kernel.request(Rtnetlink.RTM_GETLINK, 0, Rtnetlink.IFINFOMSG)
                .text(Rtnetlink.IFLA_IFNAME, name)
                .end();
        try {
            kernel.query("looking for interface " + name, row -> found[0] = found(row));
        } catch (NetlinkException refused) {
            if (refused.errno() != Errno.ENODEV) {
                throw refused;
            }
        }
        return found[0];
    }

    /** The interface that a message tells of. */
    static Found found(MessageReader row) {
        row.attributes(Rtnetlink.IFINFOMSG);
        String alias = row.text(Rtnetlink.IFLA_IFALIAS);
        String[] words = (alias.startsWith(ALIAS) ? alias.substring(ALIAS.length()) : "").split(" ", 2);
        byte[] mac = row.copy(Rtnetlink.IFLA_ADDRESS);
        return new Found(
                row.word(Rtnetlink.IFI_INDEX),
                row.text(Rtnetlink.IFLA_IFNAME),
                MAC.formatHex(mac),
                row.word(Rtnetlink.IFLA_MTU, 0),
                words[0],
                words.length > 1 ? words[1] : "");
    }

    @Override
    public void close() {
        host.close();
    }
}
