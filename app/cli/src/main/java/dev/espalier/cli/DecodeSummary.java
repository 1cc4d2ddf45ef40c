package dev.espalier.cli;

import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.capture.CaptureRecord;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What {@code espalier decode} has met, in numbers. */
final class DecodeSummary {

    private final Map<String, Long> types = new TreeMap<>();
    private long total;
    private long announced;
    private long withdrawn;
    private long treatedAsWithdrawn;
    private long malformed;
    private long discarded;
    private long problems;

    void count(CaptureRecord record) {
        total++;
        types.merge(RecordJson.type(record), 1L, Long::sum);
        switch (record) {
            case CaptureRecord.BgpMessageRecord message -> count(message.decoded());
            case CaptureRecord.RibEntry entry -> discarded += entry.findings().size();
            case CaptureRecord.StateChange change -> {}
            case CaptureRecord.Skipped skipped -> {}
            case CaptureRecord.Problem problem -> problems++;
        }
    }

    private void count(Decoded decoded) {
        switch (decoded) {
            case Decoded.Valid valid -> {
                if (valid.message() instanceof Message.Update(UpdateMessage update)) {
                    count(update);
                }
            }
            case Decoded.Invalid invalid -> malformed++;
        }
    }

    private void count(UpdateMessage update) {
        update.announced().forEach(each -> announced += each.nlri().count());
        boolean whole = true;
        for (UpdateMessage.Finding finding : update.findings()) {
            switch (finding.treatment()) {
                case ATTRIBUTE_DISCARD -> discarded++;
                case TREAT_AS_WITHDRAW, SESSION_RESET -> whole = false;
            }
        }
        int count = update.withdrawn().stream().mapToInt(Nlri::count).sum();
        if (whole) {
            withdrawn += count;
        } else {
            malformed++;
            treatedAsWithdrawn += count;
        }
    }

    /** How many objects have been printed. */
    long total() {
        return total;
    }

    /** Whether something could not be decoded. An attribute that a receiver ignores has been, all the same. */
    boolean hasErrors() {
        return problems > 0 || malformed > 0;
    }

    void print(PrintWriter err) {
        String counts = types.entrySet().stream()
                .map(type -> type.getValue() + " " + type.getKey())
                .collect(Collectors.joining(", "));
        err.println(total == 0 ? "nothing recorded" : counts);
        if (announced + withdrawn + treatedAsWithdrawn > 0) {
            err.println("prefixes in updates: " + announced + " announced, " + withdrawn + " withdrawn, "
                    + treatedAsWithdrawn + " treated as withdrawn");
        }
        if (hasErrors() || discarded > 0) {
            err.println("errors: " + problems + " problems, " + malformed + " malformed messages, " + discarded
                    + " attributes to be ignored");
        }
    }
}
