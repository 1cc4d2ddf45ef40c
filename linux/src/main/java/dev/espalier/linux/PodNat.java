package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the host translates for its pods: the source of what they send to the world outside, and ports of the host that lead to them.
 *
 * <p>All of it is one table of nftables, {@code inet espalier}, and nothing else is touched. {@link #apply} replaces the table in one
 * transaction, so that no packet meets half of it, and leaves it alone when it is right. Connections that are there keep the translation
 * that they began with; {@link Conntrack} ends those that must not go on.
 *
 * <p><b>What is ours</b> is written on it: the table's comment has a digest of what is in it, and each port's element the pod's handle as
 * its comment. So nothing need be remembered: a new run asks for {@link #mappings} and goes on.
 *
 * <p>Written by the program nft; read by netlink, as that costs a tenth of a program's start. Linux 5.7 and nft 0.9.8 or newer;
 * before 5.10 a table has no comment and is replaced at each {@link #apply}. For one thread at a time; blocks.
 */
public final class PodNat implements AutoCloseable {

    /** The family of our table. */
    public static final String FAMILY = "inet";

    /** The name of our table. */
    public static final String TABLE = "espalier";

    private static final int DUMPS = 10;

    private final NetlinkClient kernel;
    private final Nft nft;

    /**
     * On a host.
     *
     * @param host its namespace; the daemon's own, but in tests
     * @throws NetlinkException when the kernel has no netfilter
     */
    public PodNat(NetworkNamespace host) {
        this(host, new Nft(host));
    }

    PodNat(NetworkNamespace host, Nft nft) {
        this.kernel = host.open(NetlinkClient::toNetfilter);
        this.nft = nft;
    }

    /**
     * Has the kernel translate as the rules say and no more.
     *
     * @return whether anything had to be changed
     * @throws IOException with a sentence for people when nft is missing or refuses; then everything is as it was
     * @throws NetlinkException when the kernel does not say what is there
     */
    public boolean apply(NatRules wanted) throws IOException {
        @Nullable String comment = comment();
        if (wanted.isEmpty()) {
            if (comment == null) {
                return false;
            }
            nft.run("removing the table " + FAMILY + " " + TABLE, NatScript.removal());
            return true;
        }
        if (NatScript.comment(wanted).equals(comment)
                && Set.copyOf(wanted.ports()).equals(Set.copyOf(mappings()))) {
            return false;
        }
        nft.run("translating addresses for pods", NatScript.replacement(wanted));
        return true;
    }

    /**
     * The ports that lead to pods now; none when our table is not there.
     *
     * @throws NetlinkException when the kernel refuses to say
     */
    public List<PortMapping> mappings() {
        List<PortMapping> mappings = new ArrayList<>();
        for (AddressFamily family : AddressFamily.values()) {
            mappings.addAll(elements(family, false));
            mappings.addAll(elements(family, true));
        }
        return mappings;
    }

    /** The comment of our table; empty when it has none, null when there is no table. */
    private @Nullable String comment() {
        String[] comment = {""};
        kernel.request(Netfilter.NFT_GETTABLE, 0, Netfilter.NFGENMSG)
                .octet(Netfilter.NFGEN_FAMILY, Netfilter.NFPROTO_INET)
                .text(Netfilter.NFTA_TABLE_NAME, TABLE)
                .end();
        try {
            kernel.query("looking for the table " + FAMILY + " " + TABLE, row -> {
                row.attributes(Netfilter.NFGENMSG);
                comment[0] = NftElements.comment(row.copy(Netfilter.NFTA_TABLE_USERDATA));
            });
        } catch (NetlinkException refused) {
            if (refused.errno() != Errno.ENOENT) {
                throw refused;
            }
            return null;
        }
        return comment[0];
    }

    /** Read until nobody changes it meanwhile; an answer that mixes two states would be as wrong as none. */
    private List<PortMapping> elements(AddressFamily family, boolean certainAddress) {
        for (int i = 0; i < DUMPS; i++) {
            List<PortMapping> found = new ArrayList<>();
            kernel.dumpRequest(Netfilter.NFT_GETSETELEM, Netfilter.NFGENMSG)
                    .octet(Netfilter.NFGEN_FAMILY, Netfilter.NFPROTO_INET)
                    .text(Netfilter.NFTA_SET_ELEM_LIST_TABLE, TABLE)
                    .text(Netfilter.NFTA_SET_ELEM_LIST_SET, NatScript.ports(family, certainAddress))
                    .end();
            try {
                if (kernel.dump(
                        "reading the mapped ports",
                        row -> NftElements.forEach(row, element -> {
                            @Nullable PortMapping mapping = mapping(family, certainAddress, element);
                            if (mapping != null) {
                                found.add(mapping);
                            }
                        }))) {
                    return found;
                }
            } catch (NetlinkException refused) {
                if (refused.errno() != Errno.ENOENT) {
                    throw refused;
                }
                return List.of();
            }
        }
        throw new NetlinkException("reading the mapped ports, which somebody changes all the time", Errno.EINTR, "");
    }

    /** The mapping, or null when it is not ours: somebody put it there by hand. */
    private static @Nullable PortMapping mapping(
            AddressFamily family, boolean certainAddress, NftElements.Element element) {
        @Nullable IpAddress host = certainAddress ? element.keyAddress(0, family) : null;
        int protocol = certainAddress ? family.octets() : 0;
        PortMapping.@Nullable Protocol known = PortMapping.Protocol.of(element.keyOctet(protocol));
        if (known == null) {
            return null;
        }
        try {
            return new PortMapping(
                    element.comment(),
                    known,
                    host,
                    element.keyShort(protocol + Netfilter.NFT_REG32),
                    element.dataAddress(0, family),
                    element.dataShort(family.octets()));
        } catch (IllegalArgumentException notOurs) {
            return null;
        }
    }

    @Override
    public void close() {
        kernel.close();
    }
}
