package dev.espalier.flannel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.net.Ipv6Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Octet by octet as flannel writes it: keys, values, and the file for the CNI plugin. */
class FormatsTest {

    private static final SubnetKey DUAL =
            new SubnetKey(IpPrefix.parse("10.5.52.0/24"), IpPrefix.parse("fc00:0:0:34::/64"));

    @Test
    void aKeyHasADashForTheSlashAndTheSecondFamilyBehindAnAmpersand() {
        assertThat(SubnetKey.of(IpPrefix.parse("10.5.52.0/24")).text()).isEqualTo("10.5.52.0-24");
        assertThat(DUAL.text()).isEqualTo("10.5.52.0-24&fc00:0:0:34::-64");
        assertThat(SubnetKey.parse("10.5.52.0-24&fc00:0:0:34::-64")).isEqualTo(DUAL);
        assertThat(SubnetKey.parse("10.5.52.0-24")).isEqualTo(SubnetKey.of(DUAL.ipv4()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.5.52.0",
                "10.5.52.0/24",
                "10.5.52.0-32",
                "10.5.52.1-24",
                "fc00::-64",
                "10.5.52.0-24&",
                "10.5.52.0-24&fc00::-128",
                "10.5.52.0-24&10.5.53.0-24",
                "10.5.52.0-x"
            })
    void whatIsNoKeyIsRefused(String text) {
        assertThatThrownBy(() -> SubnetKey.parse(text))
                .isInstanceOf(FlannelFormatException.class)
                .hasMessageContaining("'" + text + "' is no subnet");
    }

    @Test
    void aLeaseIsWrittenAsFlannelWritesOneWithoutBackendData() {
        LeaseAttributes one = new LeaseAttributes(Ipv4Address.parse("192.0.2.7"), null, "host-gw");
        assertThat(one.json())
                .isEqualTo("{\"PublicIP\":\"192.0.2.7\",\"PublicIPv6\":null,\"BackendType\":\"host-gw\"}");
        LeaseAttributes two =
                new LeaseAttributes(Ipv4Address.parse("192.0.2.7"), Ipv6Address.parse("2001:db8::7"), "host-gw");
        assertThat(two.json())
                .isEqualTo("{\"PublicIP\":\"192.0.2.7\",\"PublicIPv6\":\"2001:db8::7\",\"BackendType\":\"host-gw\"}");
        assertThat(LeaseAttributes.parse(two.json())).isEqualTo(two);
    }

    @Test
    void aLeaseOfAnotherBackendIsReadWithItsData() {
        assertThat(LeaseAttributes.parse("{\"PublicIP\":\"192.0.2.8\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\","
                        + "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"82:4b:b6:2f:54:4e\"}}"))
                .isEqualTo(new LeaseAttributes(Ipv4Address.parse("192.0.2.8"), null, "vxlan"));
    }

    @Test
    void aReservationNeedNotNameABackend() {
        assertThat(LeaseAttributes.parse("{\"PublicIP\":\"192.0.2.8\"}").backend())
                .isEmpty();
    }

    @Test
    void aLeaseWithAnAddressThatIsNoneIsRefused() {
        assertThatThrownBy(() -> LeaseAttributes.parse("{\"PublicIP\":\"here\"}"))
                .isInstanceOf(FlannelFormatException.class)
                .hasMessageContaining("here");
    }

    @Test
    void theFileNamesTheFirstUsableAddressAndEachFamilyThatIsOn() {
        NetworkConfig one = NetworkConfig.parse("{\"Network\":\"10.5.0.0/16\"}");
        assertThat(SubnetEnv.text(one, SubnetKey.of(DUAL.ipv4()), 1500, true)).isEqualTo("""
                FLANNEL_NETWORK=10.5.0.0/16
                FLANNEL_SUBNET=10.5.52.1/24
                FLANNEL_MTU=1500
                FLANNEL_IPMASQ=true
                """);
        NetworkConfig two =
                NetworkConfig.parse("{\"Network\":\"10.5.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fc00::/48\"}");
        assertThat(SubnetEnv.text(two, DUAL, 9000, false)).isEqualTo("""
                FLANNEL_NETWORK=10.5.0.0/16
                FLANNEL_SUBNET=10.5.52.1/24
                FLANNEL_IPV6_NETWORK=fc00::/48
                FLANNEL_IPV6_SUBNET=fc00:0:0:34::1/64
                FLANNEL_MTU=9000
                FLANNEL_IPMASQ=false
                """);
    }

    @Test
    void theFileOfAnEarlierRunNamesItsSubnetAndADamagedOneNamesNone() {
        NetworkConfig two =
                NetworkConfig.parse("{\"Network\":\"10.5.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fc00::/48\"}");
        assertThat(SubnetEnv.subnet(SubnetEnv.text(two, DUAL, 1500, true))).contains(DUAL);
        assertThat(SubnetEnv.subnet("FLANNEL_SUBNET=10.5.52.1/24\n")).contains(SubnetKey.of(DUAL.ipv4()));
        assertThat(SubnetEnv.subnet("")).isEmpty();
        assertThat(SubnetEnv.subnet("FLANNEL_SUBNET=10.5.52.1/\n")).isEmpty();
        assertThat(SubnetEnv.subnet("FLANNEL_SUBNET=fc00::1/64\n")).isEmpty();
        assertThat(SubnetEnv.subnet("FLANNEL_SUBNET=10.5.52.1/24\nFLANNEL_IPV6_SUBNET=10.0.0.1/8\n"))
                .isEmpty();
    }
}
