package dev.espalier.agent.flannel;

import dev.espalier.flannel.SubnetEnv;
import dev.espalier.flannel.SubnetKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The file that flannel's CNI plugin reads: there in whole, or not at all. */
final class SubnetFile {

    private final Path file;

    SubnetFile(Path file) {
        this.file = file;
    }

    /** The subnet that it names, of whichever run and program; empty when it cannot be told. */
    Optional<SubnetKey> subnet() {
        try {
            String text = read();
            return text == null ? Optional.empty() : SubnetEnv.subnet(text);
        } catch (IOException unreadable) {
            return Optional.empty(); // then it is chosen anew
        }
    }

    /**
     * Has it say this.
     *
     * @return whether it said something else before
     * @throws IOException when it cannot be written; it says what it said
     */
    boolean write(String text) throws IOException {
        if (text.equals(read())) {
            return false;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Path next = Path.of(file + ".new");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return true;
    }

    private @Nullable String read() throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
