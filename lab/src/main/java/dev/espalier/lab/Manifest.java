package dev.espalier.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a lab has made on this machine. Each thing is written down before it is made, so that {@code lab down} finds it also after
 * a crash in between. A line of the file {@code manifest} in the lab's folder is {@code run MARK} (who made it; see
 * {@link Command#RUN_MARK}) or {@code namespace NAME}; what is in a namespace, and FRR's folders of its name, go with it.
 *
 * <p>While it is open, no other process can open the manifest of the same lab.
 */
final class Manifest implements AutoCloseable {

    /** The parent of all labs' folders. Below /run: what a reboot clears away needs no {@code lab down}. */
    static final Path LABS = Path.of("/run/espalier-lab");

    private static final String RUN = "run ";
    private static final String NAMESPACE = "namespace ";

    private final Path folder;
    private final FileChannel channel;

    private Manifest(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** The folder of the lab of this name. */
    static Path folderOf(String lab) {
        return LABS.resolve(lab);
    }

    /** Whether a lab of this name is there, entirely or in part. */
    static boolean exists(String lab) {
        return Files.exists(folderOf(lab));
    }

    /** The names of all labs that are there. */
    static List<String> labs() {
        if (!Files.isDirectory(LABS)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(LABS)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw new LabException("cannot read " + LABS + ": " + failure.getMessage(), failure);
        }
    }

    /**
     * Begins or takes up the manifest of a lab.
     *
     * @throws LabException when another process has it open
     */
    static Manifest open(String lab) {
        Path folder = folderOf(lab);
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(
                    folder.resolve("manifest"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (!lock(channel)) {
                channel.close();
                throw new LabException(
                        "another command is at work on the lab '" + lab + "'; wait for it, or end it first");
            }
            channel.position(channel.size());
            return new Manifest(folder, channel);
        } catch (IOException failure) {
            throw new LabException("cannot write " + folder + ": " + failure.getMessage(), failure);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException inThisProcess) {
            return false;
        }
    }

    /** Writes down that this process makes things from now on. */
    void recordRun() {
        append(RUN + Command.RUN);
    }

    /** Writes down that this namespace is about to be made. */
    void recordNamespace(Namespace namespace) {
        append(NAMESPACE + namespace.name());
    }

    /** The marks of the runs that made things. */
    List<String> runs() {
        return entries(RUN);
    }

    /** The namespaces that were made, or were about to be. */
    List<Namespace> namespaces() {
        return entries(NAMESPACE).stream().map(Namespace::new).toList();
    }

    /** Removes the lab's folder with the manifest, and the folder of labs when it was the last; then it is closed. */
    void delete() {
        close();
        Trees.delete(folder);
        try (Stream<Path> others = Files.list(LABS)) {
            if (others.findAny().isEmpty()) {
                Files.deleteIfExists(LABS);
            }
        } catch (IOException busy) {
            // Somebody began another lab, or ended one, in this very moment: the folder is theirs or gone.
            System.getLogger(Manifest.class.getName()).log(System.Logger.Level.DEBUG, "folder of labs stays", busy);
        }
    }

    /** Lets others open it. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            throw new LabException("cannot close the manifest in " + folder + ": " + failure.getMessage(), failure);
        }
    }

    private void append(String line) {
        try {
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException failure) {
            throw new LabException("cannot write the manifest in " + folder + ": " + failure.getMessage(), failure);
        }
    }

    private List<String> entries(String kind) {
        try {
            // Without a newline at its end, the last line was being written when its writer died, and nothing was made
            // yet.
            String text = Files.readString(folder.resolve("manifest"));
            return text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .filter(line -> line.startsWith(kind))
                    .map(line -> line.substring(kind.length()))
                    .distinct()
                    .toList();
        } catch (IOException failure) {
            throw new LabException("cannot read the manifest in " + folder + ": " + failure.getMessage(), failure);
        }
    }
}
