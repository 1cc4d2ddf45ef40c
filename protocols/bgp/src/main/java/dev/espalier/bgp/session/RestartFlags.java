package dev.espalier.bgp.session;

import dev.espalier.bgp.wire.Family;

/** What our OPEN says about a restart of our own (RFC 4724 section 3). Asked for whenever an OPEN is made; any thread. */
public interface RestartFlags {

    /** The R bit: we restarted, and are still within the time after it in which routes are learnt anew. */
    boolean restarting();

    /** The F bit: the kernel has gone on forwarding by the routes of this family that we had installed. */
    boolean forwardingPreserved(Family family);
}
