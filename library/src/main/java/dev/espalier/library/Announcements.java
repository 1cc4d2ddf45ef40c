package dev.espalier.library;

import dev.espalier.net.IpPrefix;
import dev.espalier.route.PathAttributes;
import java.util.List;
import java.util.Optional;

/**
 * What one owner announces at run time; from {@link BgpSpeaker#announcements}. An owner is whatever part of a program comes and
 * goes on its own, such as one service. Any thread but the speaker's loops may call it; each call returns when the tables know,
 * which is before the peers do.
 *
 * <p>Several owners may announce the same prefix. It is announced until the last of them has withdrawn it, in the words of the
 * speaker's configuration before all others, and otherwise of whoever came first.
 */
public interface Announcements extends AutoCloseable {

    /**
     * Announces a prefix to all peers whose export policies let it pass, or changes what was said of it.
     *
     * @param prefix what to announce; neither multicast, loopback nor link-local
     * @param attributes what is said of it; LOCAL_PREF is for internal peers only (RFC 4271 section 5.1.5). The next hop, of the
     *     prefix's family, may be null: then it is our own address on each session. Where one is given, an external peer is told
     *     it only if it lies on the network shared with that peer, or the peer's configuration keeps next hops unchanged
     * @return whose announcement of the prefix goes before this one, which waits until that one is withdrawn; empty when it is
     *     this one
     * @throws IllegalArgumentException when the prefix or the attributes cannot be announced, with the reason
     * @throws IllegalStateException when the speaker is closed
     */
    Optional<String> announce(IpPrefix prefix, PathAttributes attributes);

    /**
     * The same to some peers only; all others are not told the prefix.
     *
     * @param prefix what to announce; neither multicast, loopback nor link-local
     * @param attributes what is said of it, as for {@link #announce(IpPrefix, PathAttributes)}
     * @param peers the names of configured peers, at least one
     * @return whose announcement of the prefix goes before this one; empty when it is this one
     * @throws IllegalArgumentException also when a peer is not configured
     * @throws IllegalStateException when the speaker is closed
     */
    Optional<String> announce(IpPrefix prefix, PathAttributes attributes, List<String> peers);

    /**
     * Withdraws a prefix. Nothing happens when this owner does not announce it.
     *
     * @param prefix what was announced
     * @throws IllegalStateException when the speaker is closed
     */
    void withdraw(IpPrefix prefix);

    /** Withdraws all that this owner announced. Nothing happens when the speaker is closed, which has done so already. */
    @Override
    void close();
}
