package dev.espalier.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that has something to say, in one of three forms. */
abstract class ReportCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            converter = Output.Reader.class,
            description = "table (the default), json or yaml.")
    private Output output = Output.TABLE;

    Output output() {
        return output;
    }

    PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    Style style() {
        return Style.ofTerminal(System.getenv());
    }
}
