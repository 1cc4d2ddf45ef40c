package dev.espalier.bgp.fsm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.LocalAs;
import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.Role;
import dev.espalier.bgp.session.RestartFlags;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Message;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.Transport.Endpoint;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Roles in the OPENs (RFC 9234 section 4): which pairs may speak to each other. We are AS 65001, the neighbour is AS 65002. */
class RoleNegotiationTest {

    private static final LocalSpeaker US = new LocalSpeaker(new Asn(65001), Ipv4Address.parse("10.0.0.1"));
    private static final Map<Role, Role> PAIRS = Map.of(
            Role.PROVIDER, Role.CUSTOMER,
            Role.CUSTOMER, Role.PROVIDER,
            Role.RS_SERVER, Role.RS_CLIENT,
            Role.RS_CLIENT, Role.RS_SERVER,
            Role.PEER, Role.PEER);

    private static PeerConfig peer(@Nullable Role role, boolean strict) {
        return PeerConfig.builder("them", new PeerConfig.Remote.Address(IpAddress.parse("10.0.0.2"), null))
                .session(PeerConfig.Session.USUAL.toBuilder()
                        .role(role)
                        .roleStrict(strict)
                        .build())
                .build();
    }

    private static Negotiation.Verdict judge(PeerConfig peer, int asn, Capability... capabilities) {
        return Negotiation.judge(
                new Message.Open(4, asn, 90, Ipv4Address.parse("10.0.0.2"), List.of(capabilities)),
                US,
                peer,
                new Endpoint(Ipv4Address.parse("10.0.0.1"), 179, 0),
                new Endpoint(Ipv4Address.parse("10.0.0.2"), 40000, 0));
    }

    private static Negotiation.Verdict judge(PeerConfig peer, Capability... capabilities) {
        return judge(peer, 65002, capabilities);
    }

    private static Negotiation.Verdict.Refused refused(Negotiation.Verdict verdict) {
        assertThat(verdict).isInstanceOf(Negotiation.Verdict.Refused.class);
        Negotiation.Verdict.Refused refused = (Negotiation.Verdict.Refused) verdict;
        assertThat(refused.notification().code()).isEqualTo(ErrorCode.OPEN_MESSAGE);
        assertThat(refused.notification().subcode()).isEqualTo(ErrorCode.OPEN_ROLE_MISMATCH);
        return refused;
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void ofTheFiveRolesExactlyOneFitsOurs(Role ours) {
        for (Role theirs : Role.values()) {
            Negotiation.Verdict verdict = judge(peer(ours, false), new Capability.BgpRole(theirs.code()));
            if (PAIRS.get(ours) == theirs) {
                assertThat(verdict).isInstanceOf(Negotiation.Verdict.Agreed.class);
            } else {
                assertThat(refused(verdict).reason())
                        .contains("says it is " + theirs)
                        .contains("our spec.role is " + ours)
                        .contains("it should be " + PAIRS.get(ours));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void ourOpenSaysOurOwnRoleAndNotTheNeighbors(Role ours) {
        RestartFlags fresh = new RestartFlags() {
            @Override
            public boolean restarting() {
                return false;
            }

            @Override
            public boolean forwardingPreserved(dev.espalier.bgp.wire.Family family) {
                return false;
            }
        };
        assertThat(Negotiation.open(US, peer(ours, false), fresh).capabilities())
                .filteredOn(Capability.BgpRole.class::isInstance)
                .containsExactly(new Capability.BgpRole(ours.code()));
        assertThat(Negotiation.open(US, peer(null, false), fresh).capabilities())
                .noneMatch(Capability.BgpRole.class::isInstance);
    }

    @Test
    void aNeighborThatSaysNoRoleIsRefusedOnlyInStrictMode() {
        assertThat(judge(peer(Role.PROVIDER, false))).isInstanceOf(Negotiation.Verdict.Agreed.class);
        assertThat(refused(judge(peer(Role.PROVIDER, true))).reason()).contains("roleStrict");
    }

    @Test
    void theSameRoleTwiceCountsOnceAndTwoRolesAreAMismatch() {
        Capability customer = new Capability.BgpRole(Role.CUSTOMER.code());
        assertThat(judge(peer(Role.PROVIDER, false), customer, customer))
                .isInstanceOf(Negotiation.Verdict.Agreed.class);
        assertThat(refused(judge(peer(Role.PROVIDER, false), customer, new Capability.BgpRole(4)))
                        .reason())
                .contains("several roles");
    }

    @Test
    void aRoleThatNobodyHasDefinedIsAMismatch() {
        assertThat(refused(judge(peer(Role.PEER, false), new Capability.BgpRole(77)))
                        .reason())
                .contains("says it is 77");
    }

    @Test
    void aRoleMeansNothingWhereNoneIsConfiguredNorToAnInternalNeighbor() {
        assertThat(judge(peer(null, false), new Capability.BgpRole(0))).isInstanceOf(Negotiation.Verdict.Agreed.class);
        Negotiation.Verdict internal = judge(peer(Role.PEER, true), 65001);
        assertThat(internal).isInstanceOf(Negotiation.Verdict.Agreed.class);
        assertThat(((Negotiation.Verdict.Agreed) internal).negotiated().role()).isNull();
    }

    @Test
    void theOpenSaysTheLocalAsWhereOneIsConfigured() {
        LocalAs local = new LocalAs(new Asn(70_000), true, false);
        PeerConfig peer = peer(null, false).toBuilder()
                .session(PeerConfig.Session.USUAL.toBuilder().localAs(local).build())
                .build();
        LocalSpeaker seen = new LocalSpeaker(local.asn(), Ipv4Address.parse("10.0.0.1"));
        Message.Open open = new Message.Open(4, 65002, 90, Ipv4Address.parse("10.0.0.2"), List.of());
        Negotiation.Verdict verdict = Negotiation.judge(
                open,
                seen,
                peer,
                new Endpoint(Ipv4Address.parse("10.0.0.1"), 179, 0),
                new Endpoint(Ipv4Address.parse("10.0.0.2"), 40000, 0));
        assertThat(((Negotiation.Verdict.Agreed) verdict).negotiated().localAs())
                .isEqualTo(new Asn(70_000));
    }
}
