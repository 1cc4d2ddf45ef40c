package dev.espalier.bgp.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.PeerConfig.AddPaths;
import dev.espalier.bgp.PeerConfig.AddPaths.Send;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Capability.AddPathFamily;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.net.Ipv4Address;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AddPathAgreementTest {

    private static final Set<Family> BOTH = Set.of(Family.IPV4_UNICAST, Family.IPV6_UNICAST);
    private static final AddPaths RECEIVE = new AddPaths(true, Send.NONE, 0);
    private static final AddPaths SEND = new AddPaths(false, Send.BEST, 2);
    private static final AddPaths EITHER = new AddPaths(true, Send.ALL, 0);

    private static AddPathAgreement agree(AddPaths ours, Capability... theirs) {
        return AddPathAgreement.of(
                new Message.Open(4, 65001, 90, Ipv4Address.parse("10.0.0.1"), List.of(theirs)), ours, BOTH);
    }

    private static Capability ipv4(boolean receive, boolean send) {
        return new Capability.AddPath(List.of(new AddPathFamily(1, 1, receive, send)));
    }

    private static Set<Family> only(Family family) {
        return Set.of(family);
    }

    @Test
    void aDirectionIsAgreedOnWhereOneSendsAndTheOtherReceives() {
        assertThat(agree(EITHER, ipv4(true, true)))
                .isEqualTo(new AddPathAgreement(only(Family.IPV4_UNICAST), only(Family.IPV4_UNICAST)));
        assertThat(agree(RECEIVE, ipv4(true, true)))
                .isEqualTo(new AddPathAgreement(only(Family.IPV4_UNICAST), Set.of()));
        assertThat(agree(SEND, ipv4(true, true))).isEqualTo(new AddPathAgreement(Set.of(), only(Family.IPV4_UNICAST)));
    }

    @Test
    void twoReceiversOrTwoSendersAgreeOnNothing() {
        AddPathAgreement nothing = new AddPathAgreement(Set.of(), Set.of());
        assertThat(agree(RECEIVE, ipv4(true, false))).isEqualTo(nothing);
        assertThat(agree(SEND, ipv4(false, true))).isEqualTo(nothing);
        assertThat(agree(AddPaths.NONE, ipv4(true, true))).isEqualTo(nothing);
        assertThat(agree(EITHER)).isEqualTo(nothing);
    }

    @Test
    void eachFamilyIsAgreedOnByItselfAndTheFirstWordOnItCounts() {
        Capability several = new Capability.AddPath(List.of(
                new AddPathFamily(2, 1, true, false),
                new AddPathFamily(2, 1, false, true),
                new AddPathFamily(25, 70, true, true)));
        assertThat(agree(EITHER, ipv4(false, true), several))
                .isEqualTo(new AddPathAgreement(only(Family.IPV4_UNICAST), only(Family.IPV6_UNICAST)));
    }

    @Test
    void aFamilyThatTheSessionDoesNotCarryIsNotAgreedOn() {
        Message.Open open = new Message.Open(4, 65001, 90, Ipv4Address.parse("10.0.0.1"), List.of(ipv4(true, true)));
        assertThat(AddPathAgreement.of(open, EITHER, only(Family.IPV6_UNICAST)))
                .isEqualTo(new AddPathAgreement(Set.of(), Set.of()));
    }

    @Test
    void whatIsConfiguredIsOfferedForEveryFamilyAndNothingOtherwise() {
        PeerConfig peer = PeerConfig.builder("p", new PeerConfig.Remote.Address(Ipv4Address.parse("10.0.0.1"), null))
                .families(BOTH)
                .addPaths(SEND)
                .build();
        assertThat(AddPathAgreement.offer(peer))
                .contains(new Capability.AddPath(
                        List.of(new AddPathFamily(1, 1, false, true), new AddPathFamily(2, 1, false, true))));
        assertThat(AddPathAgreement.offer(
                        peer.toBuilder().addPaths(AddPaths.NONE).build()))
                .isEmpty();
    }
}
