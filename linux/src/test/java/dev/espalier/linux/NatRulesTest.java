package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.linux.PortMapping.Protocol;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;

class NatRulesTest {

    private static final IpAddress POD = IpAddress.parse("10.1.0.7");
    private static final IpAddress POD_6 = IpAddress.parse("2001:db8:1::7");
    private static final IpAddress HOST = IpAddress.parse("192.0.2.1");

    private static PortMapping port(String handle, IpAddress host, int port, IpAddress pod) {
        return new PortMapping(handle, Protocol.TCP, host, port, pod, 80);
    }

    private static List<IpPrefix> prefixes(String... texts) {
        return List.of(texts).stream().map(IpPrefix::parse).toList();
    }

    @Test
    void theOrderInWhichRulesAreGivenMakesNoDifference() {
        PortMapping one = port("a", HOST, 80, POD);
        PortMapping other = port("b", HOST, 81, POD);
        NatRules rules = new NatRules(
                prefixes("10.1.0.0/16", "2001:db8:1::/64"),
                prefixes("10.0.0.0/8", "192.0.2.0/24"),
                List.of("vx", "tunl0"),
                List.of(one, other),
                true);
        NatRules same = new NatRules(
                prefixes("2001:db8:1::/64", "10.1.0.0/16", "10.1.0.0/16"),
                prefixes("192.0.2.0/24", "10.2.0.0/16", "10.0.0.0/8"),
                List.of("tunl0", "vx"),
                List.of(other, one, one),
                true);
        assertThat(same).isEqualTo(rules);
        assertThat(NatScript.replacement(same)).isEqualTo(NatScript.replacement(rules));
        assertThat(NatScript.comment(same)).isNotEqualTo(NatScript.comment(rules.withPorts(List.of(one))));
    }

    @Test
    void aPrefixThatAnotherCoversIsLeftOutForTheKernelTakesNoTwoThatOverlap() {
        NatRules rules = new NatRules(
                prefixes("10.1.0.0/16", "10.0.0.0/8", "10.255.0.0/24", "11.0.0.0/8"),
                List.of(),
                List.of(),
                List.of(),
                false);
        assertThat(rules.masqueraded()).containsExactlyElementsOf(prefixes("10.0.0.0/8", "11.0.0.0/8"));
    }

    @Test
    void aPortLeadsToOnePodAndTheErrorNamesBoth() {
        PortMapping one = port("pods/c1/eth0", HOST, 80, POD);
        PortMapping two = port("pods/c2/eth0", HOST, 80, IpAddress.parse("10.1.0.8"));
        assertThat(one.collidesWith(two)).isTrue();
        assertThatThrownBy(() -> NatRules.NONE.withPorts(List.of(one, two)))
                .hasMessage("tcp port 80 of 192.0.2.1 cannot lead to two pods: pods/c1/eth0 has it, and pods/c2/eth0"
                        + " wants it");
    }

    @Test
    void thePortOfOneAddressAndThatOfAllDoNotCollide() {
        PortMapping certain = port("a", HOST, 80, POD);
        PortMapping all = port("b", IpAddress.parse("0.0.0.0"), 80, IpAddress.parse("10.1.0.8"));
        PortMapping six = new PortMapping("c", Protocol.TCP, null, 80, POD_6, 80);
        PortMapping udp = new PortMapping("c", Protocol.UDP, null, 80, POD, 80);
        assertThat(all.hostAddress()).isNull();
        assertThat(NatRules.NONE.withPorts(List.of(certain, all, six, udp)).ports())
                .hasSize(4);
    }

    @Test
    void aPortOfTheHostLeadsToTheFirstAddressOfEachFamilyThatFits() {
        List<IpAddress> pod = List.of(POD, IpAddress.parse("10.1.0.9"), POD_6);
        assertThat(PortMapping.toPod("a", Protocol.TCP, null, 80, 8080, pod))
                .extracting(PortMapping::podAddress)
                .containsExactly(POD, POD_6);
        assertThat(PortMapping.toPod("a", Protocol.TCP, IpAddress.parse("::"), 80, 8080, pod))
                .extracting(PortMapping::podAddress)
                .containsExactly(POD_6);
        assertThat(PortMapping.toPod("a", Protocol.TCP, HOST, 80, 8080, List.of(POD_6)))
                .isEmpty();
    }

    @Test
    void whatCannotBeWrittenIsRefusedInWords() {
        assertThatThrownBy(() -> port("a", HOST, 0, POD)).hasMessage("host port 0 is not a port: 1 to 65535");
        assertThatThrownBy(() -> port("a", HOST, 80, POD_6))
                .hasMessage("host port 80 on 192.0.2.1 cannot lead to 2001:db8:1::7, which is of the other family");
        assertThatThrownBy(() -> port("a\"; drop", HOST, 80, POD)).hasMessageContaining("quotation mark");
        assertThatThrownBy(() -> port("a".repeat(128), HOST, 80, POD)).hasMessageContaining("has 128 octets");
        assertThatThrownBy(() -> new NatRules(List.of(), List.of(), List.of("vx\n"), List.of(), true))
                .hasMessageContaining("name of a link");
        assertThatThrownBy(() -> new NatRules(List.of(), List.of(), List.of("*"), List.of(), true))
                .hasMessageContaining("asterisk");
    }

    @Test
    void rulesWithoutAnythingAreEmptyAlsoWhenTheyNameExemptions() {
        assertThat(new NatRules(List.of(), prefixes("10.0.0.0/8"), List.of("vx"), List.of(), false).isEmpty())
                .isTrue();
        assertThat(new NatRules(List.of(), List.of(), List.of(), List.of(), true).isEmpty())
                .isFalse();
    }
}
