package dev.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.agent.api.AgentOptions;
import dev.espalier.agent.api.PlanView;
import dev.espalier.agent.api.StatusView;
import dev.espalier.bgp.engine.NeighborMemory;
import dev.espalier.library.instance.Instance;
import dev.espalier.library.instance.RoutingLoop;
import dev.espalier.route.Datagrams;
import dev.espalier.route.Fib;
import dev.espalier.route.Links;
import dev.espalier.route.Loop;
import dev.espalier.route.RouterDiscovery;
import dev.espalier.route.RoutingInstance;
import dev.espalier.route.Transport;
import dev.espalier.transport.NettyTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change of the plan that is refused halfway leaves what ran before. */
class ControlTest {

    /** TEST-NET-1: no host has it, so nobody can listen there. */
    private static final String NOT_OURS = "192.0.2.99";

    @TempDir
    private Path folder;

    private final Journal journal = new Journal(Clock.systemUTC());
    private final NettyTransport transport = new NettyTransport(journal);
    private final RoutingLoop datagrams = new RoutingLoop("bfd", journal);
    private final Kernel kernel = new Kernel();
    private Control control;
    private int port;

    @BeforeEach
    void start() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        write(100, "127.0.0.1");
        Instance.Ports ports = new Instance.Ports(
                kernel,
                ControlTest::noLinks,
                transport,
                RouterDiscovery.NONE,
                journal,
                Executors.newVirtualThreadPerTaskExecutor(),
                false,
                instance -> NeighborMemory.NONE);
        AgentOptions options =
                new AgentOptions(folder.resolve("espalier.yaml"), folder.resolve("api.sock"), "here", Map.of());
        control = new Control(
                options, journal, ports, new Control.DatagramPort(ControlTest::noDatagrams, datagrams), Tunnels.NONE);
        control.start();
    }

    @AfterEach
    void end() {
        control.stop("the test is over");
        control.close();
        datagrams.close();
        transport.close();
    }

    private void write(int kernelTable, String address) throws IOException {
        Files.writeString(folder.resolve("espalier.yaml"), """
                apiVersion: espalier.dev/v1alpha1
                kind: Router
                metadata: {name: red}
                spec:
                  asn: 65001
                  routerId: 10.9.0.1
                  instance: red
                  kernelTable: %d
                  listen: {port: %d, addresses: [127.0.0.1, %s]}
                """.formatted(kernelTable, port, address)
                .replace("127.0.0.1, 127.0.0.1", "127.0.0.1"));
    }

    private static AutoCloseable noLinks(Loop loop, Links.Observer observer) {
        loop.execute(() -> observer.changed(new Links.Event.Snapshot(List.of(), List.of(), List.of())));
        return () -> {};
    }

    private static Datagrams.Socket noDatagrams(Datagrams.Options options, Datagrams.@Nullable Receiver receiver) {
        throw new Transport.TransportException("no datagrams here", null);
    }

    private List<Long> kernelTables() {
        return control.status().instances().stream()
                .map(StatusView.Instance::kernelTable)
                .toList();
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void anInstanceWhoseSuccessorInAnotherKernelTableIsRefusedRunsOnAsItWas() throws IOException {
        write(101, NOT_OURS);
        PlanView refused = control.reload();
        assertThat(refused.valid()).isFalse();
        assertThat(refused.errors().getFirst().text()).contains(NOT_OURS);
        assertThat(kernelTables()).containsExactly(100L);
        assertThat(listens()).isTrue();

        write(101, "127.0.0.1");
        assertThat(control.reload().valid()).isTrue();
        assertThat(kernelTables()).containsExactly(101L);
        assertThat(listens()).isTrue();
    }

    @Test
    void oneThatDoesNotEvenStartAsItWasIsSaidAndStartsWithTheNextGoodConfiguration() throws IOException {
        kernel.refused = 100;
        write(101, NOT_OURS);
        assertThat(control.reload().valid()).isFalse();
        assertThat(kernelTables()).isEmpty();
        assertThat(journal.recent())
                .filteredOn(entry -> entry.event().kind().equals("instance.lost"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.event().message())
                        .contains("the kernel cannot read table 100")
                        .endsWith("it starts with the next reload that succeeds"));

        kernel.refused = 0;
        write(100, "127.0.0.1");
        assertThat(control.reload().valid()).isTrue();
        assertThat(kernelTables()).containsExactly(100L);
        assertThat(listens()).isTrue();
    }

    /** Takes every route and keeps none. */
    private static final class Kernel implements Fib {
        /** The table that it does not read; 0 for none. */
        private volatile int refused;

        @Override
        public void read(RoutingInstance instance, Contents contents) {
            if (instance.kernelTable() == refused) {
                throw new FibException("the kernel cannot read table " + refused);
            }
        }

        @Override
        public void submit(Batch batch, Loop loop, Outcome outcome) {
            loop.execute(() -> outcome.done(List.of()));
        }

        @Override
        public void watch(Loop loop, LossObserver observer) {}
    }
}
