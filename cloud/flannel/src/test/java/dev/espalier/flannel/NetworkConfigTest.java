package dev.espalier.flannel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkConfigTest {

    private static IpPrefix prefix(String text) {
        return IpPrefix.parse(text);
    }

    @Test
    void aNetworkAloneHasSubnetsOf24FromTheSecondToTheLast() {
        NetworkConfig config =
                NetworkConfig.parse("{\"Network\": \"10.244.0.0/16\", \"Backend\": {\"Type\": \"host-gw\"}}");
        assertThat(config.ipv4())
                .isEqualTo(new SubnetRange(
                        prefix("10.244.0.0/16"), 24, prefix("10.244.1.0/24"), prefix("10.244.255.0/24")));
        assertThat(config.ipv6()).isNull();
        assertThat(config.backend()).isEqualTo("host-gw");
    }

    @Test
    void allFieldsTogether() {
        NetworkConfig config = NetworkConfig.parse("""
                {"EnableIPv4": true, "EnableIPv6": true, "EnableNFTables": true, "Network": "10.0.0.0/8", "SubnetLen": 20,
                 "SubnetMin": "10.10.0.0", "SubnetMax": "10.99.0.0", "IPv6Network": "fc00::/48", "IPv6SubnetLen": 96,
                 "IPv6SubnetMin": "fc00::1:0:0", "IPv6SubnetMax": "fc00::9:0:0", "Backend": {"Type": "VXLAN", "VNI": 1}}
                """);
        assertThat(config.ipv4())
                .isEqualTo(new SubnetRange(prefix("10.0.0.0/8"), 20, prefix("10.10.0.0/20"), prefix("10.99.0.0/20")));
        assertThat(config.ipv6())
                .isEqualTo(
                        new SubnetRange(prefix("fc00::/48"), 96, prefix("fc00::1:0:0/96"), prefix("fc00::9:0:0/96")));
        assertThat(config.backend()).isEqualTo("vxlan");
    }

    @Test
    void aSmallNetworkIsSplitInFourAndTheSecondFamilyHas64Usually() {
        NetworkConfig config = NetworkConfig.parse(
                "{\"Network\":\"10.0.0.0/26\",\"EnableIPv6\":true,\"IPv6Network\":\"fc00:5::/56\"}");
        assertThat(config.ipv4().free(List.of(), 100))
                .containsExactly(prefix("10.0.0.16/28"), prefix("10.0.0.32/28"), prefix("10.0.0.48/28"));
        assertThat(config.ipv6())
                .isEqualTo(new SubnetRange(
                        prefix("fc00:5::/56"), 64, prefix("fc00:5:0:1::/64"), prefix("fc00:5:0:ff::/64")));
    }

    @Test
    void namesMayBeWrittenInAnyCaseAndNullIsAsGoodAsAbsent() {
        assertThat(NetworkConfig.parse("{\"network\":\"10.0.0.0/8\",\"SubnetLen\":null,\"x\":[]}")
                        .ipv4()
                        .length())
                .isEqualTo(24);
    }

    @Test
    void withoutABackendItIsUdpAsInFlannelsCode() {
        assertThat(NetworkConfig.parse("{\"Network\":\"10.0.0.0/8\"}").backend())
                .isEqualTo("udp");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nonsense                                                 | the network's config is no JSON:
            []                                                       | the network's config is no JSON object
            {}                                                       | Network is missing; give it the prefix that all subnets are of
            {"Network":"10.0.0.0"}                                   | Network '10.0.0.0' is no prefix; write it like 10.244.0.0/16
            {"Network":"fc00::/48"}                                  | Network 'fc00::/48' is no prefix; write it like 10.244.0.0/16
            {"Network":5}                                            | Network must be text, not 5
            {"Network":"10.0.0.0/29"}                                | Network 10.0.0.0/29 is too small for four subnets; it must be /28 or larger
            {"Network":"10.0.0.0/8","SubnetLen":31}                  | SubnetLen 31 leaves no room for pods; it must be at most 30
            {"Network":"10.0.0.0/16","SubnetLen":17}                 | SubnetLen 17 makes less than four subnets of 10.0.0.0/16; it must be at least 18
            {"Network":"10.0.0.0/16","SubnetLen":"24"}               | SubnetLen must be a number, not "24"
            {"Network":"10.0.0.0/16","SubnetMin":"10.1.0.0"}         | SubnetMin 10.1.0.0 is not in Network 10.0.0.0/16
            {"Network":"10.0.0.0/16","SubnetMax":"10.0.5.1"}         | SubnetMax 10.0.5.1 is not the first address of a /24; the nearest below it is 10.0.5.0
            {"Network":"10.0.0.0/16","SubnetMin":"10.0.9.0","SubnetMax":"10.0.5.0"} | SubnetMin 10.0.9.0 is above SubnetMax 10.0.5.0, so there is no subnet
            {"Network":"10.0.0.0/16","SubnetMin":"x"}                | SubnetMin 'x' is no address
            {"Network":"10.0.0.0/16","EnableIPv4":false}             | EnableIPv4 is false, but a subnet's key in etcd always has an IPv4 part; set it to true
            {"Network":"10.0.0.0/16","EnableIPv4":1}                 | EnableIPv4 must be true or false, not 1
            {"Network":"10.0.0.0/16","EnableIPv6":true}              | IPv6Network is missing; give it the prefix that all subnets are of
            {"Network":"10.0.0.0/16","EnableIPv6":true,"IPv6Network":"fc00::/125"} | IPv6Network fc00::/125 is too small for four subnets; it must be /124 or larger
            {"Network":"10.0.0.0/16","Backend":"host-gw"}            | Backend is no JSON object
            """)
    void whatIsWrongIsSaidInASentence(String document, String sentence) {
        assertThatThrownBy(() -> NetworkConfig.parse(document))
                .isInstanceOf(FlannelFormatException.class)
                .hasMessageStartingWith(sentence);
    }

    @Test
    void oneSubnetAfterTheOtherCrossesTheMiddleOfAnIpv6Address() {
        assertThat(SubnetRange.next(prefix("fc00::ffff:ffff:ffff:0/112"))).isEqualTo(prefix("fc00:0:0:1::/112"));
        assertThat(SubnetRange.next(prefix("10.255.255.0/24"))).isEqualTo(prefix("11.0.0.0/24"));
    }
}
