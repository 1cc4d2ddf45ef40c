package dev.espalier.bgp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.bgp.Role;
import dev.espalier.bgp.wire.Family;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.route.AsPath;
import dev.espalier.route.PathAttributes;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * OTC for each role (RFC 9234 section 5). The first column is what we are; the neighbour, AS 65002, is the counterpart. An OTC of
 * 0 in the tables stands for none.
 */
class RoleRulesTest {

    private static final Asn NEIGHBOR = new Asn(65002);
    private static final Asn US = new Asn(65001);

    private static PathAttributes route(long otc) {
        PathAttributes.Builder builder = PathAttributes.builder()
                .nextHop(IpAddress.parse("10.0.0.2"))
                .asPath(AsPath.sequence(List.of(NEIGHBOR)));
        return otc == 0 ? builder.build() : builder.onlyToCustomer(new Asn(otc)).build();
    }

    private static OptionalLong otc(long value) {
        return value == 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    @ParameterizedTest
    @CsvSource({
        // ours, OTC received, leaks, OTC kept
        "PROVIDER, 0, false, 0",
        "PROVIDER, 65002, true, 0",
        "PROVIDER, 7, true, 0",
        "RS_SERVER, 0, false, 0",
        "RS_SERVER, 65002, true, 0",
        "RS_SERVER, 7, true, 0",
        "PEER, 0, false, 65002",
        "PEER, 65002, false, 65002",
        "PEER, 7, true, 0",
        "CUSTOMER, 0, false, 65002",
        "CUSTOMER, 65002, false, 65002",
        "CUSTOMER, 7, false, 7",
        "RS_CLIENT, 0, false, 65002",
        "RS_CLIENT, 65002, false, 65002",
        "RS_CLIENT, 7, false, 7",
    })
    void whatArrivesIsALeakOrIsMarked(Role ours, long received, boolean leaks, long kept) {
        for (Family family : Family.values()) {
            PathAttributes route = route(received);
            ImportRefusal refusal = RoleRules.leak(ours, family, NEIGHBOR, route);
            assertThat(refusal != null).isEqualTo(leaks);
            if (leaks) {
                assertThat(refusal).hasToString(refusal.toString()).asString().contains("route leak");
            } else {
                assertThat(RoleRules.marked(ours, family, NEIGHBOR, route).onlyToCustomer())
                        .isEqualTo(otc(kept));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // ours, OTC before, may go out, OTC told
        "PROVIDER, 0, true, 65001",
        "PROVIDER, 7, true, 7",
        "RS_SERVER, 0, true, 65001",
        "RS_SERVER, 7, true, 7",
        "PEER, 0, true, 65001",
        "PEER, 7, false, 0",
        "CUSTOMER, 0, true, 0",
        "CUSTOMER, 7, false, 0",
        "RS_CLIENT, 0, true, 0",
        "RS_CLIENT, 7, false, 0",
    })
    void whatLeavesIsHeldBackOrIsMarked(Role ours, long before, boolean leaves, long told) {
        for (Family family : Family.values()) {
            PathAttributes route = route(before);
            assertThat(RoleRules.mayLeave(ours, family, route)).isEqualTo(leaves);
            if (leaves) {
                assertThat(leaving(ours, family, route).onlyToCustomer()).isEqualTo(otc(told));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void withoutARoleNothingIsCheckedAndTheMarkIsKept(Family family) {
        PathAttributes route = route(7);
        assertThat(RoleRules.leak(null, family, NEIGHBOR, route)).isNull();
        assertThat(RoleRules.marked(null, family, NEIGHBOR, route)).isSameAs(route);
        assertThat(RoleRules.mayLeave(null, family, route)).isTrue();
        assertThat(leaving(null, family, route)).isEqualTo(route);
        assertThat(leaving(null, family, route(0))).isEqualTo(route(0));
    }

    private static PathAttributes leaving(@Nullable Role ours, Family family, PathAttributes route) {
        PathAttributes.Builder out = route.toBuilder();
        RoleRules.markOnLeaving(ours, family, US, route, out);
        return out.build();
    }
}
