package dev.espalier.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders with all that is in them. */
final class Trees {

    private Trees() {}

    /**
     * Removes a folder with all that is in it; content when it is not there. Symbolic links are removed, not followed.
     *
     * @throws LabException naming what could not be removed
     */
    static void delete(Path root) {
        try {
            for (Path path : contents(root)) {
                Files.deleteIfExists(path);
            }
        } catch (IOException failure) {
            throw new LabException("cannot remove " + root + ": " + failure.getMessage(), failure);
        }
    }

    /** The folder and all that is in it, the deepest first. */
    private static List<Path> contents(Path root) throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.sorted(Comparator.reverseOrder()).toList();
        }
    }
}
