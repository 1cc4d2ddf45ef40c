package dev.espalier.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is done next for a request, from the blocks there are. */
class ChoiceTest {

    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration COOLDOWN = Duration.ofMinutes(1);
    private static final Pool POOL = new Pool("pods", IpPrefix.parse("10.1.0.0/24"), 30, false, false, COOLDOWN);
    private static final Pool STRICT = new Pool("pods", IpPrefix.parse("10.1.0.0/30"), 30, false, true, COOLDOWN);

    @Test
    void theFirstAddressOfANodeComesFromABlockThatItClaimsFirst() {
        Step first = choose(POOL);
        assertThat(first).isInstanceOf(Step.Claim.class);
        Block claimed = ((Step.Claim) first).block();
        assertThat(POOL.prefix().covers(claimed.prefix())).isTrue();
        assertThat(claimed.confirmed()).isFalse();

        Step second = choose(POOL, claimed);
        assertThat(second).isInstanceOf(Step.Give.class);
        assertThat(((Step.Give) second).next().confirmed()).isTrue();
        assertThat(((Step.Give) second).address()).isEqualTo(claimed.address(0));
    }

    @Test
    void theSameHandleHasTheSameAddress() {
        Block block = block("10.1.0.0/30", "one").with(2, allocation("net.c1/eth0", "one"));
        assertThat(choose(POOL, block)).isEqualTo(new Step.Given(IpAddress.parse("10.1.0.2"), block));
    }

    @Test
    void twoNodesMayHaveAContainerOfTheSameName() {
        Block block = block("10.1.0.0/30", "two").with(2, allocation("net.c1/eth0", "two"));
        assertThat(choose(POOL, block)).isInstanceOf(Step.Claim.class);
    }

    @Test
    void aClaimThatOverlapsAnotherIsTakenBackWhicheverWasFirst() {
        Block mine = Block.claimed(IpPrefix.parse("10.1.0.0/30"), "pods", "one");
        Block theirs = Block.claimed(IpPrefix.parse("10.1.0.0/28"), "pods", "two");
        assertThat(choose(POOL, theirs, mine)).isEqualTo(new Step.TakeBack(mine));
    }

    @Test
    void aNewBlockNeverOverlapsOneOfAnotherLength() {
        Pool small = new Pool("pods", IpPrefix.parse("10.1.0.0/27"), 28, false, true, COOLDOWN);
        Step step = choose(small, block("10.1.0.4/30", "two"));
        assertThat(((Step.Claim) step).block().prefix()).isEqualTo(IpPrefix.parse("10.1.0.16/28"));
    }

    @Test
    void anAddressRestsBeforeItIsGivenAgainAndTheOneThatHasRestedLongestComesFirst() {
        Block block = block("10.1.0.0/30", "one");
        for (int i = 0; i < 4; i++) {
            block = block.with(i, allocation("net.c" + i + 2 + "/eth0", "two"));
        }
        block = without(block, 1, NOW.minusSeconds(70));
        block = without(block, 3, NOW.minusSeconds(80));
        block = without(block, 0, NOW.minusSeconds(30));

        Step.Give first = (Step.Give) choose(STRICT, block);
        assertThat(first.address()).isEqualTo(IpAddress.parse("10.1.0.3"));
        Block then = first.next().with(1, allocation("net.c9/eth0", "one"));
        then = then.with(3, allocation("net.c8/eth0", "one"));
        assertThat(refusal(choose(STRICT, then)))
                .isEqualTo(
                        "no address is free for web/a: pool pods (10.1.0.0/30) has 3 in use and 1 at rest in 1 block,"
                                + " and other nodes' blocks may not be used (strict)");
    }

    @Test
    void whenEveryBlockIsClaimedAnAddressIsBorrowedUnlessThePoolIsStrict() {
        Block theirs = block("10.1.0.0/30", "two");
        Pool lenient = new Pool("pods", IpPrefix.parse("10.1.0.0/30"), 30, false, false, COOLDOWN);
        Step.Give borrowed = (Step.Give) choose(lenient, theirs);
        assertThat(borrowed.next().node()).isEqualTo("two");
        assertThat(borrowed.next().used().get(0).node()).isEqualTo("one");

        assertThat(refusal(choose(STRICT, theirs))).contains("0 in use and 0 at rest in 1 block");
    }

    @Test
    void nothingIsBorrowedFromABlockThatIsOnlyBeingClaimed() {
        Pool lenient = new Pool("pods", IpPrefix.parse("10.1.0.0/30"), 30, false, false, COOLDOWN);
        assertThat(choose(lenient, Block.claimed(IpPrefix.parse("10.1.0.0/30"), "pods", "two")))
                .isInstanceOf(Step.Refuse.class);
    }

    @Test
    void aDisabledPoolGivesNothingNewButWhatWasGivenStays() {
        Pool disabled = new Pool("pods", IpPrefix.parse("10.1.0.0/24"), 30, true, false, COOLDOWN);
        assertThat(refusal(choose(disabled, block("10.1.0.0/30", "one"))))
                .isEqualTo("no address is free for web/a: pool pods (10.1.0.0/24) is disabled");
        Block given = block("10.1.0.0/30", "one").with(0, allocation("net.c1/eth0", "one"));
        assertThat(choose(disabled, given)).isInstanceOf(Step.Given.class);
    }

    @Test
    void aBlockWhoseNodeHasGoneIsTakenOver() {
        Block left = block("10.1.0.0/30", "two").abandoned().with(0, allocation("net.c7/eth0", "three"));
        Step.Give give = (Step.Give) choose(STRICT, left);
        assertThat(give.next().node()).isEqualTo("one");
        assertThat(give.address()).isEqualTo(IpAddress.parse("10.1.0.1"));
    }

    @Test
    void whereNoBlockOfTheWantedLengthIsLeftASmallerOneIsTaken() {
        Pool grown = new Pool("pods", IpPrefix.parse("10.1.0.0/29"), 29, false, true, COOLDOWN);
        Step step = choose(grown, block("10.1.0.0/30", "two"));
        assertThat(((Step.Claim) step).block().prefix()).isEqualTo(IpPrefix.parse("10.1.0.4/30"));
    }

    @Test
    void reservedAddressesAreNotGiven() {
        Request request = new Request(
                AddressFamily.IPV4,
                "net.c1/eth0",
                "one",
                "web/a",
                List.of(STRICT),
                null,
                address -> address.equals(IpAddress.parse("10.1.0.0")));
        Step.Give give = (Step.Give) Choice.of(request, List.of(block("10.1.0.0/30", "one")), NOW);
        assertThat(give.address()).isEqualTo(IpAddress.parse("10.1.0.1"));
    }

    @Test
    void anAddressThatIsAskedForIsGivenOrItIsSaidWhyNot() {
        assertThat(wanted("10.1.0.9", POOL)).isInstanceOf(Step.Claim.class);
        Block block = block("10.1.0.8/30", "one");
        assertThat(((Step.Give) wanted("10.1.0.9", POOL, block)).address()).isEqualTo(IpAddress.parse("10.1.0.9"));

        assertThat(refusal(wanted("10.9.0.1", POOL)))
                .isEqualTo("10.9.0.1 cannot be given: it is in no pool that serves web/a");
        assertThat(refusal(wanted("10.1.0.9", POOL, block.with(1, allocation("net.c7/eth0", "two")))))
                .isEqualTo("10.1.0.9 cannot be given: web/other on node two has it");
        assertThat(refusal(wanted("10.1.0.1", STRICT, block("10.1.0.0/30", "two"))))
                .isEqualTo("10.1.0.1 cannot be given: it is in block 10.1.0.0/30 of node two, and the pool is strict");
    }

    @Test
    void withoutAPoolItIsSaidForWhomAndWhere() {
        Request request = new Request(AddressFamily.IPV4, "net.c1/eth0", "one", "web/a", List.of(), null, _ -> false);
        assertThat(Choice.of(request, List.of(), NOW))
                .isEqualTo(new Step.Refuse(IpamException.Kind.NO_POOL, "no pool serves web/a on node one"));
    }

    @Test
    void blocksOfIpv6AreFoundInALargePool() {
        Pool large = new Pool("six", IpPrefix.parse("2001:db8::/48"), 122, false, false, COOLDOWN);
        Step.Claim claim = (Step.Claim) choose(large);
        assertThat(large.prefix().covers(claim.block().prefix())).isTrue();
        Step.Give give = (Step.Give) choose(large, claim.block());
        assertThat(give.address()).isEqualTo(claim.block().prefix().address());
        assertThat(claim.block().address(63).low() - claim.block().address(0).low())
                .isEqualTo(63);
    }

    private static Step choose(Pool pool, Block... blocks) {
        Request request = new Request(pool.family(), "net.c1/eth0", "one", "web/a", List.of(pool), null, _ -> false);
        return Choice.of(request, List.of(blocks), NOW);
    }

    private static Step wanted(String address, Pool pool, Block... blocks) {
        Request request = new Request(
                AddressFamily.IPV4, "net.c1/eth0", "one", "web/a", List.of(pool), IpAddress.parse(address), _ -> false);
        return Choice.of(request, List.of(blocks), NOW);
    }

    private static String refusal(Step step) {
        assertThat(step).isInstanceOf(Step.Refuse.class);
        return ((Step.Refuse) step).reason();
    }

    private static Block block(String prefix, String node) {
        return new Block(IpPrefix.parse(prefix), "pods", node, true, new TreeMap<>(), new TreeMap<>());
    }

    private static Allocation allocation(String handle, String node) {
        return new Allocation(handle, node, "web/other", NOW.minusSeconds(500));
    }

    private static Block without(Block block, int ordinal, Instant since) {
        Allocation gone = block.used().get(ordinal);
        return block.without(gone::equals, since);
    }
}
