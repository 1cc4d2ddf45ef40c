package dev.espalier.linux;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** Takes apart the elements of a map of nftables, as the kernel's dump shows them. */
final class NftElements {

    private NftElements() {}

    /**
     * One element: key and value as the kernel keeps them, in network order, each part in a register of its own.
     *
     * @param key the octets of the key
     * @param data the octets of the value
     * @param comment empty when there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // lives for the length of a callback, and is compared with nothing
    record Element(byte[] key, byte[] data, String comment) {

        IpAddress keyAddress(int at, AddressFamily family) {
            return address(key, at, family);
        }

        int keyOctet(int at) {
            return at < key.length ? key[at] & 0xFF : 0;
        }

        int keyShort(int at) {
            return number(key, at);
        }

        IpAddress dataAddress(int at, AddressFamily family) {
            return address(data, at, family);
        }

        int dataShort(int at) {
            return number(data, at);
        }

        private static IpAddress address(byte[] octets, int at, AddressFamily family) {
            return IpAddress.ofBytes(Arrays.copyOfRange(octets, at, at + family.octets()));
        }

        private static int number(byte[] octets, int at) {
            return at + 1 < octets.length ? (octets[at] & 0xFF) << 8 | octets[at + 1] & 0xFF : 0;
        }
    }

    /** Hands over each element of a message of a dump. */
    static void forEach(MessageReader message, Consumer<Element> each) {
        message.attributes(Netfilter.NFGENMSG);
        if (!message.has(Netfilter.NFTA_SET_ELEM_LIST_ELEMENTS)) {
            return;
        }
        int at = message.start(Netfilter.NFTA_SET_ELEM_LIST_ELEMENTS);
        int end = message.end(Netfilter.NFTA_SET_ELEM_LIST_ELEMENTS);
        while (end - at >= 4 && message.shortAt(at) >= 4) {
            each.accept(element(message, at + 4, at + message.shortAt(at)));
            at += message.shortAt(at) + 3 & ~3;
        }
    }

    private static Element element(MessageReader message, int from, int to) {
        message.attributes(from, to);
        String comment = comment(message.copy(Netfilter.NFTA_SET_ELEM_USERDATA));
        byte[] key = value(message, Netfilter.NFTA_SET_ELEM_KEY);
        message.attributes(from, to);
        return new Element(key, value(message, Netfilter.NFTA_SET_ELEM_DATA), comment);
    }

    private static byte[] value(MessageReader message, int type) {
        message.nested(type);
        return message.copy(Netfilter.NFTA_DATA_VALUE);
    }

    /** The comment in what nft has the kernel keep for it; empty when there is none. */
    static String comment(byte[] userData) {
        int at = 0;
        while (at + 2 <= userData.length) {
            int length = userData[at + 1] & 0xFF;
            if (userData[at] == Netfilter.UDATA_COMMENT && length > 0 && at + 2 + length <= userData.length) {
                return new String(userData, at + 2, length - 1, StandardCharsets.UTF_8); // without the zero at its end
            }
            at += 2 + length;
        }
        return "";
    }
}
