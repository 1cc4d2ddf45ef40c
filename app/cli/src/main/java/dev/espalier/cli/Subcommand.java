package dev.espalier.cli;

/**
 * A command of {@code espalier} that another module brings: a class with picocli's {@code @Command}, named as a service
 * ({@code provides dev.espalier.cli.Subcommand with ...}, and in {@code META-INF/services} for the class path). It is loaded
 * only when somebody asks for a command that the command line does not know itself, or for help.
 */
public interface Subcommand {}
