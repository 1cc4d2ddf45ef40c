package dev.espalier.bench.load;

import java.io.Serial;

/** A run that cannot be, or that came to nothing: the message is the sentence for whoever started it. */
final class UsageException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    UsageException(String sentence) {
        super(sentence);
    }
}
