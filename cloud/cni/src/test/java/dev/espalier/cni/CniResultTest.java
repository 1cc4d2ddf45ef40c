package dev.espalier.cni;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cni.CniResult.Cidr;
import dev.espalier.cni.CniResult.Interface;
import dev.espalier.cni.CniResult.Ip;
import dev.espalier.cni.CniResult.Route;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An answer is written in the words of the version that asks, and read back the same. */
class CniResultTest {

    private static final CniResult RESULT = new CniResult(
            List.of(
                    new Interface("esp0123456789a", "ee:ee:ee:ee:ee:ee", 1450, ""),
                    new Interface("eth0", "02:00:00:00:00:01", 1450, "/run/netns/c1")),
            List.of(
                    new Ip(Cidr.host(IpAddress.parse("10.1.0.7")), IpAddress.parse("169.254.1.1"), 1),
                    new Ip(Cidr.host(IpAddress.parse("2001:db8::7")), IpAddress.parse("fe80::1"), 1)),
            List.of(
                    new Route(IpPrefix.parse("0.0.0.0/0"), IpAddress.parse("169.254.1.1")),
                    new Route(IpPrefix.parse("::/0"), null)),
            null);

    @Test
    void theNewestVersionSaysMost() {
        assertThat(RESULT.json(CniVersion.V1_1_0).toString())
                .contains("\"mtu\":1450")
                .contains("{\"address\":\"10.1.0.7/32\",\"gateway\":\"169.254.1.1\",\"interface\":1}")
                .contains("{\"dst\":\"::/0\"}")
                .contains("\"sandbox\":\"/run/netns/c1\"");
        assertThat(RESULT.json(CniVersion.V1_0_0).toString()).doesNotContain("mtu");
    }

    @Test
    void beforeTheFirstMajorVersionAddressesSayTheirFamily() {
        assertThat(RESULT.json(CniVersion.V0_4_0).toString())
                .contains("{\"version\":\"4\",\"address\":\"10.1.0.7/32\"")
                .contains("{\"version\":\"6\",\"address\":\"2001:db8::7/128\"");
        assertThat(RESULT.json(CniVersion.V1_0_0).toString()).doesNotContain("\"version\"");
    }

    @ParameterizedTest
    @EnumSource(CniVersion.class)
    void whatWasToldIsUnderstoodAsAPreviousResult(CniVersion version) {
        String config = "{\"cniVersion\": \"" + version.text() + "\", \"name\": \"pods\", \"prevResult\": "
                + RESULT.json(version) + "}";
        CniResult read = CniRequest.read(
                        Map.of(
                                "CNI_COMMAND", "ADD",
                                "CNI_CONTAINERID", "c1",
                                "CNI_NETNS", "/run/netns/c1",
                                "CNI_IFNAME", "eth0"),
                        config)
                .config()
                .previous();
        assertThat(read.ips()).isEqualTo(RESULT.ips());
        assertThat(read.routes()).isEqualTo(RESULT.routes());
        assertThat(read.interfaces()).extracting(Interface::name).containsExactly("esp0123456789a", "eth0");
        assertThat(read.json(version)).isEqualTo(RESULT.json(version));
    }
}
