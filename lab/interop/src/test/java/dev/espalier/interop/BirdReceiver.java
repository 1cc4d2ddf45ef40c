package dev.espalier.interop;

import dev.espalier.lab.Namespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** BIRD 2 in our place: takes all that a {@link Feeder} announces and writes it to the kernel of our namespace. */
final class BirdReceiver implements AutoCloseable {

    private final Namespace namespace;
    private final Path directory;
    private final DaemonProcess process;

    private BirdReceiver(Rig rig) {
        this.namespace = rig.ours();
        this.directory = rig.directory();
        this.process = new DaemonProcess(namespace, directory.resolve("bird.log"));
    }

    /** Starts it with our AS and the neighbour's. */
    static BirdReceiver start(Rig rig, long asn, long neighborAsn) {
        BirdReceiver bird = new BirdReceiver(rig);
        DaemonProcess.write(bird.directory.resolve("bird.conf"), """
                router id %1$s;
                protocol device {}
                protocol kernel { ipv4 { import none; export all; }; }
                protocol kernel { ipv6 { import none; export all; }; }
                protocol bgp feeder {
                  local %1$s as %3$d;
                  neighbor %2$s as %4$d;
                  direct; passive on; hold time %5$d;
                  ipv4 { import all; export none; gateway direct; };
                  ipv6 { import all; export none; gateway direct; };
                }
                """.formatted(
                        Rig.OURS, Rig.THEIRS, asn, neighborAsn, Feeder.HOLD_SECONDS));
        bird.process.start(
                List.of(
                        "bird",
                        "-f",
                        "-c",
                        bird.directory + "/bird.conf",
                        "-s",
                        bird.control(),
                        "-P",
                        bird.directory + "/bird.pid"),
                List.of("birdc", "-s", bird.control(), "show", "status"));
        return bird;
    }

    private String control() {
        return directory + "/bird.ctl";
    }

    /** Its best routes, see {@link LocRib}. */
    Map<String, String> locRib() throws IOException {
        Process shown =
                namespace.start(new ProcessBuilder("birdc", "-s", control(), "show", "route", "primary", "all"));
        try (BufferedReader lines = shown.inputReader()) {
            return LocRib.ofBird(lines);
        }
    }

    long pid() throws IOException {
        return Long.parseLong(Files.readString(directory.resolve("bird.pid")).strip());
    }

    /** What it says for people: how the session is. */
    String session() {
        return process.ask("birdc", "-s", control(), "show", "protocols", "all", "feeder");
    }

    @Override
    public void close() {
        process.stop();
    }
}
