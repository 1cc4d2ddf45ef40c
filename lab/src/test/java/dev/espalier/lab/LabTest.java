package dev.espalier.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.lab.Topology.NodeDaemon;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Whole labs, in real namespaces. */
@Tag("netns")
class LabTest {

    static final List<String> SHIPPED = TopologyFile.SHIPPED;

    private final String name = "labtest" + ProcessHandle.current().pid();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);

    @AfterEach
    void removeLab() {
        Lab.down(name);
    }

    @ParameterizedTest
    @FieldSource("SHIPPED")
    void everyTopologyComesUpWithFrrGetsPacketsThroughAndLeavesNothing(String topology) {
        String routesOfHost = Command.of("ip", "route", "show").output();

        Lab lab = up(topology);

        assertThat(lab.status()).allSatisfy(box -> assertThat(box.complaint()).isEmpty());
        Proof proof = lab.prove();
        assertThat(proof.answered()).isEqualTo(3);
        assertThat(proof.routesInWords())
                .isEqualTo(
                        topology.equals("mesh")
                                ? "node-1 > node-4"
                                : "node-1 > tor-1 > spine-1 | spine-2 > tor-2 > node-4");

        List<Long> pids = pids(lab);
        assertThat(Lab.down(name)).isTrue();
        assertThat(Traces.of(name)).isEmpty();
        assertThat(Traces.crashLogs(pids)).isEmpty();
        assertThat(Command.of("ip", "route", "show").output()).isEqualTo(routesOfHost);
        assertThat(Lab.down(name)).as("a second time").isFalse();
    }

    @Test
    void nodesOfARackThatReflectsReachEachOtherDirectly() {
        Lab lab = up("ibgp-tor");

        assertThat(lab.namespace("node-1").ip("route get 10.42.2.1")).contains("via 172.16.1.12 dev eth0");
        assertThat(lab.namespace("node-1").ip("route get 10.42.3.1")).contains("via 172.16.1.1 dev eth0");
    }

    @Test
    void statusSaysWhatIsMissingAndWhereToLook() {
        Lab lab = up("spine-leaf");

        lab.namespace("tor-2").ip("link set node1 down");

        assertThat(Pause.until(
                        Duration.ofSeconds(15), () -> complaintOf(lab, "tor-2").contains("3 of 4 sessions")))
                .as("the ToR noticed that a node is gone: %s", lab.status())
                .isTrue();
        assertThat(complaintOf(lab, "tor-2")).contains("/run/espalier-lab/" + name + "/boxes/tor-2/frr.log");
        assertThat(complaintOf(lab, "spine-1")).contains("no route to 10.42.3.0/26 of node-3");
    }

    @Test
    void aSecondLabOfTheSameNameIsRefusedAndTheFirstIsUntouched() {
        Lab lab = up("mesh");

        assertThatThrownBy(() -> Lab.up(shipped("mesh"), out)).hasMessageContaining("is already there");
        assertThat(lab.status()).allMatch(BoxStatus::isUp);
    }

    @Test
    void downAlsoEndsWhatPeopleStartedInABox() {
        Lab lab = up("mesh");
        Process sleeper = lab.namespace("node-1").start(new ProcessBuilder("sleep", "1000"));

        Lab.down(name);

        assertThat(sleeper.isAlive()).isFalse();
    }

    @Test
    void progressTellsEachStepWithItsTime() {
        up("mesh");

        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .hasSize(Lab.STEPS)
                .allMatch(line -> line.matches("\\[\\d/7] .+ \\.\\.\\. \\d+\\.\\d s"));
    }

    /** Brings a lab up; when it does not come, prints what its daemons have to say before it is removed. */
    private Lab up(String topology) {
        try {
            return Lab.up(shipped(topology), out);
        } catch (LabException failure) {
            Lab.existing(name).status().forEach(this::printDaemon);
            throw failure;
        }
    }

    private void printDaemon(BoxStatus box) {
        if (box.daemon().equals("frr")) {
            String namespace = "esp-" + name + "-" + box.box();
            String log = "/run/espalier-lab/" + name + "/boxes/" + box.box() + "/frr.log";
            System.err.println(box);
            System.err.println(new Namespace(namespace)
                    .command("vtysh", "-N", namespace, "-c", "show bgp summary")
                    .run()
                    .output());
            System.err.println(Command.of("tail", "-30", log).run().output());
        }
    }

    private Topology shipped(String topology) {
        return TopologyFile.load(topology).withName(name).withNodeDaemon(NodeDaemon.FRR);
    }

    private static List<Long> pids(Lab lab) {
        return Processes.inside(lab.status().stream()
                        .map(box -> lab.namespace(box.box()))
                        .toList())
                .stream()
                .map(ProcessHandle::pid)
                .toList();
    }

    private static String complaintOf(Lab lab, String box) {
        return lab.status().stream()
                .filter(status -> status.box().equals(box))
                .findFirst()
                .flatMap(BoxStatus::complaint)
                .orElse("");
    }
}
