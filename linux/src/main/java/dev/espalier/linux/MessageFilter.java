package dev.espalier.linux;

import java.nio.ByteOrder;

/**
 * Programs that the kernel runs on each notification before it queues it for us. They drop the echo of our own work: without
 * them, every route that the daemon writes would come back to it to be read, on each socket that listens for routes.
 *
 * <p>Classic BPF, as packet filters have it: an instruction is 16 bits of code, two jump distances of 8 bits, and a value.
 * Loads read big-endian while netlink is in the machine's order, so values are turned round before they are compared.
 */
final class MessageFilter {

    /** BPF_LD | BPF_W | BPF_ABS: load 32 bits at an offset. */
    private static final int LOAD_WORD = 0x20;
    /** BPF_LD | BPF_H | BPF_ABS: load 16 bits at an offset. */
    private static final int LOAD_HALF = 0x28;
    /** BPF_LD | BPF_B | BPF_ABS: load 8 bits at an offset. */
    private static final int LOAD_BYTE = 0x30;
    /** BPF_JMP | BPF_JEQ | BPF_K: go on by one distance when equal, by the other when not. */
    private static final int IF_EQUAL = 0x15;
    /** BPF_RET | BPF_K: keep this many octets; 0 drops the message. */
    private static final int RETURN = 0x06;

    private static final int KEEP = -1;
    private static final int DROP = 0;

    private MessageFilter() {}

    /** Drops what was caused by the requests of one socket. */
    static long[] exceptCausedBy(int portId) {
        return new long[] {
            instruction(LOAD_WORD, 0, 0, Rtnetlink.NLMSG_PID),
            instruction(IF_EQUAL, 0, 1, bigEndian(portId)),
            instruction(RETURN, 0, 0, DROP),
            instruction(RETURN, 0, 0, KEEP)
        };
    }

    /** Drops routes that carry one protocol number. */
    static long[] exceptRoutesOf(int protocol) {
        return new long[] {
            instruction(LOAD_HALF, 0, 0, Rtnetlink.NLMSG_TYPE),
            instruction(IF_EQUAL, 1, 0, bigEndian16(Rtnetlink.RTM_NEWROUTE)),
            instruction(IF_EQUAL, 0, 3, bigEndian16(Rtnetlink.RTM_DELROUTE)),
            instruction(LOAD_BYTE, 0, 0, Rtnetlink.NLMSG_HEADER + Rtnetlink.RTM_PROTOCOL),
            instruction(IF_EQUAL, 0, 1, protocol),
            instruction(RETURN, 0, 0, DROP),
            instruction(RETURN, 0, 0, KEEP)
        };
    }

    private static long instruction(int code, int ifTrue, int ifFalse, int value) {
        return code | (long) ifTrue << 16 | (long) ifFalse << 24 | (long) value << 32;
    }

    private static int bigEndian(int value) {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Integer.reverseBytes(value) : value;
    }

    private static int bigEndian16(int value) {
        return bigEndian(value << (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 16 : 0)) & 0xFFFF;
    }
}
