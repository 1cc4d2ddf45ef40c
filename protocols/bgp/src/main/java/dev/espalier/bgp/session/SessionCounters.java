package dev.espalier.bgp.session;

import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.UpdateMessage;
import java.util.concurrent.atomic.LongAdder;

/** What one neighbour's sessions have counted since the daemon started. Any thread. */
final class SessionCounters {

    /** Where the type stands in a message (RFC 4271 section 4.1). */
    private static final int TYPE_OFFSET = 18;

    private static final int UPDATE_TYPE = 2;

    final LongAdder established = new LongAdder();
    final LongAdder messagesReceived = new LongAdder();
    final LongAdder messagesSent = new LongAdder();
    final LongAdder updatesReceived = new LongAdder();
    final LongAdder updatesSent = new LongAdder();
    final LongAdder findings = new LongAdder();

    void received(Message message) {
        messagesReceived.increment();
        if (message instanceof Message.Update(UpdateMessage update)) {
            updatesReceived.increment();
            findings.add(update.findings().size());
        }
    }

    void sent(byte[] message) {
        messagesSent.increment();
        if (message[TYPE_OFFSET] == UPDATE_TYPE) {
            updatesSent.increment();
        }
    }
}
