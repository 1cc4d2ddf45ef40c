package dev.espalier.objects.decode;

import dev.espalier.objects.document.Value;
import org.jspecify.annotations.Nullable;

/**
 * Makes something of a value.
 *
 * @param <T> what it makes
 */
@FunctionalInterface
public interface Decoder<T> {

    /** The thing, or null after an error was reported. */
    @Nullable
    T decode(Value value, Context context);
}
