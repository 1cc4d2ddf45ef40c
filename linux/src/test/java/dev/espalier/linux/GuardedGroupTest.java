package dev.espalier.linux;

import static dev.espalier.linux.FibUnderTest.via;
import static dev.espalier.net.AddressFamily.IPV4;
import static dev.espalier.net.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpPrefix;
import dev.espalier.route.Fib;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Groups with hops on standby against the real kernel, which is asked which way it would send packets. */
@Tag("netns")
class GuardedGroupTest {

    private static final String ROUTE = "10.9.0.0/16";
    private static final String ROUTE_6 = "2001:db8:9::/48";

    private TestNamespace namespace;
    private FibUnderTest fib;
    private int left;
    private int right;

    @BeforeEach
    void twoLinksWithAnAddressEach() {
        namespace = TestNamespace.withTwoLinks();
        namespace.ip("rule add table 1000");
        namespace.ip("-6 rule add table 1000");
        left = namespace.linkIndex("left");
        right = namespace.linkIndex("right");
        fib = new FibUnderTest(namespace);
    }

    @AfterEach
    void removeAll() {
        try {
            if (fib != null) {
                fib.close();
            }
        } finally {
            namespace.close();
        }
    }

    private void leftWithRightOnStandby() {
        assertThat(fib.putGuarded(1, IPV4, List.of(via("10.1.0.2", left)), List.of(via("10.2.0.2", right))))
                .isEmpty();
        assertThat(fib.putGuarded(1, IPV6, List.of(via("fe80::2", left)), List.of(via("fe80::2", right))))
                .isEmpty();
        assertThat(fib.add(ROUTE, 1)).isEmpty();
        assertThat(fib.add(ROUTE_6, 1)).isEmpty();
    }

    /** The links by which flows to many addresses would go, each once. */
    private List<String> ways() {
        return IntStream.range(1, 40)
                .boxed()
                .flatMap(i -> java.util.stream.Stream.of("10.9.1." + i, "2001:db8:9::" + i))
                .map(address -> namespace.ip("route get " + address))
                .map(answer -> answer.contains("dev left") ? "left" : answer.contains("dev right") ? "right" : answer)
                .distinct()
                .toList();
    }

    @Test
    void noFlowTakesAHopThatIsOnStandby() {
        leftWithRightOnStandby();

        assertThat(ways()).containsExactly("left");
    }

    @Test
    void theKernelGoesOverToTheHopOnStandbyByItselfWhenTheLinkLosesItsCarrier() {
        leftWithRightOnStandby();
        fib.fib.close(); // nobody is there to help

        namespace.ip("link set left-peer down");

        assertThat(ways()).containsExactly("right");
    }

    @Test
    void theKernelGoesOverToTheHopOnStandbyByItselfWhenTheLinkIsSetDown() {
        leftWithRightOnStandby();
        fib.fib.close();

        namespace.ip("link set left down");

        assertThat(ways()).containsExactly("right");
    }

    @Test
    void whatWasOnStandbyIsPutInUseAndBackAgainWithoutAWordAboutTheRoutes() {
        leftWithRightOnStandby();

        assertThat(fib.putGuarded(1, IPV4, List.of(via("10.2.0.2", right)), List.of()))
                .isEmpty();
        assertThat(fib.putGuarded(1, IPV6, List.of(via("fe80::2", right)), List.of()))
                .isEmpty();
        assertThat(ways()).containsExactly("right");

        leftAgain();
        assertThat(ways()).containsExactly("left");
    }

    private void leftAgain() {
        assertThat(fib.putGuarded(1, IPV4, List.of(via("10.1.0.2", left)), List.of(via("10.2.0.2", right))))
                .isEmpty();
        assertThat(fib.putGuarded(1, IPV6, List.of(via("fe80::2", left)), List.of(via("fe80::2", right))))
                .isEmpty();
    }

    @Test
    void aGroupIsReplacedAfterTheKernelHasTakenItsMembersOut() {
        leftWithRightOnStandby();
        namespace.ip("link set left-peer down");

        assertThat(fib.putGuarded(1, IPV4, List.of(via("10.2.0.2", right)), List.of()))
                .isEmpty();
        assertThat(fib.putGuarded(1, IPV6, List.of(via("fe80::2", right)), List.of()))
                .isEmpty();
        assertThat(ways()).containsExactly("right");
        namespace.ip("link set left-peer up");
        leftAgain();
        assertThat(ways()).containsExactly("left");
    }

    @Test
    void aHopOnStandbyWhoseLinkIsDownIsLeftOutAndNoReasonToRefuse() {
        namespace.ip("link set right-peer down");

        assertThat(fib.putGuarded(1, IPV4, List.of(via("10.1.0.2", left)), List.of(via("10.2.0.2", right))))
                .isEmpty();
        assertThat(fib.add(ROUTE, 1)).isEmpty();

        assertThat(fib.readMembers().get(IpPrefix.parse(ROUTE)))
                .isEqualTo(new Fib.Members(List.of(via("10.1.0.2", left)), List.of(), true));
    }

    @Test
    void aNewDaemonReadsWhatIsInUseAndWhatIsOnStandby() {
        leftWithRightOnStandby();
        fib.close();
        fib = new FibUnderTest(namespace);

        assertThat(fib.readMembers().get(IpPrefix.parse(ROUTE)))
                .isEqualTo(new Fib.Members(List.of(via("10.1.0.2", left)), List.of(via("10.2.0.2", right)), true));
        assertThat(ways()).containsExactly("left");
    }
}
