/**
 * The port to TCP ({@link dev.espalier.route.Transport}) and the small HTTP server of the agent's API, both on Netty's native
 * epoll; and a client for that API which needs no Netty.
 *
 * <p><b>Owns</b> the I/O threads, every TCP socket option (TCP-MD5 of RFC 2385, TTL security of RFC 5082, device binding), the
 * translation of kernel errors into sentences, and the octets between a protocol and the kernel: how they are gathered, how many
 * may wait, and how a connection ends without losing its last message.
 *
 * <p><b>Called by</b> the agent, which hands {@link dev.espalier.transport.NettyTransport} to the protocols as their port and
 * opens {@link dev.espalier.transport.HttpServer}; and by the command line, which uses only
 * {@code dev.espalier.transport.client}.
 *
 * <p><b>Must never</b> know a protocol's messages, block an I/O thread, or let a Netty type out: the rest of the house could be
 * moved to another library by rewriting this module alone.
 *
 * <p>How to start the virtual machine: {@code --enable-native-access=ALL-UNNAMED} ({@code io.netty.common} on the module path,
 * where the native jar also needs an {@code --add-modules}), because Netty loads a JNI library; it is enough also under
 * {@code --illegal-native-access=deny}. Netty 4.2 leaves {@code sun.misc.Unsafe} alone on Java 25 and prints no warning;
 * {@code -Dio.netty.noUnsafe=true} makes sure of it. {@code -Dio.netty.leakDetection.level=disabled} saves a little time.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.transport {
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires static transitive org.jspecify;
    requires transitive dev.espalier.route;

    exports dev.espalier.transport;
    exports dev.espalier.transport.client;
}
