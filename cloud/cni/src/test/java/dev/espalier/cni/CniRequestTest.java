package dev.espalier.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.cni.CniException.Code;
import dev.espalier.cni.NetworkConfig.PortMapping;
import dev.espalier.net.IpAddress;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A runtime's call is read as the specification has it, and what is wrong with it is named, with the number for it. */
class CniRequestTest {

    private static final String CONFIG = """
            {"cniVersion": "1.1.0", "name": "pods", "type": "espalier-cni"}""";

    private static Map<String, String> environment(String command) {
        return new HashMap<>(Map.of(
                "CNI_COMMAND", command,
                "CNI_CONTAINERID", "c1",
                "CNI_NETNS", "/run/netns/c1",
                "CNI_IFNAME", "eth0",
                "CNI_PATH", "/opt/cni/bin"));
    }

    private static CniRequest add(String config) {
        return CniRequest.read(environment("ADD"), config);
    }

    private static CniException refused(Map<String, String> environment, String config) {
        try {
            CniRequest request = CniRequest.read(environment, config);
            throw new AssertionError("it was taken: " + request);
        } catch (CniException refused) {
            return refused;
        }
    }

    @Test
    void anAddSaysWhichContainerAndWhichNetwork() {
        Map<String, String> environment = environment("ADD");
        environment.put("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart-0");
        CniRequest request = CniRequest.read(environment, CONFIG);
        assertThat(request.command()).isEqualTo(CniCommand.ADD);
        assertThat(request.version()).isEqualTo(CniVersion.V1_1_0);
        assertThat(request.attachment()).isEqualTo(new Attachment("pods", "c1", "eth0"));
        assertThat(request.attachment().handle()).isEqualTo("pods/c1/eth0");
        assertThat(request.netns()).isEqualTo("/run/netns/c1");
        assertThat(request.arguments())
                .containsEntry("K8S_POD_NAMESPACE", "shop")
                .containsEntry("K8S_POD_NAME", "cart-0");
        assertThat(request.config().ownIpam()).isTrue();
        assertThat(request.config().previous()).isNull();
    }

    @Test
    void capabilitiesAreReadFromRuntimeConfig() {
        NetworkConfig config = add("""
                        {"cniVersion": "1.0.0", "name": "pods", "mtu": 1400, "ipam": {"type": "host-local"},
                         "runtimeConfig": {
                           "mac": "02:AB:00:00:00:01",
                           "ips": ["10.1.0.7/24", "2001:db8::7"],
                           "portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "TCP"},
                                            {"hostPort": 53, "containerPort": 5353, "protocol": "udp", "hostIP": "10.0.0.1"},
                                            {"hostPort": 54, "containerPort": 54, "hostIP": "0.0.0.0"}],
                           "bandwidth": {"ingressRate": 1000000, "ingressBurst": 2000000}}}""").config();
        assertThat(config.mtu()).isEqualTo(1400);
        assertThat(config.ownIpam()).isFalse();
        assertThat(config.mac()).isEqualTo("02:ab:00:00:00:01");
        assertThat(config.ips()).extracting(IpAddress::toString).containsExactly("10.1.0.7", "2001:db8::7");
        assertThat(config.portMappings())
                .containsExactly(
                        new PortMapping(8080, 80, "tcp", null),
                        new PortMapping(53, 5353, "udp", IpAddress.parse("10.0.0.1")),
                        new PortMapping(54, 54, "tcp", null));
        assertThat(config.bandwidth()).isEqualTo(new NetworkConfig.Bandwidth(1_000_000, 2_000_000, 0, 0));
    }

    @Test
    void aDelNeedsNoNamespace() {
        Map<String, String> environment = environment("DEL");
        environment.remove("CNI_NETNS");
        assertThat(CniRequest.read(environment, CONFIG).netns()).isEmpty();
    }

    @Test
    void allThatIsMissingIsNamedAtOnce() {
        CniException refused = refused(Map.of("CNI_COMMAND", "ADD"), CONFIG);
        assertThat(refused.code()).isEqualTo(Code.BAD_ENVIRONMENT);
        assertThat(refused).hasMessage("ADD needs CNI_CONTAINERID and CNI_NETNS and CNI_IFNAME");
    }

    @Test
    void withoutACommandAPersonIsTold() {
        CniException refused = refused(Map.of(), "");
        assertThat(refused.code()).isEqualTo(Code.BAD_ENVIRONMENT);
        assertThat(refused.sentence()).contains("CNI_COMMAND is not set").contains("container runtime");
        assertThat(refused(Map.of("CNI_COMMAND", "add"), CONFIG)).hasMessageContaining("'add'");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "eth0/1", "eth:0", "eth 0", "abcdefghijklmnop"})
    void namesThatTheKernelWouldRefuseAreRefusedBefore(String ifname) {
        Map<String, String> environment = environment("ADD");
        environment.put("CNI_IFNAME", ifname);
        CniException refused = refused(environment, CONFIG);
        assertThat(refused.code()).isEqualTo(Code.BAD_ENVIRONMENT);
        assertThat(refused).hasMessageContaining("CNI_IFNAME is '" + ifname + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-c", ".c", "c/d", "c d", "ü"})
    void containerIdsAreLettersAndDigits(String container) {
        Map<String, String> environment = environment("ADD");
        environment.put("CNI_CONTAINERID", container);
        assertThat(refused(environment, CONFIG)).hasMessageContaining("CNI_CONTAINERID");
    }

    @ParameterizedTest
    @CsvSource({"CHECK, 0.3.1, 0.4.0", "GC, 1.0.0, 1.1.0", "STATUS, 1.0.0, 1.1.0"})
    void aCommandThatTheVersionDoesNotHaveIsRefused(String command, String version, String since) {
        CniException refused =
                refused(environment(command), "{\"cniVersion\": \"" + version + "\", \"name\": \"pods\"}");
        assertThat(refused.code()).isEqualTo(Code.INCOMPATIBLE_VERSION);
        assertThat(refused.sentence()).isEqualTo("CNI " + version + " has no " + command + "; it came with " + since);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0.2.0", "2.0.0", "1.1"})
    void aVersionThatIsNotSpokenIsRefusedWithThoseThatAre(String version) {
        CniException refused = refused(environment("ADD"), "{\"cniVersion\": \"" + version + "\", \"name\": \"pods\"}");
        assertThat(refused.code()).isEqualTo(Code.INCOMPATIBLE_VERSION);
        assertThat(refused.details()).contains("0.3.1", "1.1.0");
    }

    @Test
    void brokenJsonIsNamedWithItsPlace() {
        CniException refused = refused(environment("ADD"), "{\"cniVersion\": \"1.0.0\",\n \"name\" \"pods\"}");
        assertThat(refused.code()).isEqualTo(Code.DECODING);
        assertThat(refused).hasMessageContaining("line 2");
        assertThat(refused(environment("ADD"), "[]").code()).isEqualTo(Code.DECODING);
        assertThat(refused(environment("ADD"), "").code()).isEqualTo(Code.DECODING);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"mtu\": \"big\"                                          | mtu must be a number from 68 to 65535",
                "\"mtu\": 20                                               | mtu must be a number from 68 to 65535",
                "\"ipam\": \"host-local\"                                  | ipam must be an object",
                "\"runtimeConfig\": {\"ips\": \"10.1.0.1\"}                | runtimeConfig.ips must be a list of strings",
                "\"runtimeConfig\": {\"ips\": [\"ten\"]}                   | runtimeConfig.ips has 'ten'",
                "\"runtimeConfig\": {\"mac\": \"02\"}                      | runtimeConfig.mac is '02'",
                "\"runtimeConfig\": {\"portMappings\": [{\"hostPort\": 1, \"containerPort\": 70000}]} | runtimeConfig.portMappings[0].containerPort must be",
                "\"prevResult\": {\"ips\": [{\"address\": \"10.1.0.1\"}]}  | prevResult.ips[0].address must be an address with a prefix length"
            })
    void aFieldThatMakesNoSenseIsNamed(String field, String sentence) {
        CniException refused =
                refused(environment("ADD"), "{\"cniVersion\": \"1.0.0\", \"name\": \"pods\", " + field + "}");
        assertThat(refused.code()).isEqualTo(Code.BAD_CONFIGURATION);
        assertThat(refused.getMessage()).startsWith(sentence);
    }

    @Test
    void aNetworkHasAName() {
        assertThat(refused(environment("ADD"), "{\"cniVersion\": \"1.0.0\"}").code())
                .isEqualTo(Code.BAD_CONFIGURATION);
        assertThat(refused(environment("ADD"), "{\"cniVersion\": \"1.0.0\", \"name\": \"a/b\"}"))
                .hasMessageContaining("'a/b'");
    }

    @Test
    void whatToCompareWithMustBeThere() {
        assertThat(refused(environment("CHECK"), CONFIG)).hasMessageContaining("prevResult");
        assertThat(refused(environment("GC"), CONFIG)).hasMessageContaining("cni.dev/valid-attachments");
        CniRequest gc = CniRequest.read(environment("GC"), """
                {"cniVersion": "1.1.0", "name": "pods",
                 "cni.dev/valid-attachments": [{"containerID": "c1", "ifname": "eth0"}]}""");
        assertThat(gc.config().valid()).containsExactly(new Attachment("pods", "c1", "eth0"));
        CniRequest none = CniRequest.read(environment("GC"), """
                {"cniVersion": "1.1.0", "name": "pods", "cni.dev/valid-attachments": []}""");
        assertThat(none.config().valid()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CniVersion.class)
    void versionsAreToldInTheVersionThatAsks(CniVersion version) {
        CniRequest request =
                CniRequest.read(Map.of("CNI_COMMAND", "VERSION"), "{\"cniVersion\": \"" + version.text() + "\"}");
        assertThat(CniRequest.versions(request.version()).toString())
                .isEqualTo("{\"cniVersion\":\"" + version.text()
                        + "\",\"supportedVersions\":[\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}");
    }

    @Test
    void anErrorIsWrittenInTheVersionOfTheCall() {
        assertThat(CniRequest.versionOf("{\"cniVersion\": \"0.4.0\"}")).isEqualTo(CniVersion.V0_4_0);
        assertThat(CniRequest.versionOf("{")).isEqualTo(CniVersion.newest());
        assertThat(new CniException(Code.TRY_AGAIN_LATER, "the daemon starts", "ask again")
                        .json(CniVersion.V1_0_0)
                        .toString())
                .isEqualTo(
                        "{\"cniVersion\":\"1.0.0\",\"code\":11,\"msg\":\"the daemon starts\",\"details\":\"ask again\"}");
    }

    @Test
    void argumentsThatAreNoPairsAreRefused() {
        Map<String, String> environment = environment("ADD");
        environment.put("CNI_ARGS", "a=b;c");
        assertThatThrownBy(() -> CniRequest.read(environment, CONFIG)).hasMessageContaining("'c'");
        environment.put("CNI_ARGS", "a=b=c;");
        assertThat(CniRequest.read(environment, CONFIG).arguments()).containsExactly(Map.entry("a", "b=c"));
    }
}
