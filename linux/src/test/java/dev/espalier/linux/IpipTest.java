package dev.espalier.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.IpAddress;
import dev.espalier.route.NextHop.Hop;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** IPIP on a kernel that has it: in a {@link Guest}, since not every host's has. */
@Tag("netns")
class IpipTest {

    @Test
    @Timeout(value = 150, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void pingsCrossAnIpipTunnelAndItsDeviceIsAdoptedAndMended() throws Exception {
        String classPath = Stream.of(IpipInGuest.class, NetlinkFib.class, Hop.class, IpAddress.class)
                .map(IpipTest::placeOf)
                .distinct()
                .collect(Collectors.joining(":"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String console = Guest.run(
                "export PATH=/usr/sbin:/usr/bin:/sbin:/bin; " + java
                        + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp "
                        + classPath + " " + IpipInGuest.class.getName(),
                120);
        assertThat(console.lines().map(String::strip))
                .as(console)
                .contains(
                        "made with MTU 1480",
                        "ping crosses",
                        "whole packets cross",
                        "kept",
                        "mended in place",
                        "made anew for another address",
                        "removed",
                        "guest-exit=0");
    }

    private static String placeOf(Class<?> type) {
        return Path.of(java.net.URI.create(
                        type.getProtectionDomain().getCodeSource().getLocation().toString()))
                .toString();
    }
}
