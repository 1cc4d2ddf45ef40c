package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.SpeakerConfig;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.table.Rib;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.Asn;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a neighbour with ADD-PATH says of 192.0.2.0/24, and what is kept of it. */
class IntakeTest {

    private final GroupBench bench = new GroupBench();
    private final PathSource source = GroupBench.source(1);
    private final Neighbor neighbor = new Neighbor(Network.peer("10.0.0.1"), source.address(), 0, 1, false);
    private final Intake intake = new Intake(
            bench.attributes,
            new ImportRules(SpeakerConfig.builder(new Asn(65000), Ipv4Address.parse("10.255.0.1"))
                    .build()),
            thirdParty -> {});

    private static Nlri nlri(int... pathIds) {
        StringBuilder hex = new StringBuilder();
        for (int id : pathIds) {
            hex.append("%08x18c00002".formatted(id));
        }
        return new Nlri(Family.IPV4_UNICAST, HexFormat.of().parseHex(hex), true);
    }

    private void announce(int med, int... pathIds) {
        PathAttributes attributes =
                PathAttributes.builder().nextHop(source.address()).med(med).build();
        Arrival at = new Arrival(neighbor.config(), source, Ipv4Address.parse("10.255.0.1"));
        intake.announce(neighbor, at, bench.locRib, new UpdateMessage.Announcement(attributes, nlri(pathIds)));
    }

    private void withdraw(int... pathIds) {
        intake.withdraw(neighbor, bench.locRib, nlri(pathIds));
    }

    /** Identifier and MED of each path, in order. */
    private List<String> kept() {
        Rib rib = bench.locRib.rib();
        List<String> kept = new ArrayList<>();
        rib.forEach(row -> kept.add(Integer.toUnsignedString(rib.pathId(row)) + " med "
                + bench.attributes.get(rib.received(row)).med()));
        kept.sort(null);
        return kept;
    }

    @Test
    void pathsWithDifferentIdentifiersAreKeptSideBySideAndZeroIsAnIdentifierToo() {
        announce(7, 0, 1, -1);
        assertThat(kept()).containsExactly("0 med 7", "1 med 7", "4294967295 med 7");
    }

    @Test
    void anAnnouncementWithTheSameIdentifierReplacesThatPathOnly() {
        announce(7, 0, 1);
        announce(8, 1);
        assertThat(kept()).containsExactly("0 med 7", "1 med 8");
    }

    @Test
    void aWithdrawalOfIdentifierZeroIsNoWildcard() {
        announce(7, 0, 1, 2);
        withdraw(0);
        assertThat(kept()).containsExactly("1 med 7", "2 med 7");
        withdraw(0);
        assertThat(kept()).hasSize(2);
    }

    @Test
    void aWithdrawalOfAnIdentifierThatWasNeverAnnouncedChangesNothing() {
        announce(7, 1);
        withdraw(2);
        assertThat(kept()).containsExactly("1 med 7");
    }
}
