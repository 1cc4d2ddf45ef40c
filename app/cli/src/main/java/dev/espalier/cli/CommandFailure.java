package dev.espalier.cli;

/** Ends a command with a sentence for people and an exit status. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitStatus;

    CommandFailure(int exitStatus, String sentence) {
        super(sentence);
        this.exitStatus = exitStatus;
    }

    CommandFailure(int exitStatus, String sentence, Throwable cause) {
        super(sentence, cause);
        this.exitStatus = exitStatus;
    }

    /** One of {@link ExitStatus}. */
    int exitStatus() {
        return exitStatus;
    }
}
