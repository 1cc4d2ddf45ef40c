package dev.espalier.bgp.wire;

import dev.espalier.bgp.wire.UpdateMessage.Finding;
import dev.espalier.bgp.wire.UpdateMessage.Treatment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has been found wrong with one UPDATE so far. The strongest treatment wins (RFC 7606 section 3 h); a reset does
 * not come here, it ends the reading at once.
 */
final class UpdateProblems {

    /** A message may be all errors; nobody reads more than this many sentences about it. */
    private static final int MAX_FINDINGS = 16;

    private List<Finding> findings = List.of();
    private @Nullable MalformedMessageException firstWithdrawal;

    /** The attribute, or whatever is at the offset, is ignored. */
    void discard(int attributeType, int offset, String message) {
        if (findings.size() < MAX_FINDINGS) {
            add(new Finding(Treatment.ATTRIBUTE_DISCARD, attributeType, offset, message));
        }
    }

    /**
     * The routes in the message are taken as withdrawn.
     *
     * @param reset what must be done instead if the routes cannot be told (RFC 7606 section 5.2)
     */
    void treatAsWithdraw(int attributeType, int offset, MalformedMessageException reset) {
        // the first is always shown: it is why the routes are gone
        if (firstWithdrawal == null || findings.size() < MAX_FINDINGS) {
            add(new Finding(
                    Treatment.TREAT_AS_WITHDRAW,
                    attributeType,
                    offset,
                    reset.verdict().reason()));
        }
        if (firstWithdrawal == null) {
            firstWithdrawal = reset;
        }
    }

    private void add(Finding finding) {
        if (findings.isEmpty()) {
            findings = new ArrayList<>();
        }
        findings.add(finding);
    }

    boolean isTreatAsWithdraw() {
        return firstWithdrawal != null;
    }

    /** The reset that replaces treat-as-withdraw; null when there is no treat-as-withdraw. */
    @Nullable
    MalformedMessageException insteadOfWithdrawal() {
        return firstWithdrawal;
    }

    List<Finding> findings() {
        return findings;
    }
}
