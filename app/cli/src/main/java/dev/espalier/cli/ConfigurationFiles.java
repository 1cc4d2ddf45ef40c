package dev.espalier.cli;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files of a configuration as texts, for the daemon to compile: the same files that {@code FileStore} would read. */
final class ConfigurationFiles {

    private ConfigurationFiles() {}

    /** @throws CommandFailure when one cannot be read */
    static Map<Path, String> read(Path fileOrDirectory) {
        Map<Path, String> texts = new LinkedHashMap<>();
        try {
            for (Path file : files(fileOrDirectory)) {
                texts.put(file, text(file));
            }
        } catch (IOException unreadable) {
            throw failure(fileOrDirectory, unreadable);
        }
        if (texts.isEmpty()) {
            throw new CommandFailure(
                    ExitStatus.FAILED,
                    fileOrDirectory
                            + " holds no configuration: put a file into it whose name ends in .yaml, .yml or .json");
        }
        return texts;
    }

    private static List<Path> files(Path fileOrDirectory) throws IOException {
        if (!Files.isDirectory(fileOrDirectory)) {
            return List.of(fileOrDirectory);
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(fileOrDirectory, "[!.]*.{yaml,yml,json}")) {
            for (Path entry : entries) {
                if (!Files.isDirectory(entry)) {
                    files.add(entry);
                }
            }
        }
        files.sort(null);
        return files;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw failure(file, unreadable);
        }
    }

    private static CommandFailure failure(Path file, IOException unreadable) {
        String why =
                switch (unreadable) {
                    case NoSuchFileException missing -> "there is no such file: check the path given with -c";
                    case AccessDeniedException denied -> "it may not be read by this user: check its permissions";
                    case MalformedInputException binary -> "it is not UTF-8 text: save it as UTF-8";
                    default -> String.valueOf(unreadable.getMessage());
                };
        return new CommandFailure(ExitStatus.FAILED, "cannot read " + file + ": " + why, unreadable);
    }
}
