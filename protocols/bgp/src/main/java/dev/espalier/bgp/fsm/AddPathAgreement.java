package dev.espalier.bgp.fsm;

import dev.espalier.bgp.PeerConfig;
import dev.espalier.bgp.PeerConfig.AddPaths;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * In which directions path identifiers are exchanged, family by family (RFC 7911 section 4): where the one end offers to send
 * and the other to receive. Pure.
 *
 * @param receive the families in which the neighbour sends them
 * @param send the families in which we do
 */
record AddPathAgreement(Set<Family> receive, Set<Family> send) {

    /** What we offer a neighbour; nothing where neither direction is wanted. */
    static Optional<Capability> offer(PeerConfig peer) {
        boolean receive = peer.addPaths().receive();
        boolean send = peer.addPaths().sends();
        if (!receive && !send) {
            return Optional.empty();
        }
        List<Capability.AddPathFamily> families = peer.families().stream()
                .sorted()
                .map(family -> new Capability.AddPathFamily(family.afi(), family.safi(), receive, send))
                .toList();
        return Optional.of(new Capability.AddPath(families));
    }

    /**
     * What comes of a neighbour's offer.
     *
     * @param ours what we offered for every family
     * @param shared the families of the session
     */
    static AddPathAgreement of(Message.Open theirs, AddPaths ours, Set<Family> shared) {
        AddPathAgreement agreed = new AddPathAgreement(EnumSet.noneOf(Family.class), EnumSet.noneOf(Family.class));
        Set<Family> seen = EnumSet.noneOf(Family.class);
        for (Capability capability : theirs.capabilities()) {
            if (capability instanceof Capability.AddPath(List<Capability.AddPathFamily> families)) {
                families.forEach(offered -> agreed.consider(offered, ours, shared, seen));
            }
        }
        return agreed;
    }

    /** Where a family is named twice, the first counts, as with other capabilities. */
    private void consider(Capability.AddPathFamily offered, AddPaths ours, Set<Family> shared, Set<Family> seen) {
        Family family = Family.of(offered.afi(), offered.safi());
        if (family == null || !shared.contains(family) || !seen.add(family)) {
            return;
        }
        if (ours.receive() && offered.send()) {
            receive.add(family);
        }
        if (ours.sends() && offered.receive()) {
            send.add(family);
        }
    }
}
