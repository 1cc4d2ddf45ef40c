package dev.espalier.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrefixTableTest {

    private final PrefixTable table = new PrefixTable(AddressFamily.IPV4);

    private static IpPrefix p(String text) {
        return IpPrefix.parse(text);
    }

    private static List<IpPrefix> within(PrefixTable table, String block) {
        List<IpPrefix> visited = new ArrayList<>();
        table.forEachWithin(p(block), id -> visited.add(table.prefix(id)));
        return visited;
    }

    private static String longest(PrefixTable table, String address, int maxLength) {
        IpAddress a = IpAddress.parse(address);
        int id = table.longestMatch(a.high(), a.low(), maxLength, _ -> true);
        return id == PrefixTable.NONE ? "none" : table.prefix(id).toString();
    }

    @Test
    void numbersAreDenseAndAFreedOneIsGivenAgain() {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            ids.add(table.retain((long) i << 40, 0, 24));
        }
        assertThat(new TreeSet<>(ids)).first().isEqualTo(0);
        assertThat(new TreeSet<>(ids)).hasSize(10_000).last().isEqualTo(9_999);
        assertThat(table.limit()).isEqualTo(10_000);
        table.release(ids.get(77));
        table.release(ids.get(5_000));
        Set<Integer> again = new HashSet<>(List.of(table.retain(p("192.0.2.0/24")), table.retain(p("192.0.2.0/25"))));
        assertThat(again).containsExactlyInAnyOrder(ids.get(77), ids.get(5_000));
        assertThat(table.limit()).isEqualTo(10_000);
    }

    @Test
    void aPrefixStaysUntilItsLastHolderLetsGo() {
        int id = table.retain(p("10.0.0.0/8"));
        assertThat(table.retain(p("10.0.0.0/8"))).isEqualTo(id);
        table.retain(id);
        table.release(id);
        table.release(id);
        assertThat(table.find(p("10.0.0.0/8"))).isEqualTo(id);
        table.release(id);
        assertThat(table.find(p("10.0.0.0/8"))).isEqualTo(PrefixTable.NONE);
        assertThat(table.size()).isZero();
    }

    @Test
    void thousandsMayHoldOnePrefix() {
        int id = table.retain(p("0.0.0.0/0"));
        int other = table.retain(p("10.0.0.0/8"));
        for (int i = 1; i < 3_000; i++) {
            table.retain(i % 2 == 0 ? id : table.find(p("0.0.0.0/0")));
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 1; i < 2_900; i++) {
                table.release(id);
            }
            for (int i = 1; i < 2_900; i++) {
                table.retain(id);
            }
        }
        for (int i = 1; i < 3_000; i++) {
            table.release(id);
        }
        assertThat(table.find(p("0.0.0.0/0"))).as("one holder is left").isEqualTo(id);
        table.release(id);
        assertThat(table.find(p("0.0.0.0/0"))).isEqualTo(PrefixTable.NONE);
        assertThat(table.find(p("10.0.0.0/8"))).isEqualTo(other);
    }

    @Test
    void whoHoldsNothingCannotHoldOnceMoreOrLess() {
        int id = table.retain(p("10.0.0.0/8"));
        table.release(id);
        assertThatThrownBy(() -> table.release(id)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> table.retain(id)).isInstanceOf(IllegalStateException.class);
        assertThat(table.size()).isZero();
    }

    @Test
    void refusesTheOtherFamilyAndLengthsThatDoNotFit() {
        assertThatThrownBy(() -> table.retain(p("2001:db8::/32"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> table.retain(0, 0, 33)).hasMessageContaining("33");
        assertThatThrownBy(() -> table.retain(0, 0, -1)).hasMessageContaining("-1");
        assertThat(table.find(p("2001:db8::/32"))).isEqualTo(PrefixTable.NONE);
        table.retain(p("0.0.0.0/0"));
        assertThat(within(table, "::/0")).isEmpty();
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void bitsAfterTheLengthAreIgnored() {
        int id = table.retain(0x0A01_0203L << 32 | 0xFFFF, -1, 8);
        assertThat(table.prefix(id)).isEqualTo(p("10.0.0.0/8"));
        assertThat(table.find(0x0AFF_FFFFL << 32, 7, 8)).isEqualTo(id);
    }

    @Test
    void theLongestMatchIsTheLongestThatIsAccepted() {
        for (String text : List.of("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32")) {
            table.retain(p(text));
        }
        assertThat(longest(table, "10.1.2.3", 32)).isEqualTo("10.1.2.3/32");
        assertThat(longest(table, "10.1.2.3", 31)).isEqualTo("10.1.2.0/24");
        assertThat(longest(table, "10.1.2.4", 32)).isEqualTo("10.1.2.0/24");
        assertThat(longest(table, "10.2.0.0", 32)).isEqualTo("10.0.0.0/8");
        assertThat(longest(table, "11.0.0.0", 32)).isEqualTo("0.0.0.0/0");
        assertThat(longest(table, "11.0.0.0", -1)).isEqualTo("none");
        IpAddress host = IpAddress.parse("10.1.2.3");
        List<IpPrefix> asked = new ArrayList<>();
        int id = table.longestMatch(host.high(), host.low(), 32, candidate -> {
            asked.add(table.prefix(candidate));
            return table.length(candidate) == 8;
        });
        assertThat(table.prefix(id)).isEqualTo(p("10.0.0.0/8"));
        assertThat(asked).containsExactly(p("10.1.2.3/32"), p("10.1.2.0/24"), p("10.1.0.0/16"), p("10.0.0.0/8"));
    }

    @Test
    void aWalkGoesByAddressThenShorterFirst() {
        List<String> inOrder = List.of(
                "0.0.0.0/0",
                "10.0.0.0/8",
                "10.0.0.0/9",
                "10.0.0.0/32",
                "10.0.0.1/32",
                "10.128.0.0/9",
                "127.255.255.255/32",
                "128.0.0.0/1",
                "255.255.255.255/32");
        for (String text : inOrder.reversed()) {
            table.retain(p(text));
        }
        assertThat(within(table, "0.0.0.0/0")).extracting(IpPrefix::toString).isEqualTo(inOrder);
        assertThat(within(table, "10.0.0.0/8")).extracting(IpPrefix::toString).isEqualTo(inOrder.subList(1, 6));
        assertThat(within(table, "10.0.0.0/10")).extracting(IpPrefix::toString).isEqualTo(inOrder.subList(3, 5));
        assertThat(within(table, "10.0.0.1/32")).extracting(IpPrefix::toString).isEqualTo(inOrder.subList(4, 5));
        assertThat(within(table, "192.0.2.0/24")).isEmpty();
    }

    @Test
    void aWalkOrdersAllFourWordsOfIpv6() {
        PrefixTable ipv6 = new PrefixTable(AddressFamily.IPV6);
        List<String> inOrder = List.of(
                "::/0",
                "::/128",
                "::1/128",
                "2001:db8::/32",
                "2001:db8::/64",
                "2001:db8::/128",
                "2001:db8:0:0:8000::/65",
                "2001:db8:8000::/33",
                "ff00::/8",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
        for (String text : inOrder.reversed()) {
            ipv6.retain(p(text));
        }
        assertThat(within(ipv6, "::/0")).extracting(IpPrefix::toString).isEqualTo(inOrder);
        assertThat(within(ipv6, "2001:db8::/64")).extracting(IpPrefix::toString).isEqualTo(inOrder.subList(4, 7));
        assertThat(longest(ipv6, "2001:db8:0:0:8000::1", 128)).isEqualTo("2001:db8:0:0:8000::/65");
    }

    @ParameterizedTest
    @EnumSource(AddressFamily.class)
    void aMillionComeAndGoAndTheNumbersStartAgain(AddressFamily family) {
        PrefixTable full = new PrefixTable(family);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 1_000_000; i++) {
                full.retain((0x1400_0000L << 32) + ((long) i << 40), 0, 24);
            }
            assertThat(List.of(full.size(), full.limit())).containsExactly(1_000_000, 1_000_000);
            for (int i = 0; i < 1_000_000; i++) {
                full.release(full.find((0x1400_0000L << 32) + ((long) i << 40), 0, 24));
            }
            assertThat(full.size()).isZero();
            assertThat(full.limit()).as("rows that are kept").isLessThanOrEqualTo(4_096);
        }
    }

    @Test
    void memoryIsGivenBackWhenATableIsWithdrawnAroundAFewThatStay() {
        long empty = heap();
        int[] ids = new int[500_000];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = table.retain((long) i << 40, 0, 24);
        }
        long full = heap() - empty;
        for (int i = 0; i < ids.length; i++) {
            if (i != 0 && i != ids.length - 1) {
                table.release(ids[i]);
            }
        }
        long left = heap() - empty;
        assertThat(table.size()).isEqualTo(2);
        assertThat(full).as("heap of 500,000 prefixes").isBetween(500_000L * 8, 500_000L * 22 + 4L * ids.length);
        assertThat(left - 4L * ids.length).as("heap of the two that stay").isLessThan(200_000);
    }

    private static long heap() {
        // the serial collector compacts fully only every fourth time (MarkSweepAlwaysCompactCount)
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
