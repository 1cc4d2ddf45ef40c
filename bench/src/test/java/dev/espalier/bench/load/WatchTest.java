package dev.espalier.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The generator's own messages, read back as if a daemon had passed them on. */
class WatchTest {

    private final Scenario scenario = Scenario.named("S2").withPrefixes(2000);
    private final Prefixes prefixes = new Prefixes(scenario, 7);
    private final BestPaths best = new BestPaths(prefixes, scenario.feeders());
    private final Watch watch = new Watch(prefixes.size());
    private final Watch.Table table = watch.new Table(0, 0);
    private final UpdateReader reader = new UpdateReader(prefixes, false, new Latencies());
    private Feed shortest;
    private Feed longer;

    @BeforeEach
    void feeds() {
        Attributes attributes = new Attributes(scenario, false);
        shortest = Feed.of(Peer.feeder(scenario, 0), prefixes, 0, prefixes.groups(), attributes, best);
        longer = Feed.of(Peer.feeder(scenario, 1), prefixes, 0, prefixes.groups(), attributes, best);
        // the other two feeders stay away
        for (int other = 2; other < scenario.feeders(); other++) {
            for (int group = 0; group < prefixes.groups(); group++) {
                best.offer(Peer.feeder(scenario, other), group, Integer.MAX_VALUE, 0);
            }
        }
        best.expected(0, watch.expected);
        watch.begin(List.of(table));
    }

    private void read(ByteBuffer messages, long now) {
        read(reader, table, messages, now);
    }

    private static void read(UpdateReader reader, Watch.Table table, ByteBuffer messages, long now) {
        byte[] octets = new byte[messages.remaining() + Octets.SLACK];
        int end = messages.remaining();
        messages.get(octets, 0, end);
        for (int at = 0; at < end; at += Octets.u16(octets, at + 16)) {
            reader.read(octets, at, at + Octets.u16(octets, at + 16), 0, table, now);
        }
    }

    @Test
    void theTableConvergesWhenTheBestPathsAreThere() {
        read(longer.announcements(), 1);
        assertThat(watch.converged()).isFalse();

        read(shortest.announcements(), 2);

        assertThat(watch.converged()).isTrue();
        assertThat(watch.convergedAt()).isEqualTo(2);
        assertThat(watch.wrong(List.of(table))).isZero();
        assertThat(reader.unknown()).isZero();
        assertThat(reader.prefixesRead()).isEqualTo(2L * prefixes.size());
    }

    @Test
    void onePrefixOnTheLongerPathIsNoConvergence() {
        read(shortest.announcements(), 1);

        table.told(17, 12345, 2);

        assertThat(watch.converged()).isFalse();
        assertThat(watch.wrong(List.of(table))).isEqualTo(1);
    }

    @Test
    void onePrefixMissingIsNoConvergence() {
        read(shortest.announcements(), 1);

        table.told(17, 0, 2);

        assertThat(watch.converged()).isFalse();
        assertThat(watch.wrong(List.of(table))).isEqualTo(1);
        assertThat(watch.transientWithdrawals()).isEqualTo(1);
    }

    @Test
    void whatIsWrongForAMomentCountsFromWhenItIsRightAgain() {
        read(shortest.announcements(), 1);
        table.told(17, 0, 2);

        table.told(17, watch.expected[17], 3);

        assertThat(watch.converged()).isTrue();
        assertThat(watch.convergedAt()).isEqualTo(3);
    }

    @Test
    void allOffersGoneLeavesTheLongerPathToBeExpected() {
        best.expected(1, watch.expected);
        watch.begin(List.of(table));

        read(longer.announcements(), 1);

        assertThat(watch.converged()).isTrue();
    }

    @Test
    void withdrawingEverythingLeavesNothing() {
        read(shortest.announcements(), 1);
        best.expected(scenario.feeders(), watch.expected);
        watch.begin(List.of(table));

        read(shortest.withdrawals(), 2);

        assertThat(watch.converged()).isTrue();
        assertThat(watch.transientWithdrawals()).isZero();
    }

    @Test
    void ownRoutesThatComeBackAreCountedAndLeaveTheTableAlone() {
        Watch.Table client = watch.new Table(0, 10);
        watch.begin(List.of(client));

        client.told(3, 99, 1);

        assertThat(client.echoes()).isEqualTo(1);
        assertThat(client.wrong()).isEqualTo(prefixes.size() - 10);
    }

    @Test
    void ipv6PrefixesAreReadWhereTheyAreAnnouncedAndWithdrawn() {
        Scenario both = Scenario.named("S1t").withPrefixes(500);
        Prefixes all = new Prefixes(both, 3);
        Attributes attributes = new Attributes(both, false);
        BestPaths offers = new BestPaths(all, 1);
        Watch tables = new Watch(all.size());
        Watch.Table monitor = tables.new Table(0, all.firstIpv6());
        int firstGroup = 0;
        while (all.groupStart(firstGroup) < all.firstIpv6()) {
            firstGroup++;
        }
        Feed feed = Feed.of(Peer.feeder6(both), all, firstGroup, all.groups(), attributes, offers);
        UpdateReader both6 = new UpdateReader(all, false, new Latencies());
        offers.expected(0, tables.expected);
        tables.begin(List.of(monitor));

        read(both6, monitor, feed.announcements(), 1);

        assertThat(all.size() - all.firstIpv6()).isEqualTo(119);
        assertThat(both6.prefixesRead()).isEqualTo(119);
        assertThat(both6.unknown()).isZero();
        assertThat(tables.converged()).isTrue();
        offers.expected(1, tables.expected);
        tables.begin(List.of(monitor));
        read(both6, monitor, feed.withdrawals(), 2);
        assertThat(both6.prefixesRead()).isEqualTo(2 * 119);
        assertThat(tables.converged()).isTrue();
    }

    @Test
    void aPrefixThatNobodyAnnouncedIsNoticed() {
        int[] absent = {0};
        while (prefixes.find((long) absent[0] << 32, 32, false, 0) >= 0) {
            absent[0]++;
        }
        byte[] message = new byte[28 + Octets.SLACK];
        Octets.put16(message, 19, 5);
        message[21] = 32;
        Octets.put32(message, 22, absent[0]);
        Octets.header(message, 0, 28, Octets.UPDATE);

        reader.read(message, 0, 28, 0, table, 1);

        assertThat(reader.unknown()).isEqualTo(1);
    }
}
