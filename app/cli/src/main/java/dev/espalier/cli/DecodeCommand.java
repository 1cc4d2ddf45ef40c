package dev.espalier.cli;

import dev.espalier.capture.Capture;
import dev.espalier.capture.CaptureRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code espalier decode}. */
@Command(
        name = "decode",
        mixinStandardHelpOptions = true,
        description = "Turn recorded BGP into one JSON object a line.",
        footer = {
            "",
            "Reads MRT files, pcap and pcapng, each also compressed by gzip or bzip2, and BGP messages as",
            "hexadecimal digits, one a line. The form is told from the content. What cannot be decoded becomes",
            "an object of type 'problem' that says where it stands; reading goes on behind it. Counts go to",
            "standard error. Ends with status 1 when something could not be decoded.",
            "",
            "Examples:",
            "  espalier decode rib.20260222.1600.bz2 | jq -r 'select(.type == \"rib-entry\") | .prefix'",
            "  tcpdump -U -w - port 179 | espalier decode -",
            "  echo 'ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff:ff 0013 04' | espalier decode -"
        })
final class DecodeCommand implements Callable<Integer> {

    private static final Path STANDARD_INPUT = Path.of("-");

    /** How many records may be written before somebody looks whether they are still read, as with {@code | head}. */
    private static final int RECORDS_BETWEEN_CHECKS = 4096;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The recording; - for standard input.")
    private @Nullable Path file;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            converter = Output.Reader.class,
            description = "json (the default), table or yaml.")
    private Output output = Output.JSON;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print no counts.")
    private boolean quiet;

    /** For picocli. */
    DecodeCommand() {}

    @Override
    public Integer call() throws IOException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        PrintWriter out = line.getOut();
        DecodeSummary summary = new DecodeSummary();
        try (Capture capture = open(Objects.requireNonNull(file))) {
            RecordPrinter printer = RecordPrinter.of(output, out, Style.ofTerminal(System.getenv()));
            print(capture, printer, summary, out);
            printer.end();
        }
        out.flush();
        if (!quiet) {
            summary.print(line.getErr());
        }
        return summary.hasErrors() ? ExitStatus.FAILED : ExitStatus.OK;
    }

    private static Capture open(Path file) {
        try {
            if (file.equals(STANDARD_INPUT)) {
                return Capture.open(System.in);
            }
            if (Files.isDirectory(file)) {
                throw new CommandFailure(ExitStatus.FAILED, file + " is a folder; name one of the files in it");
            }
            return Capture.open(file);
        } catch (NoSuchFileException absent) {
            throw new CommandFailure(ExitStatus.FAILED, "there is no file " + file, absent);
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    ExitStatus.FAILED, file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private void print(Capture capture, RecordPrinter printer, DecodeSummary summary, PrintWriter out)
            throws IOException {
        boolean live = STANDARD_INPUT.equals(file);
        for (CaptureRecord record = capture.next(); record != null; record = capture.next()) {
            printer.print(record);
            summary.count(record);
            // a capture that is still going on may say nothing more for a while
            if (live && System.in.available() == 0) {
                printer.flush();
                out.flush();
            }
            if (summary.total() % RECORDS_BETWEEN_CHECKS == 0 && out.checkError()) {
                return;
            }
        }
    }
}
