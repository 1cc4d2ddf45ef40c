package dev.espalier.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.stores.state.FileStateStore;
import dev.espalier.stores.state.StateStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two daemons on one store, each with what it remembers of it. */
class IpamTest {

    private static final Pool POOL =
            new Pool("pods", IpPrefix.parse("10.1.0.0/24"), 28, false, false, Duration.ofMinutes(1));

    @TempDir
    Path folder;

    private StateStore store;
    private Ipam one;
    private Ipam two;

    @BeforeEach
    void open() {
        store = FileStateStore.open(folder);
        one = new Ipam(store, Clock.systemUTC());
        two = new Ipam(store, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Request request(String node, String handle) {
        return new Request(AddressFamily.IPV4, handle, node, "web/" + handle, List.of(POOL), null, _ -> false);
    }

    @Test
    void whatOneDaemonGaveAnotherTakesBackThoughItHasNotSeenItYet() {
        two.assign(request("two", "net.c1/eth0"));
        one.assign(request("one", "net.c2/eth0"));
        assertThat(two.release("one", "net.c2/eth0")).isOne();
        assertThat(one.release("one", "net.c2/eth0")).isZero();
    }

    @Test
    void theContainerOfAnotherNodeKeepsItsAddressWhateverItIsCalled() {
        Ipam.Assignment first = one.assign(request("one", "net.c1/eth0"));
        Ipam.Assignment second = two.assign(request("two", "net.c1/eth0"));
        assertThat(second.address()).isNotEqualTo(first.address());
        assertThat(two.release("two", "net.c1/eth0")).isOne();
        assertThat(one.assign(request("one", "net.c1/eth0"))).isEqualTo(first);
    }

    @Test
    void aNodeThatIsForgottenHasNothingAndMayComeBack() {
        one.assign(request("one", "net.c1/eth0"));
        two.assign(request("two", "net.c2/eth0"));
        one.forget("one");
        assertThat(one.knownBlocks()).isEqualTo(two.blocks()).allMatch(block -> block.isOf("two"));
        assertThat(one.assign(request("one", "net.c3/eth0")).borrowed()).isFalse();
    }
}
