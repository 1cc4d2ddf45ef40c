package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("netns")
class NetworkNamespaceTest {

    private static String here() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    }

    @Test
    void theBodyRunsInTheNamespaceAndTheCallerStaysWhereItWas() throws Exception {
        String home = here();
        try (TestNamespace there = new TestNamespace()) {
            there.veth("only-here", "peer");
            assertThat(there.namespace().call(NetworkNamespaceTest::here)).isNotEqualTo(home);
            there.ip("address add 10.77.0.1/24 dev only-here");
            InetSocketAddress address = new InetSocketAddress("10.77.0.1", 0);
            try (ServerSocketChannel opened = there.namespace().call(ServerSocketChannel::open)) {
                opened.bind(address); // the socket stayed there, although this thread is here
                assertThat(opened.getLocalAddress().toString()).contains("10.77.0.1");
            }
            try (ServerSocketChannel opened = ServerSocketChannel.open()) {
                assertThatThrownBy(() -> opened.bind(address)).isInstanceOf(BindException.class);
            }
            assertThat(NetworkNamespace.at(Path.of("/run/netns", there.name())).call(NetworkNamespaceTest::here))
                    .isEqualTo(there.namespace().call(NetworkNamespaceTest::here));
        }
        assertThat(here()).isEqualTo(home);
        assertThat(NetworkNamespace.current().call(NetworkNamespaceTest::here)).isEqualTo(home);
        assertThat(NetworkNamespace.ofProcess(ProcessHandle.current().pid()).call(NetworkNamespaceTest::here))
                .isEqualTo(home);
    }

    @Test
    void aNamespaceThatIsNotThereIsNamedInTheError() {
        assertThatThrownBy(() -> NetworkNamespace.named("nowhere").call(() -> 1))
                .isInstanceOf(NetworkNamespace.NamespaceException.class)
                .hasMessageContaining("/run/netns/nowhere")
                .hasMessageContaining("ENOENT");
    }

    @Test
    void whatTheBodyThrowsComesOut() {
        try (TestNamespace there = new TestNamespace()) {
            assertThatThrownBy(() -> there.namespace().call(() -> {
                        throw new IOException("from inside");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessage("from inside");
        }
    }
}
