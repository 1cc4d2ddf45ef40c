package dev.espalier.interop;

import static dev.espalier.interop.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.lab.Command;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** containerd starts and ends pods through the plugin as {@code espalier cni install} leaves it. */
@Tag("netns")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContainerdTest {

    private static final Pattern ADDRESS = Pattern.compile("inet (10\\.42\\.0\\.[0-9]+)/32 ");

    private Rig rig;
    private Espalier us;
    private Containerd containerd;

    @BeforeEach
    void create() {
        for (String program : List.of("containerd", "runc", "busybox")) {
            assumeTrue(Command.isInstalled(program), program + " is not installed");
        }
        rig = Rig.create("containerd");
        us = new Espalier(rig);
        us.start("""
                apiVersion: espalier.dev/v1alpha1
                kind: StateStore
                metadata: {name: here}
                spec: {path: %s}
                ---
                apiVersion: espalier.dev/v1alpha1
                kind: IpPool
                metadata: {name: fours}
                spec: {prefix: 10.42.0.0/24, blockLength: 28, cooldown: 0}
                """.formatted(rig.directory().resolve("state")));
        assertThat(CniInstall.into(rig.directory())).contains("10-espalier.conflist");
        containerd = new Containerd(rig).start();
    }

    @AfterEach
    void remove() {
        if (rig != null) {
            if (containerd != null) {
                containerd.close();
            }
            us.close();
            rig.close();
        }
    }

    private String address(String pod) {
        String[] found = {""};
        within(20, () -> {
            Matcher address = ADDRESS.matcher(containerd.exec(pod, "ip", "address", "show", "dev", "eth0"));
            assertThat(address.find()).isTrue();
            found[0] = address.group(1);
        });
        return found[0];
    }

    private void nothingIsLeft() {
        within(10, () -> {
            us.get("/api/v1/ipam").path("blocks").forEach(block -> assertThat(block.path("allocations"))
                    .isEmpty());
            assertThat(rig.ours().exec("ip", "-o", "link")).doesNotContain(": esp");
        });
    }

    @Test
    void podsOfContainerdReachEachOtherAndLeaveNothingWhenTheyEnd() {
        Process first = containerd.pod("first");
        Process second = containerd.pod("second");
        String one = address("first");
        String other = address("second");
        assertThat(one).isNotEqualTo(other);
        containerd.exec("first", "ping", "-c", "1", "-W", "3", other);
        assertThat(rig.ours().exec("ip", "route", "get", other)).doesNotContain(" eth0 ");
        containerd.kill("first", first);
        containerd.kill("second", second);
        nothingIsLeft();
    }

    @Test
    void withoutTheDaemonContainerdIsToldWhyAndSucceedsWhenItIsBack() throws Exception {
        us.kill();
        Process early = containerd.pod("early");
        assertThat(early.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(early.exitValue()).isNotZero();
        assertThat(containerd.log()).contains("no Espalier daemon answers on ");
        // This client leaves what it has made of the container.
        containerd.ctr("task", "delete", "--force", "early");
        us.start();
        Process late = containerd.pod("late");
        assertThat(address("late")).startsWith("10.42.0.");
        containerd.kill("late", late);
        nothingIsLeft();
    }
}
