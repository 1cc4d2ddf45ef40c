package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.SendLinkBandwidth;
import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.net.Asn;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpPrefix;
import dev.espalier.route.NextHop;
import dev.espalier.route.PathAttributes;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Paths that share traffic, down to the weights in the kernel: three external sources and a router that has them all. */
class MultipathTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final IpPrefix PREFIX = IpPrefix.parse("192.0.2.0/24");

    private final Network net = new Network(7);
    private final Network.Router middle = net.router("10.0.0.9", 65009);

    {
        middle.maximumPaths = 8;
    }

    private Network.Router source(int number, long asn, int med, @Nullable String bandwidth) {
        String address = "10.0.0." + number;
        middle.with(Network.peer(address));
        Network.Router source = net.router(address, asn).with(Network.peer("10.0.0.9"));
        announce(source, med, bandwidth);
        return source;
    }

    private static void announce(Network.Router source, int med, @Nullable String bandwidth) {
        PathAttributes.Builder attributes = PathAttributes.builder().med(med);
        if (bandwidth != null) {
            attributes.extendedCommunities(List.of(ExtendedCommunity.parse(bandwidth)));
        }
        source.originated.put(PREFIX, new SpeakerConfig.Origination(attributes.build(), null, false, "test"));
    }

    private void start(Network.Router... sources) {
        middle.start();
        for (Network.Router source : sources) {
            source.start();
        }
        net.time.run(SOON);
    }

    private void run() {
        net.time.run(Duration.ofSeconds(1));
    }

    /** The last octet of each gateway in the kernel, with its weight. */
    private List<String> kernel() {
        return middle.kernel.forwarding().get(PREFIX).stream()
                .map(hop -> String.valueOf(hop.gateway()).replace("10.0.0.", "") + " x" + hop.weight())
                .toList();
    }

    private static String gigabits(int count) {
        return "bandwidth-transitive:65001:" + count * 125_000_000L;
    }

    @Test
    void pathsEqualUpToTheMetricOfTheNextHopShareAndOthersDoNot() {
        start(source(1, 65001, 5, null), source(2, 65001, 5, null), source(3, 65001, 6, null));
        assertThat(kernel()).containsExactly("1 x1", "2 x1");
    }

    @Test
    void pathsThroughOtherAsesShareOnlyWithRelax() {
        start(source(1, 65001, 5, null), source(2, 65002, 5, null));
        assertThat(kernel()).containsExactly("1 x1");
        middle.multipathRelax = true;
        middle.reconfigure();
        run();
        assertThat(kernel()).containsExactly("1 x1", "2 x1");
    }

    @Test
    void aMaximumOfOnePathMeansNoSharingWhateverTheBandwidths() {
        middle.maximumPaths = 1;
        start(source(1, 65001, 5, gigabits(10)), source(2, 65001, 5, gigabits(40)));
        assertThat(kernel()).containsExactly("1 x1");
    }

    @Test
    void aChangeOfTheSetWithAnEqualBestStillReprogramsTheKernel() {
        Network.Router second = source(2, 65001, 5, null);
        start(source(1, 65001, 5, null), second);
        second.originated.clear();
        second.reconfigure();
        run();
        assertThat(kernel()).containsExactly("1 x1");
        announce(second, 5, null);
        second.reconfigure();
        run();
        assertThat(kernel()).containsExactly("1 x1", "2 x1");
    }

    @Test
    void trafficIsSharedByTheLinkBandwidths() {
        start(source(1, 65001, 5, gigabits(10)), source(2, 65001, 5, gigabits(10)), source(3, 65001, 5, gigabits(40)));
        assertThat(kernel()).containsExactly("1 x1", "2 x1", "3 x4");
    }

    @Test
    void anotherBandwidthOfAPathThatIsNotBestChangesTheWeights() {
        Network.Router second = source(2, 65001, 5, gigabits(10));
        start(source(1, 65001, 5, gigabits(10)), second);
        announce(second, 5, gigabits(30));
        second.reconfigure();
        run();
        assertThat(kernel()).containsExactly("1 x1", "2 x3");
    }

    @Test
    void ifOneOfThePathsHasNoBandwidthAllShareEvenly() {
        Network.Router second = source(2, 65001, 5, null);
        start(source(1, 65001, 5, gigabits(40)), second);
        assertThat(kernel()).containsExactly("1 x1", "2 x1");
        announce(second, 5, gigabits(10));
        second.reconfigure();
        run();
        assertThat(kernel()).containsExactly("1 x4", "2 x1");
    }

    @Test
    void bandwidthsAreIgnoredWhenAskedFor() {
        middle.weighLinkBandwidth = false;
        start(source(1, 65001, 5, gigabits(40)), source(2, 65001, 5, gigabits(10)));
        assertThat(kernel()).containsExactly("1 x1", "2 x1");
        middle.weighLinkBandwidth = true;
        middle.reconfigure();
        run();
        assertThat(kernel()).containsExactly("1 x4", "2 x1");
    }

    @Test
    void aBandwidthNotMeantForOtherAsesDoesNotLeaveItsAs() {
        start(source(1, 65001, 5, "bandwidth:65001:125000000"), source(2, 65001, 5, null));
        PathAttributes received = middle.routes().get(PREFIX).paths().getFirst().received();
        assertThat(received.extendedCommunities()).isEmpty();
    }

    /** Each source is announced again through itself: the next hops of the prefix resolve by routes that are weighted too. */
    @Test
    void weightsSurviveTheRecursionOfNextHops() {
        Network.Router first = source(1, 65001, 5, gigabits(10));
        Network.Router second = source(2, 65001, 5, gigabits(30));
        Network.Router inside = net.router("10.0.0.4", 65009).with(Network.peer("10.0.0.9"));
        middle.with(Network.peer("10.0.0.4"));
        IpPrefix behind = IpPrefix.parse("198.51.100.0/24");
        PathAttributes through = PathAttributes.builder()
                .nextHop(dev.espalier.net.IpAddress.parse("192.0.2.1"))
                .build();
        inside.originated.put(behind, new SpeakerConfig.Origination(through, null, false, "test"));
        start(first, second, inside);
        assertThat(middle.kernel.forwarding().get(behind))
                .extracting(NextHop.Hop::weight)
                .containsExactly(1, 3);
    }

    // ---- what another is told of the sum

    private final Network.Router beyond = net.router("10.0.0.4", 65004).with(Network.peer("10.0.0.9"));

    /** One more neighbour of the middle, that is told the sum; by default with the middle as next hop. */
    private void startBeyond(boolean nextHopSelf, Network.Router... sources) {
        middle.with(Network.peer("10.0.0.4").toBuilder()
                .sendLinkBandwidth(SendLinkBandwidth.CUMULATIVE)
                .nextHopSelf(nextHopSelf)
                .build());
        beyond.start();
        start(sources);
    }

    private List<String> toldBeyond() {
        return beyond.routes().get(PREFIX).paths().getFirst().received().extendedCommunities().stream()
                .map(ExtendedCommunity::toString)
                .toList();
    }

    private static String sum(int gigabits) {
        return ExtendedCommunity.linkBandwidth(true, new Asn(65009), gigabits * 125_000_000f)
                .toString();
    }

    @Test
    void anExternalPeerIsToldTheSumOfTheBandwidthsThatShareTheTraffic() {
        startBeyond(true, source(1, 65001, 5, gigabits(10)), source(2, 65001, 5, gigabits(40)));
        assertThat(toldBeyond()).containsExactly(sum(50));
    }

    @Test
    void theSumFollowsPathsThatAreNotBest() {
        Network.Router second = source(2, 65001, 5, gigabits(40));
        startBeyond(true, source(1, 65001, 5, gigabits(10)), second);
        announce(second, 5, gigabits(16));
        second.reconfigure();
        run();
        assertThat(toldBeyond()).containsExactly(sum(26));
        second.kill();
        net.time.run(Duration.ofMinutes(3));
        assertThat(toldBeyond()).containsExactly(sum(10));
    }

    @Test
    void ofASumThatIsNotKnownNothingIsSaid() {
        startBeyond(true, source(1, 65001, 5, gigabits(10)), source(2, 65001, 5, null));
        assertThat(toldBeyond()).isEmpty();
    }

    @Test
    void whereTrafficDoesNotComeThroughUsTheBandwidthStaysThatOfTheNextHop() {
        startBeyond(false, source(1, 65001, 5, gigabits(10)), source(2, 65001, 5, gigabits(40)));
        assertThat(toldBeyond()).containsExactly(gigabits(10));
    }

    @Test
    void aReloadGoesBackToTheBandwidthOfTheBestPath() {
        startBeyond(true, source(1, 65001, 5, gigabits(10)), source(2, 65001, 5, gigabits(40)));
        middle.with(Network.peer("10.0.0.4"));
        middle.reconfigure();
        run();
        assertThat(toldBeyond()).containsExactly(gigabits(10));
    }

    @Test
    void severalPathsCarryTheirOwnBandwidthsAlsoWhereTheSumIsAskedFor() {
        beyond.with(Network.peer("10.0.0.9").toBuilder()
                .addPaths(new PeerConfig.AddPaths(true, PeerConfig.AddPaths.Send.NONE, 0))
                .build());
        middle.with(Network.peer("10.0.0.4").toBuilder()
                .sendLinkBandwidth(SendLinkBandwidth.CUMULATIVE)
                .nextHopSelf(true)
                .addPaths(new PeerConfig.AddPaths(false, PeerConfig.AddPaths.Send.ALL, 0))
                .build());
        beyond.start();
        start(source(1, 65001, 5, gigabits(10)), source(2, 65001, 5, gigabits(40)));
        assertThat(beyond.routes().get(PREFIX).paths())
                .flatExtracting(path -> path.received().extendedCommunities())
                .extracting(ExtendedCommunity::toString)
                .containsExactlyInAnyOrder(gigabits(10), gigabits(40));
    }
}
