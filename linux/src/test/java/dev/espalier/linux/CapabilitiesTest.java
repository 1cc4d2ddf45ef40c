package dev.espalier.linux;

import static dev.espalier.linux.Capabilities.Capability.CAP_NET_ADMIN;
import static dev.espalier.linux.Capabilities.Capability.CAP_NET_BIND_SERVICE;
import static dev.espalier.linux.Capabilities.Capability.CAP_NET_RAW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {

    @Test
    void theEffectiveSetIsReadFromTheStatusOfAProcess() {
        Capabilities some =
                Capabilities.ofStatus(List.of("Name:\tjava", "CapPrm:\t000001ffffffffff", "CapEff:\t0000000000003000"));
        assertThat(some.has(CAP_NET_ADMIN)).isTrue();
        assertThat(some.has(CAP_NET_RAW)).isTrue();
        assertThat(some.has(CAP_NET_BIND_SERVICE)).isFalse();
    }

    @Test
    void whatIsMissingIsSaidWithItsPurposeAndARemedy() {
        Capabilities none = Capabilities.ofStatus(List.of());
        assertThat(none.missing(CAP_NET_ADMIN, CAP_NET_BIND_SERVICE))
                .hasSize(2)
                .first()
                .asString()
                .contains("CAP_NET_ADMIN", "to change routes", "root", "AmbientCapabilities=CAP_NET_ADMIN");
        assertThat(new Capabilities(-1).missing(CAP_NET_ADMIN)).isEmpty();
    }

    @Test
    void thisProcessHasReadablePrivileges() {
        assertThat(Capabilities.ofThisProcess().bits()).isNotNegative();
    }
}
