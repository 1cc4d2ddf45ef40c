package dev.espalier.transport;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Secret;
import dev.espalier.route.Transport.TransportException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Socket options that Netty has no name for, by the kernel's numbers (stable ABI). They are set one by one rather than through
 * Netty's bootstrap, which only logs a refused option and goes on: a session that believes to be protected must be.
 */
final class SocketOptions {

    private static final int SOL_SOCKET = 1;
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_IPV6 = 41;

    private static final ChannelOption<Integer> IP_TTL = new IntegerUnixChannelOption("IP_TTL", IPPROTO_IP, 2);
    private static final ChannelOption<Integer> IP_MINTTL = new IntegerUnixChannelOption("IP_MINTTL", IPPROTO_IP, 21);
    private static final ChannelOption<Integer> IPV6_UNICAST_HOPS =
            new IntegerUnixChannelOption("IPV6_UNICAST_HOPS", IPPROTO_IPV6, 16);
    private static final ChannelOption<Integer> IPV6_V6ONLY =
            new IntegerUnixChannelOption("IPV6_V6ONLY", IPPROTO_IPV6, 26);
    private static final ChannelOption<Integer> IPV6_MINHOPCOUNT =
            new IntegerUnixChannelOption("IPV6_MINHOPCOUNT", IPPROTO_IPV6, 73);
    private static final ChannelOption<Integer> TCP_SAVE_SYN =
            new IntegerUnixChannelOption("TCP_SAVE_SYN", IPPROTO_TCP, 27);

    /** Two headers of at most 60 octets, with room for IPv6 extension headers. */
    private static final int SYN_ROOM = 256;

    private static final ChannelOption<ByteBuffer> TCP_SAVED_SYN =
            new RawUnixChannelOption("TCP_SAVED_SYN", IPPROTO_TCP, 28, SYN_ROOM);

    private static final int LINK_NAME = 16;
    private static final ChannelOption<ByteBuffer> SO_BINDTODEVICE =
            new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, 25, LINK_NAME);

    /** {@code struct tcp_md5sig}: sockaddr_storage, flags, prefix length, key length, link, key. */
    private static final int MD5_LENGTH = 216;

    private static final int MD5_FLAGS = 128;
    private static final int MD5_KEY = 136;
    private static final int MD5_KEY_ROOM = 80;
    private static final byte MD5_FLAG_PREFIX = 1;
    private static final ChannelOption<ByteBuffer> TCP_MD5SIG_EXT =
            new RawUnixChannelOption("TCP_MD5SIG_EXT", IPPROTO_TCP, 32, MD5_LENGTH);

    private static final short AF_INET = 2;
    private static final short AF_INET6 = 10;

    private SocketOptions() {}

    /** The TTL or hop limit of outgoing packets. */
    static void ttl(Channel channel, AddressFamily family, int ttl) {
        ChannelOption<Integer> option =
                switch (family) {
                    case IPV4 -> IP_TTL;
                    case IPV6 -> IPV6_UNICAST_HOPS;
                };
        set(channel, option, ttl, "the TTL of outgoing packets to " + ttl);
    }

    /** Lets the kernel drop what arrives with a smaller TTL or hop limit (RFC 5082). */
    static void minimumTtl(Channel channel, AddressFamily family, int ttl) {
        ChannelOption<Integer> option =
                switch (family) {
                    case IPV4 -> IP_MINTTL;
                    case IPV6 -> IPV6_MINHOPCOUNT;
                };
        set(channel, option, ttl, "TTL security to " + ttl);
    }

    /** Leaves IPv4 to another listener, so that both families can have the same port. */
    static void onlyIpv6(Channel channel) {
        set(channel, IPV6_V6ONLY, 1, "a listener to IPv6 only");
    }

    /** Makes a listener keep the headers of the first packet of every connection, for {@link #arrivalTtl}. */
    static void saveSyn(Channel listener) {
        set(listener, TCP_SAVE_SYN, 1, "a listener to keep the first packet");
    }

    /**
     * The TTL or hop limit with which the first packet of an accepted connection arrived. It closes a gap: IP_MINTTL cannot be
     * on a listener that also serves peers without TTL security, and whoever sends data together with the handshake would be
     * read before the option is set on the accepted socket.
     */
    static int arrivalTtl(Channel accepted, AddressFamily family) {
        try {
            ByteBuffer headers = accepted.config().getOption(TCP_SAVED_SYN);
            int place =
                    switch (family) {
                        case IPV4 -> 8;
                        case IPV6 -> 7;
                    };
            return headers.get(place) & 0xFF;
        } catch (ChannelException refused) {
            throw new TransportException(
                    "cannot read the TTL of the peer's first packet: " + KernelErrors.text(refused), refused);
        }
    }

    /** Binds to a link or a VRF device, which {@link Addresses#index} has found. */
    static void link(Channel channel, String name) {
        ByteBuffer value = ByteBuffer.allocateDirect(LINK_NAME).put(name.getBytes(StandardCharsets.UTF_8));
        set(channel, SO_BINDTODEVICE, value.rewind(), "the link to '" + name + "'");
    }

    /**
     * Sets, changes or removes (null) the TCP-MD5 key for a block of peers. The kernel keeps one key for each block and uses the
     * one of the longest that holds the peer, so removing a host's key brings back that of the range around it. Removing a
     * key that is not there is refused.
     */
    static void password(Channel channel, IpPrefix peers, @Nullable Secret password) {
        byte[] key = password == null ? new byte[0] : password.reveal();
        ByteBuffer value = ByteBuffer.allocateDirect(MD5_LENGTH).order(ByteOrder.nativeOrder());
        try {
            if (key.length > MD5_KEY_ROOM || password != null && key.length == 0) {
                throw new TransportException(
                        "the TCP-MD5 password for " + peers + " has " + key.length + " octets; 1 to " + MD5_KEY_ROOM
                                + " are possible",
                        null);
            }
            putAddress(value, peers);
            value.put(MD5_FLAGS, MD5_FLAG_PREFIX)
                    .put(MD5_FLAGS + 1, (byte) peers.length())
                    .putShort(MD5_FLAGS + 2, (short) key.length)
                    .put(MD5_KEY, key);
            set(channel, TCP_MD5SIG_EXT, value.rewind(), "the TCP-MD5 password for " + peers);
        } finally {
            Arrays.fill(key, (byte) 0);
            value.put(MD5_KEY, new byte[MD5_KEY_ROOM]);
        }
    }

    private static void putAddress(ByteBuffer value, IpPrefix peers) {
        byte[] address = peers.address().toBytes();
        switch (peers.family()) {
            case IPV4 -> value.putShort(0, AF_INET).put(4, address);
            case IPV6 -> value.putShort(0, AF_INET6).put(8, address);
        }
    }

    private static <T> void set(Channel channel, ChannelOption<T> option, T value, String what) {
        try {
            if (!channel.config().setOption(option, value)) {
                throw new TransportException("cannot set " + what + ": this kind of socket has no such option", null);
            }
        } catch (ChannelException refused) {
            throw new TransportException("cannot set " + what + ": " + KernelErrors.text(refused), refused);
        }
    }
}
