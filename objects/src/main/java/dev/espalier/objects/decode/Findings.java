package dev.espalier.objects.decode;

import dev.espalier.objects.document.ConfigError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong (errors) and what is odd (warnings) while objects are decoded and compiled. One thread. */
public final class Findings {

    private final List<ConfigError> errors = new ArrayList<>();
    private final List<ConfigError> warnings = new ArrayList<>();
    private final Set<String> objectsInError = new HashSet<>();

    /** Something that keeps the configuration from being used. */
    public void error(ConfigError error) {
        errors.add(error);
        objectsInError.add(error.object());
    }

    /** Something that people should know, and that stops nothing. */
    public void warning(ConfigError warning) {
        warnings.add(warning);
    }

    /** Whether an error names this object, such as {@code BgpPeer/tor-1}. */
    public boolean hasErrorIn(String object) {
        return objectsInError.contains(object);
    }

    /** All errors so far, by place, each once. */
    public List<ConfigError> errors() {
        return errors.stream().sorted().distinct().toList();
    }

    /** All warnings so far, by place, each once. */
    public List<ConfigError> warnings() {
        return warnings.stream().sorted().distinct().toList();
    }
}
