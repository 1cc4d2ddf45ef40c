package dev.espalier.linux;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Asks the kernel and waits for the answer, over a socket of its own: one request with one acknowledgement, a dump, or a run of
 * requests of which only the last is acknowledged. For one thread at a time.
 */
final class NetlinkClient implements AutoCloseable {

    /** Room for a dump's datagram, and for acknowledgements of a whole run. */
    private static final int BUFFER = 64 * 1024;
    /** A run in which everything fails brings an error message for each: about 1 KiB of kernel memory apiece. */
    private static final int RECEIVE_BUFFER = 8 << 20;
    /** The kernel answers within the sending call; this only keeps a broken kernel from holding us for ever. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final NetlinkSocket socket;
    private final MessageWriter writer = new MessageWriter(BUFFER);
    private final MessageReader reader = new MessageReader(BUFFER);
    private int lastSequence;

    /** Opens a socket for routes and links in the calling thread's network namespace. */
    NetlinkClient() {
        this(NetlinkSocket.NETLINK_ROUTE);
    }

    /** Opens a socket for nftables and connection tracking in the calling thread's network namespace. */
    static NetlinkClient toNetfilter() {
        return new NetlinkClient(NetlinkSocket.NETLINK_NETFILTER);
    }

    private NetlinkClient(int protocol) {
        this.socket = NetlinkSocket.open(protocol);
        socket.receiveBuffer(RECEIVE_BUFFER);
        socket.receiveTimeout(PATIENCE);
    }

    /** Hears of the requests in a run that the kernel refused. */
    interface Refusals {
        /** One was refused: which one of the run, counted from 0, and why. */
        void refused(int position, int errno, String kernelText);
    }

    int portId() {
        return socket.portId();
    }

    /** Begins a request that will be acknowledged. To be ended by {@link MessageWriter#end} and {@link #execute}. */
    MessageWriter request(int type, int flags, int fixed) {
        lastSequence++;
        return writer.clear().begin(type, flags | Rtnetlink.NLM_F_REQUEST | Rtnetlink.NLM_F_ACK, lastSequence, fixed);
    }

    /** Sends the request. @return 0 or the error number; the kernel's words are in {@code text} */
    int execute(String[] text) {
        int[] errno = {0};
        socket.send(writer);
        awaitAcknowledgement(lastSequence, (position, refusal, words) -> {
            errno[0] = refusal;
            text[0] = words;
        });
        return errno[0];
    }

    /**
     * Sends the request.
     *
     * @param what what it asks for, as the beginning of a sentence
     * @throws NetlinkException when the kernel refuses
     */
    void execute(String what) {
        String[] text = {""};
        int errno = execute(text);
        if (errno != 0) {
            throw new NetlinkException(what, errno, text[0]);
        }
    }

    /**
     * Sends the request and hands over each message of the answer, up to the acknowledgement.
     *
     * @param what what it asks for, as the beginning of a sentence
     * @throws NetlinkException when the kernel refuses
     */
    void query(String what, Consumer<MessageReader> row) {
        socket.send(writer);
        while (true) {
            receive(what);
            while (reader.next()) {
                if (reader.sequence() != lastSequence) {
                    continue;
                }
                if (reader.type() == Rtnetlink.NLMSG_ERROR) {
                    endOfDump(what, -reader.word(0), 4 + Rtnetlink.NLMSG_HEADER);
                    return;
                }
                row.accept(reader);
            }
        }
    }

    /** The writer for a run, empty. */
    MessageWriter startRun() {
        return writer.clear();
    }

    /** The number for the next request of a run; they are consecutive. */
    int nextSequence() {
        return ++lastSequence;
    }

    /**
     * Sends a run of requests, of which the last asked for an acknowledgement, and waits for it.
     *
     * @param count how many requests the writer holds
     */
    void executeRun(int count, Refusals refusals) {
        int first = lastSequence - count + 1;
        socket.send(writer);
        awaitAcknowledgement(lastSequence, (sequence, errno, text) -> refusals.refused(sequence - first, errno, text));
    }

    /** Begins a dump. To be ended by {@link MessageWriter#end} and {@link #dump}. */
    MessageWriter dumpRequest(int type, int fixed) {
        lastSequence++;
        return writer.clear().begin(type, Rtnetlink.NLM_F_REQUEST | Rtnetlink.NLM_F_DUMP, lastSequence, fixed);
    }

    /**
     * Sends the dump request and hands over each message of the answer.
     *
     * @param what what is read, as the beginning of a sentence
     * @return whether it is consistent: false when something changed meanwhile and the kernel noticed
     * @throws NetlinkException when the kernel refuses
     */
    boolean dump(String what, Consumer<MessageReader> row) {
        socket.send(writer);
        boolean consistent = true;
        while (true) {
            receive(what);
            while (reader.next()) {
                if (reader.sequence() != lastSequence) {
                    continue; // of an earlier dump that somebody gave up
                }
                consistent &= (reader.flags() & Rtnetlink.NLM_F_DUMP_INTR) == 0;
                switch (reader.type()) {
                    case Rtnetlink.NLMSG_DONE -> {
                        endOfDump(what, -reader.word(0), 4);
                        return consistent;
                    }
                    case Rtnetlink.NLMSG_ERROR -> {
                        endOfDump(what, -reader.word(0), 4 + Rtnetlink.NLMSG_HEADER);
                        return consistent;
                    }
                    default -> row.accept(reader);
                }
            }
        }
    }

    private void endOfDump(String what, int errno, int fixed) {
        if (errno > 0) {
            throw new NetlinkException(what, errno, kernelText(fixed));
        }
    }

    private void awaitAcknowledgement(int until, Refusals refusals) {
        while (true) {
            receive("waiting for the kernel's answer");
            while (reader.next()) {
                if (reader.type() != Rtnetlink.NLMSG_ERROR) {
                    continue;
                }
                int sequence = reader.sequence();
                int errno = -reader.word(0);
                if (errno != 0) {
                    refusals.refused(sequence, errno, kernelText(4 + Rtnetlink.NLMSG_HEADER));
                }
                if (sequence == until) {
                    return;
                }
            }
        }
    }

    /** The sentence that the kernel put beside an error, if it did. The refused message's header comes before it. */
    private String kernelText(int fixed) {
        if ((reader.flags() & Rtnetlink.NLM_F_ACK_TLVS) == 0) {
            return "";
        }
        reader.attributes(fixed);
        return reader.text(Rtnetlink.NLMSGERR_ATTR_MSG);
    }

    private void receive(String what) {
        int errno = socket.receive(reader);
        if (errno != 0) {
            throw new NetlinkException(what, errno == Errno.EAGAIN ? Errno.ETIMEDOUT : errno, "");
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
