package dev.espalier.interop;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of the program once more, in another folder, as a new version is installed beside the one that runs.
 *
 * @param directory where they are
 * @param entries the archives and folders of the class path
 */
record ProgramCopy(Path directory, List<Path> entries) {

    /** Copies what this test runs with. */
    static ProgramCopy in(Path directory) {
        List<Path> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path from = Path.of(entry);
            if (Files.exists(from)) {
                Path to = directory.resolve(entries.size() + "-" + from.getFileName());
                copy(from, to);
                entries.add(to);
            }
        }
        return new ProgramCopy(directory, entries);
    }

    /** As {@code java -cp} takes it. */
    String classPath() {
        return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** Whether a process runs from these files. */
    boolean isRunBy(long pid) {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.anyMatch(this::leadsHere);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private boolean leadsHere(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).startsWith(directory);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            Files.createDirectories(to.getParent());
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
