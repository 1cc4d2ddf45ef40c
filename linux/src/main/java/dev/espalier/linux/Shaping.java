package dev.espalier.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's traffic control, as far as limits need it: a token bucket through which an interface sends, and a filter that leads what one
 * receives through another. What others put there, by other numbers, stays. For one thread at a time; blocks.
 */
final class Shaping {

    /** What we put on an interface has this number; anything else there is somebody else's. */
    private static final int HANDLE = 0xE5 << 16;

    /** The place of our filter among those of others on the same interface; theirs of a lower number go first. */
    private static final int PRIORITY = 0xE5E5;

    private static final int FILTER = PRIORITY << 16
            | (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                    ? TrafficControl.ETH_P_ALL
                    : TrafficControl.ETH_P_ALL << 8);

    private final NetlinkClient kernel;

    Shaping(NetlinkClient kernel) {
        this.kernel = kernel;
    }

    // ---- the token bucket

    /** Has an interface send through a token bucket, or not. @return whether that was a change */
    boolean limit(int link, @Nullable TokenBucket wanted) {
        @Nullable TokenBucket found = bucket(link);
        if (wanted == null) {
            if (found == null) {
                return false;
            }
            request(TrafficControl.RTM_DELQDISC, 0, link, TrafficControl.TC_H_ROOT)
                    .word(TrafficControl.TCM_HANDLE, HANDLE)
                    .end();
            kernel.execute("removing the limit of interface " + link);
            return true;
        }
        // the kernel shows the bucket as a time, rounded; but the limit contains it
        if (found != null && found.rate() == wanted.rate() && found.limit() == wanted.limit()) {
            return false;
        }
        replace(link, wanted);
        return true;
    }

    private void replace(int link, TokenBucket wanted) {
        MessageWriter request = request(
                        TrafficControl.RTM_NEWQDISC,
                        Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_REPLACE,
                        link,
                        TrafficControl.TC_H_ROOT)
                .word(TrafficControl.TCM_HANDLE, HANDLE)
                .text(TrafficControl.TCA_KIND, "tbf");
        int options = request.startNest(TrafficControl.TCA_OPTIONS);
        ByteBuffer parameters = ByteBuffer.allocate(TrafficControl.TBF_QOPT).order(ByteOrder.nativeOrder());
        parameters.put(1, (byte) TrafficControl.TC_LINKLAYER_ETHERNET);
        parameters.putInt(TrafficControl.TBF_QOPT_RATE, wanted.shortRate());
        parameters.putInt(TrafficControl.TBF_QOPT_LIMIT, (int) wanted.limit());
        request.octets(TrafficControl.TCA_TBF_PARMS, parameters.array());
        request.attribute(TrafficControl.TCA_TBF_BURST, (int) wanted.burst());
        if (wanted.needsLongRate()) {
            request.octets(
                    TrafficControl.TCA_TBF_RATE64,
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.nativeOrder())
                            .putLong(wanted.rate())
                            .array());
        }
        request.endNest(options).end();
        kernel.execute("limiting interface " + link + ", which takes the kernel's module sch_tbf");
    }

    /** Our token bucket on an interface, with a burst of 0, or null. */
    private @Nullable TokenBucket bucket(int link) {
        @Nullable TokenBucket[] found = {null};
        request(TrafficControl.RTM_GETQDISC, Rtnetlink.NLM_F_ECHO, link, TrafficControl.TC_H_ROOT)
                .end();
        try {
            kernel.query("reading the limit of interface " + link, row -> {
                row.attributes(TrafficControl.TCMSG);
                if (row.word(TrafficControl.TCM_HANDLE) == HANDLE
                        && row.text(TrafficControl.TCA_KIND).equals("tbf")) {
                    found[0] = bucket(row);
                }
            });
        } catch (NetlinkException none) {
            if (none.errno() != Errno.ENOENT && none.errno() != Errno.EINVAL) {
                throw none;
            }
        }
        return found[0];
    }

    private static TokenBucket bucket(MessageReader row) {
        row.nested(TrafficControl.TCA_OPTIONS);
        int parameters = row.start(TrafficControl.TCA_TBF_PARMS);
        byte[] longRate = row.copy(TrafficControl.TCA_TBF_RATE64);
        long rate = longRate.length == Long.BYTES
                ? ByteBuffer.wrap(longRate).order(ByteOrder.nativeOrder()).getLong()
                : Integer.toUnsignedLong(row.wordAt(parameters + TrafficControl.TBF_QOPT_RATE));
        long limit = Integer.toUnsignedLong(row.wordAt(parameters + TrafficControl.TBF_QOPT_LIMIT));
        return new TokenBucket(rate, 0, limit);
    }

    // ---- the way to the interface

    /** Leads all that an interface receives through another. @return whether that was a change */
    boolean lead(int link, int shaper) {
        int found = leadsTo(link);
        if (found == shaper) {
            return false;
        }
        if (found != 0) {
            unlead(link);
        }
        request(
                        TrafficControl.RTM_NEWQDISC,
                        Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL,
                        link,
                        TrafficControl.TC_H_CLSACT)
                .word(TrafficControl.TCM_HANDLE, TrafficControl.CLSACT_HANDLE)
                .text(TrafficControl.TCA_KIND, "clsact")
                .end();
        execute(
                "preparing interface " + link + " for filters, which takes the kernel's module sch_ingress",
                Errno.EEXIST);
        redirect(link, shaper);
        return true;
    }

    private void redirect(int link, int shaper) {
        MessageWriter request = request(
                        TrafficControl.RTM_NEWTFILTER,
                        Rtnetlink.NLM_F_CREATE | Rtnetlink.NLM_F_EXCL,
                        link,
                        TrafficControl.CLSACT_INGRESS)
                .word(TrafficControl.TCM_INFO, FILTER)
                .text(TrafficControl.TCA_KIND, "u32");
        int options = request.startNest(TrafficControl.TCA_OPTIONS);
        int actions = request.startNest(TrafficControl.TCA_U32_ACT);
        int action = request.startNest(1);
        request.text(TrafficControl.TCA_ACT_KIND, "mirred");
        int parameters = request.startNest(TrafficControl.TCA_ACT_OPTIONS);
        request.octets(TrafficControl.TCA_MIRRED_PARMS, redirection(shaper));
        request.endNest(parameters).endNest(action).endNest(actions);
        request.octets(TrafficControl.TCA_U32_SEL, everything());
        request.endNest(options).end();
        kernel.execute("leading what interface " + link
                + " receives through another, which takes the kernel's modules cls_u32 and act_mirred");
    }

    /** Undoes {@link #lead}, if need be. */
    void unlead(int link) {
        request(TrafficControl.RTM_DELTFILTER, 0, link, TrafficControl.CLSACT_INGRESS)
                .word(TrafficControl.TCM_INFO, FILTER)
                .end();
        execute("no longer leading what interface " + link + " receives", Errno.ENOENT, Errno.EINVAL);
    }

    /** The interface to which ours leads; 0 when none of ours is there, and -1 when it leads nowhere any more. */
    private int leadsTo(int link) {
        int[] found = {0};
        kernel.dumpRequest(TrafficControl.RTM_GETTFILTER, TrafficControl.TCMSG)
                .word(TrafficControl.TCM_IFINDEX, link)
                .word(TrafficControl.TCM_PARENT, TrafficControl.CLSACT_INGRESS)
                .end();
        kernel.dump("reading the filters of interface " + link, row -> {
            if (row.word(TrafficControl.TCM_INFO) >>> 16 == PRIORITY && found[0] <= 0) {
                row.attributes(TrafficControl.TCMSG);
                row.nested(TrafficControl.TCA_OPTIONS);
                row.nested(TrafficControl.TCA_U32_ACT);
                row.nested(1);
                row.nested(TrafficControl.TCA_ACT_OPTIONS);
                found[0] = row.has(TrafficControl.TCA_MIRRED_PARMS)
                        ? row.wordAt(row.start(TrafficControl.TCA_MIRRED_PARMS) + TrafficControl.TC_MIRRED_IFINDEX)
                        : -1;
                found[0] = found[0] == 0 ? -1 : found[0];
            }
        });
        return found[0];
    }

    private static byte[] redirection(int link) {
        return ByteBuffer.allocate(TrafficControl.TC_MIRRED)
                .order(ByteOrder.nativeOrder())
                .putInt(2 * Integer.BYTES, TrafficControl.TC_ACT_STOLEN)
                .putInt(5 * Integer.BYTES, TrafficControl.TCA_EGRESS_REDIR)
                .putInt(TrafficControl.TC_MIRRED_IFINDEX, link)
                .array();
    }

    /** A struct tc_u32_sel with one key that asks nothing: mask and value are 0. */
    private static byte[] everything() {
        return ByteBuffer.allocate(32)
                .put(0, (byte) TrafficControl.TC_U32_TERMINAL)
                .put(2, (byte) 1)
                .array();
    }

    private MessageWriter request(int type, int flags, int link, int parent) {
        return kernel.request(type, flags, TrafficControl.TCMSG)
                .word(TrafficControl.TCM_IFINDEX, link)
                .word(TrafficControl.TCM_PARENT, parent);
    }

    /** Sends the request, which may have nothing to do: then the kernel answers with one of these errors. */
    private void execute(String what, int... nothingToDo) {
        String[] text = {""};
        int errno = kernel.execute(text);
        if (errno != 0 && Arrays.stream(nothingToDo).noneMatch(each -> each == errno)) {
            throw new NetlinkException(what, errno, text[0]);
        }
    }
}
