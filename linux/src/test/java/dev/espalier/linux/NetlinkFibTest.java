package dev.espalier.linux;

import static dev.espalier.linux.FibUnderTest.route;
import static dev.espalier.linux.FibUnderTest.via;
import static dev.espalier.net.AddressFamily.IPV4;
import static dev.espalier.net.AddressFamily.IPV6;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.Fib;
import dev.espalier.route.Fib.Batch.Change;
import dev.espalier.route.NextHop.Hop;
import dev.espalier.route.RoutingInstance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Fib against the real kernel: what {@code ip} shows is compared with what was said. */
@Tag("netns")
class NetlinkFibTest {

    @TempDir
    private Path temporary;

    private TestNamespace namespace;
    private FibUnderTest fib;
    private int left;
    private int right;

    @BeforeEach
    void twoLinksWithAnAddressEach() {
        namespace = TestNamespace.withTwoLinks();
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

    private List<String> routes(String family) {
        return namespace
                .ip(family + " -o route show table 1000")
                .replace("\\", "")
                .lines()
                .map(line -> line.strip().replaceAll("\\s+", " ").replaceAll("nhid \\d+ ", ""))
                .toList();
    }

    private long nexthops() {
        return namespace.ip("nexthop show protocol 179").lines().count();
    }

    @Test
    void anUrgentBatchGoesBeforeThoseThatWait() throws InterruptedException {
        assertThat(fib.put(1, IPV4, via("10.1.0.2", left))).isEmpty();
        assertThat(fib.add("10.9.0.0/16", 1)).isEmpty();
        CountDownLatch handedOver = new CountDownLatch(1);
        List<Fib.Batch> all = new ArrayList<>();
        for (int batch = 0; batch < 40; batch++) {
            Fib.Batch routes = new Fib.Batch(FibUnderTest.INSTANCE);
            for (int i = 0; !routes.isFull(); i++) {
                route(routes, Change.ADD_ROUTE, "20." + batch + "." + (i >> 8) + "." + (i & 255) + "/32", 1);
            }
            all.add(routes);
        }
        List<String> written = new ArrayList<>();
        List<CompletableFuture<List<Fib.Failure>>> done = new ArrayList<>();
        Thread reading = holdWhileReading(handedOver);
        all.forEach(routes -> done.add(fib.submit(routes, () -> written.add("routes"))));
        Fib.Batch failover = new Fib.Batch(FibUnderTest.INSTANCE);
        failover.putGroup(IPV4, 1, Fib.Members.of(List.of(via("10.2.0.2", right))));
        failover.urgent();
        done.add(fib.submit(failover, () -> written.add("failover")));
        handedOver.countDown();
        reading.join();
        done.forEach(each -> assertThat(each.join()).isEmpty());
        assertThat(written.indexOf("failover"))
                .as("one may have been taken before")
                .isLessThan(2);
        assertThat(routes("-4")).hasSize(40 * Fib.Batch.CAPACITY + 1).allMatch(route -> route.contains("via 10.2.0.2"));
    }

    /** Reads, and stops in the middle: as long as that lasts nothing is written. */
    private Thread holdWhileReading(CountDownLatch until) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        Thread reading = Thread.ofPlatform()
                .start(() -> fib.fib.read(FibUnderTest.INSTANCE, new Fib.Contents() {
                    @Override
                    public int group(Fib.Members members) {
                        held.countDown();
                        try {
                            until.await();
                        } catch (InterruptedException ended) {
                            Thread.currentThread().interrupt();
                        }
                        return 1;
                    }

                    @Override
                    public void route(AddressFamily family, long high, long low, int length, int group) {}
                }));
        held.await();
        return reading;
    }

    @Test
    void routesOfBothFamiliesCarryOurProtocolAndMetricAndAGroup() {
        assertThat(fib.put(1, IPV4, via("10.1.0.2", left))).isEmpty();
        assertThat(fib.put(1, IPV6, via("fe80::2", left))).isEmpty();
        assertThat(fib.add("10.9.0.0/16", 1)).isEmpty();
        assertThat(fib.add("2001:db8:9::/48", 1)).isEmpty();
        assertThat(routes("-4")).containsExactly("10.9.0.0/16 via 10.1.0.2 dev left proto 179 metric 32");
        assertThat(routes("-6"))
                .containsExactly(
                        "2001:db8:9::/48 proto 179 metric 32 pref medium nexthop via fe80::2 dev left weight 1");

        assertThat(fib.remove("10.9.0.0/16")).isEmpty();
        assertThat(fib.remove("2001:db8:9::/48")).isEmpty();
        assertThat(routes("-4")).isEmpty();
        assertThat(routes("-6")).isEmpty();
    }

    @Test
    void anIpv4RouteMayHaveAnIpv6GatewayAndEqualCostPathsHaveWeights() {
        assertThat(fib.put(1, IPV4, via("10.1.0.2", left, 3), via("fe80::2", right)))
                .isEmpty();
        assertThat(fib.add("10.9.0.0/16", 1)).isEmpty();
        assertThat(routes("-4"))
                .containsExactly("10.9.0.0/16 proto 179 metric 32 nexthop via 10.1.0.2 dev left weight 3"
                        + " nexthop via inet6 fe80::2 dev right weight 1");
    }

    @Test
    void discardAttachedAndOnLinkHopsWorkInBothFamilies() {
        assertThat(fib.put(1, IPV4, Hop.DISCARD)).isEmpty();
        assertThat(fib.put(1, IPV6, Hop.DISCARD)).isEmpty();
        assertThat(fib.put(2, IPV4, new Hop(null, left, 1, false))).isEmpty();
        assertThat(fib.put(2, IPV6, new Hop(null, left, 1, false))).isEmpty();
        assertThat(fib.put(3, IPV4, new Hop(via("192.0.2.9", left).gateway(), left, 1, true)))
                .isEmpty();
        for (String prefix : List.of("10.9.1.0/24", "2001:db8:91::/48")) {
            assertThat(fib.add(prefix, 1)).isEmpty();
        }
        for (String prefix : List.of("10.9.2.0/24", "2001:db8:92::/48")) {
            assertThat(fib.add(prefix, 2)).isEmpty();
        }
        assertThat(fib.add("10.9.3.0/24", 3)).isEmpty();
        assertThat(routes("-4"))
                .containsExactly(
                        "blackhole 10.9.1.0/24 dev lo proto 179 metric 32",
                        "10.9.2.0/24 dev left proto 179 metric 32",
                        "10.9.3.0/24 via 192.0.2.9 dev left proto 179 metric 32 onlink");
        assertThat(routes("-6"))
                .containsExactly(
                        "blackhole 2001:db8:91::/48 proto 179 metric 32 pref medium nexthop dev lo weight 1",
                        "2001:db8:92::/48 proto 179 metric 32 pref medium nexthop dev left weight 1");
        Map<IpPrefix, List<Hop>> read = fib.read();
        assertThat(read.get(IpPrefix.parse("10.9.3.0/24")))
                .containsExactly(new Hop(via("192.0.2.9", left).gateway(), left, 1, true));
        assertThat(read.get(IpPrefix.parse("2001:db8:91::/48"))).containsExactly(Hop.DISCARD);
    }

    @Test
    void theDefaultRouteIsARouteLikeAnyOther() {
        fib.put(1, IPV4, via("10.1.0.2", left));
        fib.put(1, IPV6, via("fe80::2", left));
        assertThat(fib.add("0.0.0.0/0", 1)).isEmpty();
        assertThat(fib.add("::/0", 1)).isEmpty();
        assertThat(routes("-4")).containsExactly("default via 10.1.0.2 dev left proto 179 metric 32");
        assertThat(fib.read()).hasSize(2);
        assertThat(fib.remove("0.0.0.0/0")).isEmpty();
        assertThat(fib.remove("::/0")).isEmpty();
        assertThat(fib.read()).isEmpty();
    }

    @Test
    void replacingAGroupMovesAllItsRoutesWithoutAWordAboutThem() throws Exception {
        namespace.exec("sysctl", "-qw", "net.ipv4.nexthop_compat_mode=0");
        fib.put(1, IPV4, via("10.1.0.2", left));
        fib.put(1, IPV6, via("fe80::2", left));
        for (int i = 0; i < 10; i++) {
            fib.add("10.9." + i + ".0/24", 1);
            fib.add("2001:db8:9" + i + "::/48", 1);
        }
        Path heard = temporary.resolve("monitor");
        Process monitor = namespace.start(heard, "ip", "monitor", "route");
        Thread.sleep(300);
        // from one hop to one, to several, to a discard and back: always the same object
        assertThat(fib.put(1, IPV4, via("10.2.0.2", right))).isEmpty();
        assertThat(fib.put(1, IPV4, via("10.1.0.2", left), via("10.2.0.2", right)))
                .isEmpty();
        assertThat(fib.put(1, IPV4, Hop.DISCARD)).isEmpty();
        assertThat(fib.put(1, IPV4, via("10.2.0.2", right))).isEmpty();
        assertThat(fib.put(1, IPV6, via("fe80::2", right), via("fe80::3", right)))
                .isEmpty();
        fib.add("10.8.0.0/16", 1); // so that something is heard
        Thread.sleep(300);
        monitor.destroy();
        monitor.waitFor(5, TimeUnit.SECONDS);
        namespace.exec("sysctl", "-qw", "net.ipv4.nexthop_compat_mode=1");

        assertThat(Files.readAllLines(heard)).hasSize(1).allMatch(line -> line.startsWith("10.8.0.0/16"));
        fib.remove("10.8.0.0/16");
        assertThat(routes("-4")).hasSize(10).allMatch(route -> route.contains("via 10.2.0.2 dev right"));
        assertThat(routes("-6")).hasSize(10).allMatch(route -> route.contains("via fe80::3 dev right"));
        assertThat(fib.losses).isEmpty();
    }

    @Test
    void membersAreSharedAndGoWithTheLastGroupThatHasThem() {
        fib.put(1, IPV4, via("10.1.0.2", left), via("10.2.0.2", right));
        fib.put(2, IPV4, via("10.1.0.2", left));
        assertThat(nexthops()).as("two members, two groups").isEqualTo(4);
        fib.write(batch -> batch.dropGroup(IPV4, 1));
        assertThat(nexthops()).as("one member, one group").isEqualTo(2);
        fib.put(2, IPV4, via("10.2.0.2", right));
        assertThat(namespace.ip("nexthop show protocol 179"))
                .contains("10.2.0.2")
                .doesNotContain("10.1.0.2");
        fib.write(batch -> batch.dropGroup(IPV4, 2));
        assertThat(nexthops()).isZero();
        assertThat(fib.write(batch -> batch.dropGroup(IPV4, 2)))
                .as("gone already")
                .isEmpty();
    }

    @Test
    void aRefusedGroupSaysWhyAndLeavesNothingBehind() {
        List<Fib.Failure> failures = fib.put(1, IPV4, via("10.1.0.2", left), via("192.0.2.9", right));
        assertThat(failures).hasSize(1);
        assertThat(failures.getFirst().reason())
                .contains("Next-hop group 1", "192.0.2.9", "a gateway of it is not on its link", "ENETUNREACH");
        assertThat(nexthops()).isZero();
        failures = fib.add("10.9.0.0/16", 1);
        assertThat(failures.getFirst().reason()).contains("10.9.0.0/16", "group 1 is not in the kernel");
    }

    @Test
    void aRouteIsReplacedByOneOfAnotherGroup() {
        fib.put(1, IPV4, via("10.1.0.2", left));
        fib.put(2, IPV4, via("10.2.0.2", right));
        fib.put(1, IPV6, via("fe80::1", left));
        fib.put(2, IPV6, via("fe80::2", right));
        fib.add("10.9.0.0/16", 1);
        fib.add("2001:db8:9::/48", 1);
        assertThat(fib.replace("10.9.0.0/16", 2)).isEmpty();
        assertThat(fib.replace("2001:db8:9::/48", 2)).isEmpty();
        assertThat(routes("-4")).containsExactly("10.9.0.0/16 via 10.2.0.2 dev right proto 179 metric 32");
        assertThat(routes("-6")).hasSize(1).allMatch(route -> route.contains("via fe80::2 dev right"));
    }

    @Test
    void aForeignRouteInTheWayIsLeftAloneAndTheFailureSaysSo() {
        namespace.ip("route add 10.9.0.0/16 via 10.2.0.2 metric 32 table 1000 proto static");
        namespace.ip("-6 route add 2001:db8:9::/48 via fe80::7 dev right metric 32 table 1000 proto static");
        fib.put(1, IPV4, via("10.1.0.2", left));
        fib.put(1, IPV6, via("fe80::2", left));
        for (String prefix : List.of("10.9.0.0/16", "2001:db8:9::/48")) {
            List<Fib.Failure> failures = fib.add(prefix, 1);
            assertThat(failures).hasSize(1);
            assertThat(failures.getFirst().errno()).isEqualTo(17);
            assertThat(failures.getFirst().reason())
                    .contains("table 1000", "another program's route to " + prefix + " with metric 32", "EEXIST");
            assertThat(fib.remove(prefix)).as("nothing of ours to remove").isEmpty();
        }
        assertThat(routes("-4")).containsExactly("10.9.0.0/16 via 10.2.0.2 dev right proto static metric 32");
        assertThat(routes("-6"))
                .containsExactly("2001:db8:9::/48 via fe80::7 dev right proto static metric 32 pref medium");
        assertThat(fib.read()).isEmpty();
    }

    @Test
    void removalTakesOursAndLeavesForeignRoutesToTheSamePrefix() {
        namespace.ip("route add 10.9.0.0/16 via 10.2.0.2 table 1000 metric 5");
        namespace.ip("route add 10.9.0.0/16 via 10.2.0.2 table 1000 metric 99");
        fib.put(1, IPV4, via("10.1.0.2", left));
        fib.add("10.9.0.0/16", 1);
        fib.remove("10.9.0.0/16");
        assertThat(routes("-4"))
                .containsExactly(
                        "10.9.0.0/16 via 10.2.0.2 dev right metric 5", "10.9.0.0/16 via 10.2.0.2 dev right metric 99");
    }

    @Test
    void oneBadChangeInABatchFailsAloneAndHasItsIndex() {
        namespace.ip("route add 10.9.150.0/24 via 10.2.0.2 metric 32 table 1000");
        List<Fib.Failure> failures = fib.write(batch -> {
            batch.putGroup(IPV4, 1, Fib.Members.of(List.of(via("10.1.0.2", left))));
            for (int i = 0; i < 256; i++) {
                route(batch, Change.ADD_ROUTE, "10.9." + i + ".0/24", 1);
            }
            batch.putGroup(IPV4, 2, Fib.Members.of(List.of(via("192.0.2.1", left))));
            route(batch, Change.ADD_ROUTE, "10.10.0.0/24", 2);
            route(batch, Change.ADD_ROUTE, "10.11.0.0/24", 1);
            route(batch, Change.REPLACE_ROUTE, "10.12.0.0/24", 1);
        });
        assertThat(failures).extracting(Fib.Failure::index).containsExactly(151, 257, 258, 260);
        assertThat(failures).extracting(Fib.Failure::errno).containsExactly(17, 101, 2, 2);
        assertThat(routes("-4"))
                .filteredOn(route -> route.contains("proto 179"))
                .hasSize(256);
    }

    @Test
    void aLinkThatGoesDownTakesRoutesWithItAndThatIsToldAndTheyCanBeAddedAgain() {
        fib.put(1, IPV4, via("10.1.0.2", left));
        fib.put(2, IPV4, via("10.2.0.2", right));
        fib.add("10.9.1.0/24", 1);
        fib.add("10.9.2.0/24", 2);
        namespace.ip("link set left down");
        TestNamespace.await("the loss is told", () -> !fib.losses.isEmpty());
        assertThat(fib.losses.getFirst()).contains("Link left");
        assertThat(fib.read()).containsOnlyKeys(IpPrefix.parse("10.9.2.0/24"));

        assertThat(fib.put(7, IPV4, via("10.2.0.2", right))).isEmpty();
        assertThat(fib.add("10.9.1.0/24", 7)).isEmpty();
        assertThat(routes("-4")).hasSize(2).allMatch(route -> route.contains("dev right"));
    }

    @Test
    void puttingAGroupThatTheKernelHasJustRemovedMakesANewOneAndTellsTheLoss() {
        fib.put(1, IPV4, via("10.1.0.2", left));
        fib.add("10.9.1.0/24", 1);
        namespace.ip("link set left down");
        assertThat(fib.put(1, IPV4, via("10.2.0.2", right))).isEmpty();
        TestNamespace.await("the loss is told", () -> !fib.losses.isEmpty());
        assertThat(fib.read()).isEmpty();
    }

    @Test
    void aMemberTheKernelTookOutIsMissedWhenNobodyPutsTheGroupAgain() {
        fib.put(1, IPV4, via("10.1.0.2", left), via("10.2.0.2", right));
        fib.add("10.9.1.0/24", 1);
        namespace.ip("link set left down");
        namespace.ip("link set left up");
        TestNamespace.await("the loss is told", () -> !fib.losses.isEmpty());
        assertThat(fib.losses.getFirst()).contains("has not the members");
        assertThat(fib.put(1, IPV4, via("10.1.0.2", left), via("10.2.0.2", right)))
                .isEmpty();
        assertThat(routes("-4")).hasSize(1).allMatch(route -> route.contains("left") && route.contains("right"));
    }

    @Test
    void whatAnotherProgramDoesToOurRoutesIsToldAndWhatWeDoIsNot() throws Exception {
        fib.put(1, IPV4, via("10.1.0.2", left));
        fib.add("10.9.1.0/24", 1);
        fib.add("10.9.2.0/24", 1);
        fib.replace("10.9.2.0/24", 1);
        fib.remove("10.9.2.0/24");
        Thread.sleep(300);
        assertThat(fib.losses).isEmpty();

        namespace.ip("route del 10.9.1.0/24 table 1000");
        TestNamespace.await("the removal is told", () -> fib.losses.size() == 1);
        fib.add("10.9.1.0/24", 1);
        namespace.ip("route replace 10.9.1.0/24 via 10.2.0.2 metric 32 table 1000 proto static");
        TestNamespace.await("the replacement is told", () -> fib.losses.size() == 2);
        namespace.ip("nexthop flush proto 179");
        TestNamespace.await("the flush is told", () -> fib.losses.size() >= 3);
    }

    @Test
    void aNewDaemonReadsGroupsAndRoutesAndTouchesNothing() {
        fib.put(1, IPV4, via("10.1.0.2", left, 3), via("10.2.0.2", right));
        fib.put(2, IPV6, via("fe80::2", left));
        fib.put(9, IPV4, Hop.DISCARD); // used by no route
        for (int i = 0; i < 50; i++) {
            fib.add("10.9." + i + ".0/24", 1);
            fib.add("2001:db8:9" + i + "::/48", 2);
        }
        Map<IpPrefix, List<Hop>> before = fib.read();
        String kernelBefore = namespace.ip("route show table 1000") + namespace.ip("nexthop show");
        assertThat(before).hasSize(100);
        fib.close();

        fib = new FibUnderTest(namespace);
        assertThat(fib.read()).isEqualTo(before);
        assertThat(fib.read()).as("reading twice").isEqualTo(before);
        assertThat(namespace.ip("route show table 1000") + namespace.ip("nexthop show"))
                .isEqualTo(kernelBefore);

        assertThat(fib.fib.sweepUnusedGroups()).as("the discard").isEqualTo(1);
        assertThat(nexthops()).isEqualTo(5);
        assertThat(fib.put(1, IPV4, via("10.2.0.2", right))).isEmpty(); // number 1 was given to the first group read
        assertThat(routes("-4")).hasSize(50).allMatch(route -> route.contains("via 10.2.0.2 dev right"));
        before.keySet()
                .forEach(prefix -> assertThat(fib.remove(prefix.toString())).isEmpty());
        assertThat(fib.write(batch -> batch.dropGroup(IPV4, 1))).isEmpty();
        assertThat(fib.write(batch -> batch.dropGroup(IPV6, 2))).isEmpty();
        assertThat(nexthops()).isZero();
    }

    @Test
    void readingUnderNewNumbersLeavesTheOldNumbersGoodAndApart() {
        fib.put(7, IPV4, via("10.1.0.2", left));
        fib.put(8, IPV4, via("10.2.0.2", right));
        fib.add("10.9.1.0/24", 7);
        fib.add("10.9.2.0/24", 8);
        fib.read(); // tells the two groups as 1 and 2
        assertThat(fib.add("10.9.3.0/24", 7)).isEmpty();
        assertThat(fib.replace("10.9.1.0/24", 7)).isEmpty();
        assertThat(fib.write(batch -> batch.dropGroup(IPV4, 1))).isEmpty();
        assertThat(fib.put(8, IPV4, via("10.1.0.9", left)))
                .as("no route uses it any more")
                .isEmpty();
        assertThat(routes("-4"))
                .containsExactly(
                        "10.9.1.0/24 via 10.1.0.2 dev left proto 179 metric 32",
                        "10.9.2.0/24 via 10.2.0.2 dev right proto 179 metric 32",
                        "10.9.3.0/24 via 10.1.0.2 dev left proto 179 metric 32");
    }

    @Test
    void groupsThatHaveBecomeEqualShareANumberAfterReading() {
        fib.put(1, IPV4, via("10.1.0.2", left), via("10.2.0.2", right));
        fib.put(2, IPV4, via("10.2.0.2", right));
        fib.add("10.9.1.0/24", 1);
        fib.add("10.9.2.0/24", 2);
        namespace.ip("link set left down");
        assertThat(fib.read()).hasSize(2).allSatisfy((prefix, hops) -> assertThat(hops)
                .containsExactly(via("10.2.0.2", right)));
        namespace.ip("link set left up");
        TestNamespace.await("carrier", () -> namespace.ip("link show left").contains("state UP"));
        assertThat(fib.put(1, IPV4, via("10.1.0.2", left))).isEmpty();
        assertThat(routes("-4")).hasSize(2).allMatch(route -> route.contains("via 10.1.0.2 dev left"));
    }

    @Test
    void aRouteOfOursThatSomebodyTookOffItsGroupIsReadAsADiscardAndCanBeReplaced() {
        fib.put(1, IPV4, via("10.1.0.2", left));
        namespace.ip("route add 10.9.1.0/24 via 10.2.0.2 table 1000 proto 179 metric 32");
        assertThat(fib.read()).containsEntry(IpPrefix.parse("10.9.1.0/24"), List.of(Hop.DISCARD));
        assertThat(fib.put(5, IPV4, via("10.1.0.2", left))).isEmpty();
        assertThat(fib.replace("10.9.1.0/24", 5)).isEmpty();
        assertThat(routes("-4")).containsExactly("10.9.1.0/24 via 10.1.0.2 dev left proto 179 metric 32");
    }

    @Test
    void foreignNexthopObjectsWithOurIdsArePassedOver() {
        for (int id = 0; id < 3; id++) {
            namespace.ip("nexthop add id " + (NexthopObjects.FIRST_ID + id) + " via 10.2.0.2 dev right proto static");
        }
        assertThat(fib.put(1, IPV4, via("10.1.0.2", left))).isEmpty();
        fib.add("10.9.1.0/24", 1);
        assertThat(routes("-4")).containsExactly("10.9.1.0/24 via 10.1.0.2 dev left proto 179 metric 32");
        fib.remove("10.9.1.0/24");
        fib.write(batch -> batch.dropGroup(IPV4, 1));
        fib.fib.sweepUnusedGroups();
        assertThat(namespace.ip("nexthop show").lines()).hasSize(3).allMatch(line -> line.contains("proto static"));
    }

    @Test
    void theMainTableIsUsedForTheDefaultInstanceAndOtherTablesAreNotRead() {
        fib.put(1, IPV4, via("10.1.0.2", left));
        fib.add("10.9.1.0/24", 1);
        fib.write(RoutingInstance.DEFAULT, batch -> {
            batch.putGroup(IPV4, 1, Fib.Members.of(List.of(via("10.2.0.2", right))));
            route(batch, Change.ADD_ROUTE, "10.9.2.0/24", 1);
        });
        assertThat(namespace.ip("route show")).contains("10.9.2.0/24").doesNotContain("10.9.1.0/24");
        assertThat(fib.read()).containsOnlyKeys(IpPrefix.parse("10.9.1.0/24"));
    }

    @Test
    void aHundredThousandRoutesAreAddedReadAndRemoved() {
        fib.put(1, IPV4, via("10.1.0.2", left));
        int count = 100_000;
        assertThat(all(Change.ADD_ROUTE, count)).isEmpty();
        assertThat(fib.read()).hasSize(count);
        assertThat(all(Change.REMOVE_ROUTE, count)).isEmpty();
        assertThat(routes("-4")).isEmpty();
        assertThat(fib.losses).isEmpty();
    }

    private List<Fib.Failure> all(Change change, int count) {
        List<Fib.Failure> failures = new ArrayList<>();
        for (int from = 0; from < count; from += Fib.Batch.CAPACITY) {
            int start = from;
            failures.addAll(fib.write(batch -> {
                for (int i = start; i < Math.min(count, start + Fib.Batch.CAPACITY); i++) {
                    batch.route(change, IPV4, (0x14000000L + i) << 32, 0, 32, 1);
                }
            }));
        }
        return failures;
    }
}
