package dev.espalier.cli;

/** What a command ends with. */
final class ExitStatus {

    /** It did what it was asked. */
    static final int OK = 0;
    /** It could not; a sentence on standard error says why. */
    static final int FAILED = 1;
    /** The command line makes no sense. */
    static final int USAGE = 2;
    /** No daemon answers. */
    static final int UNREACHABLE = 3;

    private ExitStatus() {}
}
