package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.lab.Command;
import java.io.File;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ExaBGP announces what routers rarely do; BIRD hears from us what became of it. */
@Tag("netns")
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExaBgpTest {

    private static final int PATH = 240;

    @Test
    void unusualAttributesOfExaBgpArriveWhole() {
        assumeTrue(Command.isInstalled("exabgp"), "ExaBGP is not installed");
        try (Rig rig = Rig.create("exabgp");
                Espalier us = new Espalier(rig)) {
            us.start(OurSide.of(PeerSetup.external()).objects());
            Process exabgp = start(rig);
            try {
                within(20, () -> assertThat(us.state(Rig.THEIRS)).isEqualTo("Established"));
                within(10, () -> assertArrived(us));
                assertThat(us.peer(Rig.THEIRS).path("updateErrors").asInt()).isZero();
            } finally {
                exabgp.destroy();
            }
        }
    }

    private static void assertArrived(Espalier us) {
        JsonNode set = us.best("10.4.0.0/24").path("attributes");
        assertThat(set.path("asPath").asText()).isEqualTo("65002 65010 {65011,65012}");
        assertThat(set.path("atomicAggregate").asBoolean()).isTrue();
        assertThat(set.path("aggregator").asText()).isEqualTo("65010 10.9.0.2");
        JsonNode unknown = us.best("10.4.1.0/24").path("attributes").path("unknown");
        assertThat(unknown.toString()).contains("230").contains("0a0b0c");
        assertThat(us.best("10.4.2.0/24").path("attributes").path("communities"))
                .hasSize(300);
        assertThat(us.best("10.4.3.0/24")
                        .path("attributes")
                        .path("asPath")
                        .asText()
                        .split(" "))
                .hasSize(PATH + 1);
    }

    private static Process start(Rig rig) {
        String communities = IntStream.range(0, 300).mapToObj(i -> "65002:" + i).collect(Collectors.joining(" "));
        String path = "65010 ".repeat(PATH);
        DaemonProcess.write(rig.directory().resolve("exabgp.conf"), """
                neighbor 10.9.0.1 {
                  router-id 10.9.0.2;
                  local-address 10.9.0.2;
                  local-as 65002;
                  peer-as 65001;
                  static {
                    route 10.4.0.0/24 next-hop self as-path [ 65002 65010 ( 65011 65012 ) ] atomic-aggregate aggregator ( 65010:10.9.0.2 );
                    route 10.4.1.0/24 next-hop self attribute [ 0xe6 0xc0 0x0a0b0c ];
                    route 10.4.2.0/24 next-hop self community [ %s ];
                    route 10.4.3.0/24 next-hop self as-path [ 65002 %s ];
                  }
                }
                """.formatted(communities, path));
        ProcessBuilder builder =
                new ProcessBuilder("exabgp", rig.directory() + "/exabgp.conf").redirectErrorStream(true);
        builder.environment().put("exabgp.daemon.user", "root");
        builder.environment().put("exabgp.api.cli", "false");
        builder.redirectOutput(rig.directory().resolve("exabgp.log").toFile()).redirectInput(new File("/dev/null"));
        return rig.theirs().start(builder);
    }
}
