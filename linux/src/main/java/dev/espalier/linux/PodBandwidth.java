package dev.espalier.linux;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Limits how fast pods receive and send, on the host's end of their links, where a pod can change nothing.
 *
 * <p><b>What a pod receives</b> the host sends, and a token bucket filter ({@code tbf}) is how the interface sends. <b>What a pod sends</b> the
 * host receives, and what is received cannot wait; so it is led through an interface of its own ({@code ifb}), which sends it on through
 * another token bucket. To drop what is too much (policing) would need no such interface, but TCP would then get far less than the limit
 * and hesitate, and a burst would be lost that could have waited.
 *
 * <p>The queues are given up with the pod's link by the kernel, the {@code ifb} is not: {@link #remove}. Its alias says whose it is, as on
 * the link. Applying is idempotent, and one that was cut off at any point is completed by the next. For one thread at a time; blocks.
 */
public final class PodBandwidth implements AutoCloseable {

    private final NetlinkClient kernel;
    private final Shaping shaping;

    /**
     * On a host.
     *
     * @param host its namespace; the daemon's own, but in tests
     * @throws NetlinkException when the kernel refuses
     */
    public PodBandwidth(NetworkNamespace host) {
        this.kernel = host.open(NetlinkClient::new);
        this.shaping = new Shaping(kernel);
    }

    /**
     * Has a pod limited as wanted, or no longer.
     *
     * @param handle the pod's, as of its {@link PodLink}, which has been made
     * @return whether anything had to be changed
     * @throws NetlinkException when the kernel refuses, or has no such link
     */
    public boolean apply(String handle, Bandwidth wanted) {
        PodLinks.@Nullable Found link = PodLinks.find(kernel, PodLink.hostName(handle));
        if (link == null) {
            throw new NetlinkException("limiting the bandwidth of " + handle, Errno.ENODEV, "it has no link");
        }
        boolean receives =
                shaping.limit(link.index(), TokenBucket.of(wanted.ingressRate(), wanted.ingressBurst(), link.mtu()));
        @Nullable TokenBucket egress = TokenBucket.of(wanted.egressRate(), wanted.egressBurst(), link.mtu());
        boolean sends = egress == null ? letSend(handle, link) : shapeSending(handle, link, egress);
        return receives || sends;
    }

    /** Removes what is left of a pod whose link is gone. @return whether there was anything */
    public boolean remove(String handle) {
        return PodLinks.removeLink(kernel, PodLink.shaperName(handle));
    }

    /** The pods that have something to remove, whether their links are there or not. */
    public Set<String> handles() {
        Set<String> handles = new LinkedHashSet<>();
        kernel.dumpRequest(Rtnetlink.RTM_GETLINK, Rtnetlink.IFINFOMSG).end();
        kernel.dump("reading interfaces", row -> {
            if (LinkMessages.isLink(row)) {
                PodLinks.Found each = PodLinks.found(row);
                if (each.name().equals(PodLink.shaperName(each.handle()))) {
                    handles.add(each.handle());
                }
            }
        });
        return handles;
    }

    // ---- what a pod sends

    private boolean shapeSending(String handle, PodLinks.Found link, TokenBucket wanted) {
        String name = PodLink.shaperName(handle);
        PodLinks.@Nullable Found shaper = PodLinks.find(kernel, name);
        boolean made = false;
        if (shaper == null || !shaper.handle().equals(handle)) {
            if (shaper == null) {
                create(name, link.mtu());
                shaper = PodLinks.required(kernel, name);
            }
            PodLinks.up(kernel, shaper.index(), PodLinks.ALIAS + handle);
            made = true;
        }
        boolean shaped = shaping.limit(shaper.index(), wanted);
        // last: nothing is led to an interface that is not ready for it
        boolean led = shaping.lead(link.index(), shaper.index());
        return made || shaped || led;
    }

    /** First the way to the interface, then the interface: the other way round would lose packets. */
    private boolean letSend(String handle, PodLinks.Found link) {
        if (PodLinks.find(kernel, PodLink.shaperName(handle)) == null) {
            return false;
        }
        shaping.unlead(link.index());
        return remove(handle);
    }

    private void create(String name, int mtu) {
        MessageWriter request = kernel.request(
                        Rtnetlink.RTM_NEWLINK, Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL, Rtnetlink.IFINFOMSG)
                .text(Rtnetlink.IFLA_IFNAME, name)
                .attribute(Rtnetlink.IFLA_MTU, mtu);
        int info = request.startNest(Rtnetlink.IFLA_LINKINFO);
        request.text(Rtnetlink.IFLA_INFO_KIND, "ifb").endNest(info).end();
        kernel.execute("making interface " + name + ", which takes the kernel's module ifb");
    }

    @Override
    public void close() {
        kernel.close();
    }
}
