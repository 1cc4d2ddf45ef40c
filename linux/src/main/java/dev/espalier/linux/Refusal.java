package dev.espalier.linux;

import dev.espalier.net.IpPrefix;
import dev.espalier.route.Fib;

/** Says for people why the kernel did not make a change: what was asked, what is in the way, and what to try. */
final class Refusal {

    private Refusal() {}

    static String ofRoute(Fib.Batch batch, int i, int errno, String kernelText) {
        IpPrefix prefix = IpPrefix.of(batch.family(i), batch.high(i), batch.low(i), batch.length(i));
        String what = "Route to " + prefix + " in " + table(batch) + ": ";
        return what
                + switch (errno) {
                    case Errno.EEXIST ->
                        "another program's route to " + prefix + " with metric " + Fib.METRIC
                                + " is there; Espalier does not touch it. Remove it, or give it another metric (EEXIST)";
                    case Errno.EPERM -> "changing routes needs root or CAP_NET_ADMIN (EPERM)";
                    case Errno.ENOENT, Errno.ESRCH ->
                        "it is no longer in the kernel; somebody else removed it" + kernelWords(errno, kernelText);
                    case Errno.ENETUNREACH, Errno.EHOSTUNREACH ->
                        "the kernel finds no way to the gateway" + kernelWords(errno, kernelText);
                    case Errno.ENETDOWN, Errno.ENODEV -> "the link is down or gone" + kernelWords(errno, kernelText);
                    case Errno.ENOMEM, Errno.ENOSPC, Errno.ENOBUFS ->
                        "the kernel has no memory left for routes" + kernelWords(errno, kernelText);
                    default -> "the kernel refused it" + kernelWords(errno, kernelText);
                };
    }

    static String ofUnknownGroup(Fib.Batch batch, int i) {
        IpPrefix prefix = IpPrefix.of(batch.family(i), batch.high(i), batch.low(i), batch.length(i));
        return "Route to " + prefix + " in " + table(batch) + ": its next-hop group " + batch.group(i)
                + " is not in the kernel, because it was refused or its last link went down";
    }

    static String ofGroup(Fib.Batch batch, int i, NetlinkException refused) {
        boolean drop = batch.change(i) == Fib.Batch.Change.DROP_GROUP;
        String what = "Next-hop group " + batch.group(i) + (drop ? "" : " of " + batch.members(i)) + " of "
                + table(batch) + ": ";
        return what
                + switch (refused.errno()) {
                    case Errno.ENETDOWN, Errno.ENODEV ->
                        "a link of it is down or gone" + kernelWords(refused.errno(), refused.kernelText());
                    case Errno.ENETUNREACH, Errno.EHOSTUNREACH ->
                        "a gateway of it is not on its link; give the link an address in the gateway's network, or mark the"
                                + " hop as on-link" + kernelWords(refused.errno(), refused.kernelText());
                    default -> refused.getMessage();
                };
    }

    private static String table(Fib.Batch batch) {
        return "table " + Integer.toUnsignedString(batch.instance().kernelTable());
    }

    private static String kernelWords(int errno, String kernelText) {
        return kernelText.isEmpty()
                ? " (" + Errno.name(errno) + ")"
                : "; the kernel says: " + kernelText + " (" + Errno.name(errno) + ")";
    }
}
