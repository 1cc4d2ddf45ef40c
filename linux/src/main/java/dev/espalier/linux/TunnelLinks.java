package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.route.Links;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes, adopts, mends and removes the devices of tunnels. One that fits is kept with all that goes through it, such as after a restart
 * of the daemon; one whose parameters cannot be changed is deleted and made anew. Where the other ends are is none of its business:
 * {@link TunnelEnds} follows the routes, and an IPIP device sends to the gateway of the route itself.
 *
 * <p><b>What is ours</b> has the alias {@value #ALIAS}. A device of the same name without it is somebody else's, and is refused.
 *
 * <p>For one thread at a time; blocks.
 */
public final class TunnelLinks implements AutoCloseable {

    /** VXLAN's network identifier, and the UDP port that IANA gave it. The kernel has one device for such a pair. */
    static final int VNI = 4096;

    static final int PORT = 4789;

    private static final String ALIAS = "espalier tunnel";
    /** What a packet may have where the node's address is on no link that would say it: that of Ethernet. */
    private static final int USUAL_MTU = 1500;

    private static final HexFormat MAC = HexFormat.ofDelimiter(":");
    private static final Path SYSCTL = Path.of("/proc/sys/net");

    private final NetlinkClient host;
    private final NetworkNamespace namespace;

    /**
     * On a host.
     *
     * @param namespace where the devices are; the daemon's own, but in tests
     * @throws NetlinkException when the kernel refuses
     */
    public TunnelLinks(NetworkNamespace namespace) {
        this.namespace = namespace;
        this.host = namespace.open(NetlinkClient::new);
    }

    /** A device cannot be made; the message says why, and what to do. */
    public static final class TunnelException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TunnelException(String message) {
            super(message);
        }
    }

    /**
     * A device that is up.
     *
     * @param link its number
     * @param mtu the largest packet that goes through it, in octets
     * @param made whether it was made just now; otherwise what an earlier call made was kept
     */
    public record Device(int link, int mtu, boolean made) {}

    /** A device as it is in the kernel. Of its kind it says only what cannot be changed. */
    private record Found(int index, String alias, String mac, int mtu, Shape shape) {}

    /**
     * What of a device cannot be changed.
     *
     * @param parent the link that its packets leave by; 0 where the route decides
     * @param settings the numbers of its kind that matter, as text
     */
    private record Shape(String kind, int parent, @Nullable IpAddress local, String settings) {}

    /** Where a node's address is. */
    private record Underlay(int link, int mtu) {}

    /**
     * Makes a tunnel's device, or what is missing of it.
     *
     * @throws TunnelException when the name is somebody else's, the node's address is not there, or the kernel refuses
     * @throws IOException when a setting of the kernel cannot be written
     */
    public Device make(Tunnel tunnel) throws IOException {
        try {
            Underlay underlay = underlay(tunnel.local());
            Shape wanted = shape(tunnel, underlay);
            @Nullable Found found = find(tunnel.kind().device());
            boolean fits = found != null && found.shape().equals(wanted) && hasMac(tunnel, found);
            // One that fits and has no alias is ours too, from a run that ended before it wrote its alias on it.
            if (found != null
                    && !found.alias().equals(ALIAS)
                    && !(fits && found.alias().isEmpty())) {
                throw new TunnelException("the device " + tunnel.kind().device()
                        + " is not one that Espalier made (its alias is not '" + ALIAS
                        + "'); remove it or give it another name");
            }
            if (found != null && !fits) {
                delete(found.index());
            }
            if (!fits) {
                create(tunnel, wanted);
                found = find(tunnel.kind().device());
            }
            Found device = Objects.requireNonNull(found, "a device that was just made");
            int mtu = underlay.mtu() - tunnel.kind().overhead();
            up(device, mtu);
            settings(tunnel);
            if (tunnel.addresses() != null) {
                addresses(device.index(), tunnel.addresses());
            }
            return new Device(device.index(), mtu, !fits);
        } catch (NetlinkException refused) {
            throw new TunnelException("the tunnel's device " + tunnel.kind().device() + " cannot be made: "
                    + refused.getMessage() + advice(tunnel.kind(), refused.errno()));
        }
    }

    private static String advice(Tunnel.Kind kind, int errno) {
        return switch (errno) {
            case Errno.EOPNOTSUPP ->
                kind == Tunnel.Kind.IPIP
                        ? "; this kernel has no IPIP: load its module 'ipip', or use vxlan"
                        : "; this kernel has no VXLAN: load its module 'vxlan'";
            case Errno.EEXIST ->
                "; another VXLAN device has VNI " + VNI + " on UDP port " + PORT
                        + ", such as Calico's: remove it, or have only one of the two encapsulate";
            default -> "";
        };
    }

    /** Removes a tunnel's device if it is ours, and with it all that goes through it. @return whether there was one */
    public boolean remove(Tunnel.Kind kind) {
        @Nullable Found found = find(kind.device());
        if (found == null || !found.alias().equals(ALIAS)) {
            return false;
        }
        delete(found.index());
        return true;
    }

    private void delete(int link) {
        host.request(Rtnetlink.RTM_DELLINK, 0, Rtnetlink.IFINFOMSG)
                .word(Rtnetlink.IFI_INDEX, link)
                .end();
        host.execute("removing the device " + link);
    }

    // ---- the underlay

    /** An address on the loopback device, or another that is not a link to the outside, is reached by whatever link. */
    private Underlay underlay(IpAddress local) {
        List<Integer> on = new ArrayList<>();
        host.dumpRequest(Rtnetlink.RTM_GETADDR, Rtnetlink.IFADDRMSG).end();
        host.dump("reading addresses", row -> {
            Links.HostAddress address = LinkMessages.addressAnyState(row);
            if (address != null && address.address().equals(local)) {
                on.add(address.link());
            }
        });
        if (on.isEmpty()) {
            throw new TunnelException(
                    "this host has no address " + local + ", from which the tunnel's packets are to be sent");
        }
        Underlay[] found = {new Underlay(0, USUAL_MTU)};
        host.dumpRequest(Rtnetlink.RTM_GETLINK, Rtnetlink.IFINFOMSG).end();
        host.dump("reading interfaces", row -> {
            if (LinkMessages.isLink(row)) {
                Links.Link link = LinkMessages.link(row);
                if (link.index() == on.getFirst() && !link.loopback()) {
                    found[0] = new Underlay(link.index(), link.mtu());
                }
            }
        });
        return found[0];
    }

    // ---- shapes

    private static final String VXLAN_SETTINGS = "vni " + VNI + " port " + PORT + " learning 0";

    private static Shape shape(Tunnel tunnel, Underlay underlay) {
        return switch (tunnel.kind()) {
            case VXLAN, VXLAN6 -> new Shape("vxlan", underlay.link(), tunnel.local(), VXLAN_SETTINGS);
            // An IPIP device that is tied to a link would refuse routes by others to the same node.
            case IPIP -> new Shape("ipip", 0, tunnel.local(), "");
        };
    }

    private static boolean hasMac(Tunnel tunnel, Found found) {
        return tunnel.kind() == Tunnel.Kind.IPIP || found.mac().equals(Tunnel.macOf(tunnel.local()));
    }

    private void create(Tunnel tunnel, Shape shape) {
        IpAddress local = tunnel.local();
        int octets = local.family().octets();
        MessageWriter request = host.request(
                        Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL, Rtnetlink.IFINFOMSG)
                .text(Rtnetlink.IFLA_IFNAME, tunnel.kind().device());
        if (tunnel.kind() != Tunnel.Kind.IPIP) {
            request.octets(Rtnetlink.IFLA_ADDRESS, MAC.parseHex(Tunnel.macOf(local)));
        }
        int info = request.startNest(Rtnetlink.IFLA_LINKINFO);
        request.text(Rtnetlink.IFLA_INFO_KIND, shape.kind());
        int data = request.startNest(Rtnetlink.IFLA_INFO_DATA);
        if (tunnel.kind() == Tunnel.Kind.IPIP) {
            request.address(Rtnetlink.IFLA_IPTUN_LOCAL, octets, local.high(), local.low());
        } else {
            int attribute =
                    switch (local.family()) {
                        case IPV4 -> Rtnetlink.IFLA_VXLAN_LOCAL;
                        case IPV6 -> Rtnetlink.IFLA_VXLAN_LOCAL6;
                    };
            request.attribute(Rtnetlink.IFLA_VXLAN_ID, VNI)
                    .address(attribute, octets, local.high(), local.low())
                    .octets(Rtnetlink.IFLA_VXLAN_LEARNING, new byte[] {0})
                    .octets(Rtnetlink.IFLA_VXLAN_PORT, new byte[] {(byte) (PORT >> 8), (byte) PORT});
            if (shape.parent() != 0) {
                request.attribute(Rtnetlink.IFLA_VXLAN_LINK, shape.parent());
            }
        }
        request.endNest(data).endNest(info).end();
        host.execute("making it");
    }

    private void up(Found device, int mtu) {
        MessageWriter request = host.request(Rtnetlink.RTM_NEWLINK, 0, Rtnetlink.IFINFOMSG)
                .word(Rtnetlink.IFI_INDEX, device.index())
                .word(Rtnetlink.IFI_FLAGS, Rtnetlink.IFF_UP)
                .word(Rtnetlink.IFI_CHANGE, Rtnetlink.IFF_UP)
                .text(Rtnetlink.IFLA_IFALIAS, ALIAS); // which the kernel does not take when a device is made
        if (device.mtu() != mtu) {
            request.attribute(Rtnetlink.IFLA_MTU, mtu);
        }
        request.end();
        host.execute("setting it up");
    }

    // ---- addresses

    /** Exactly these, beside the link-local one that IPv6 makes itself. */
    private void addresses(int link, List<IpAddress> wanted) {
        List<Links.HostAddress> others = new ArrayList<>();
        List<IpAddress> there = new ArrayList<>();
        host.dumpRequest(Rtnetlink.RTM_GETADDR, Rtnetlink.IFADDRMSG).end();
        host.dump("reading addresses", row -> {
            Links.HostAddress address = LinkMessages.addressAnyState(row);
            if (address == null || address.link() != link) {
                return;
            }
            IpAddress own = address.address();
            if (wanted.contains(own) && address.length() == own.family().bits()) {
                there.add(own);
            } else if (own.family() == AddressFamily.IPV4 || !own.isLinkLocal()) {
                others.add(address);
            }
        });
        for (Links.HostAddress other : others) {
            address(Rtnetlink.RTM_DELADDR, link, other.address(), other.length());
        }
        for (IpAddress address : wanted) {
            if (!there.contains(address)) {
                address(Rtnetlink.RTM_NEWADDR, link, address, address.family().bits());
            }
        }
    }

    private void address(int type, int link, IpAddress address, int length) {
        AddressFamily family = address.family();
        int flags = type == Rtnetlink.RTM_NEWADDR ? Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_REPLACE : 0;
        MessageWriter request = host.request(type, flags, Rtnetlink.IFADDRMSG)
                .octet(0, family == AddressFamily.IPV4 ? Rtnetlink.AF_INET : Rtnetlink.AF_INET6)
                .octet(Rtnetlink.IFA_PREFIXLEN, length)
                .word(Rtnetlink.IFA_INDEX, link)
                .address(Rtnetlink.IFA_LOCAL, family.octets(), address.high(), address.low())
                .address(Rtnetlink.IFA_ADDRESS, family.octets(), address.high(), address.low());
        if (type == Rtnetlink.RTM_NEWADDR) {
            request.attribute(Rtnetlink.IFA_FLAGS, Rtnetlink.IFA_F_NODAD);
        }
        request.end();
        host.execute((type == Rtnetlink.RTM_NEWADDR ? "giving it " : "taking from it ") + address);
    }

    // ---- settings

    /** What comes out of the tunnel is forwarded to pods. In the namespace: what /proc/sys/net shows depends on who opens it. */
    private void settings(Tunnel tunnel) throws IOException {
        String device = tunnel.kind().device();
        try {
            namespace.call(() -> {
                Files.writeString(SYSCTL.resolve("ipv4/conf/" + device + "/forwarding"), "1");
                Path sixes = SYSCTL.resolve("ipv6/conf/" + device);
                if (tunnel.kind() != Tunnel.Kind.IPIP && Files.isDirectory(sixes)) {
                    Files.writeString(sixes.resolve("accept_ra"), "0");
                    Files.writeString(sixes.resolve("forwarding"), "1");
                }
                return device;
            });
        } catch (IOException | RuntimeException failed) {
            throw failed;
        } catch (Exception interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the kernel's settings were written", interrupted);
        }
    }

    // ---- finding

    private @Nullable Found find(String name) {
        Found[] found = {null};
        host.request(Rtnetlink.RTM_GETLINK, 0, Rtnetlink.IFINFOMSG)
                .text(Rtnetlink.IFLA_IFNAME, name)
                .end();
        try {
            host.query("looking for it", row -> found[0] = found(row));
        } catch (NetlinkException refused) {
            if (refused.errno() != Errno.ENODEV) {
                throw refused;
            }
        }
        return found[0];
    }

    private static Found found(MessageReader row) {
        int index = row.word(Rtnetlink.IFI_INDEX);
        row.attributes(Rtnetlink.IFINFOMSG);
        String alias = row.text(Rtnetlink.IFLA_IFALIAS);
        String mac = MAC.formatHex(row.copy(Rtnetlink.IFLA_ADDRESS));
        int mtu = row.word(Rtnetlink.IFLA_MTU, 0);
        return new Found(index, alias, mac, mtu, shape(row));
    }

    private static Shape shape(MessageReader row) {
        row.attributes(row.start(Rtnetlink.IFLA_LINKINFO), row.end(Rtnetlink.IFLA_LINKINFO));
        String kind = row.text(Rtnetlink.IFLA_INFO_KIND);
        row.attributes(row.start(Rtnetlink.IFLA_INFO_DATA), row.end(Rtnetlink.IFLA_INFO_DATA));
        return switch (kind) {
            case "vxlan" -> {
                int local =
                        row.has(Rtnetlink.IFLA_VXLAN_LOCAL) ? Rtnetlink.IFLA_VXLAN_LOCAL : Rtnetlink.IFLA_VXLAN_LOCAL6;
                yield new Shape(
                        kind,
                        row.word(Rtnetlink.IFLA_VXLAN_LINK, 0),
                        row.has(local) ? row.address(local) : null,
                        "vni " + row.word(Rtnetlink.IFLA_VXLAN_ID, 0) + " port " + port(row) + " learning "
                                + row.octetAt(row.start(Rtnetlink.IFLA_VXLAN_LEARNING)));
            }
            case "ipip" -> {
                boolean anyRemote = row.word(Rtnetlink.IFLA_IPTUN_REMOTE, 0) == 0;
                yield new Shape(
                        kind,
                        row.word(Rtnetlink.IFLA_IPTUN_LINK, 0),
                        row.has(Rtnetlink.IFLA_IPTUN_LOCAL) ? row.address(Rtnetlink.IFLA_IPTUN_LOCAL) : null,
                        anyRemote ? "" : "one remote end");
            }
            default -> new Shape(kind, 0, null, "");
        };
    }

    /** In network order. */
    private static int port(MessageReader row) {
        int at = row.start(Rtnetlink.IFLA_VXLAN_PORT);
        return row.octetAt(at) << 8 | row.octetAt(at + 1);
    }

    @Override
    public void close() {
        host.close();
    }
}
