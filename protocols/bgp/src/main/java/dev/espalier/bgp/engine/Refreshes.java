package dev.espalier.bgp.engine;

import dev.espalier.bgp.session.Channel;
import dev.espalier.bgp.session.Negotiated;
import dev.espalier.bgp.table.PathSource;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Routes that are exchanged again although nothing changed: because a neighbour asks for it or marks a refresh of its own
 * (RFC 2918, RFC 7313), or because an operator wants it. Owned by the table's loop.
 */
final class Refreshes {

    private final Neighbors neighbors;
    private final Intake intake;
    private final StaleRoutes staleRoutes;
    private final LimitWatch limits;
    private final Map<Family, LocRib> locRibs;
    private final Map<Family, UpdateGroups> groups;

    Refreshes(
            Neighbors neighbors,
            Intake intake,
            StaleRoutes staleRoutes,
            LimitWatch limits,
            Map<Family, LocRib> locRibs,
            Map<Family, UpdateGroups> groups) {
        this.neighbors = neighbors;
        this.intake = intake;
        this.staleRoutes = staleRoutes;
        this.limits = limits;
        this.locRibs = locRibs;
        this.groups = groups;
    }

    /**
     * A ROUTE-REFRESH has arrived.
     *
     * @param octets of the neighbour's credit, given back when it has been dealt with
     * @param patienceSeconds how long a refresh of the neighbour's may take
     */
    void received(Channel channel, Message.RouteRefresh refresh, int octets, int patienceSeconds) {
        Neighbor neighbor = neighbors.with(channel);
        Family family = Family.of(refresh.afi(), refresh.safi());
        Member member =
                family == null || neighbor == null ? null : neighbor.members().get(family);
        // RFC 2918 section 4: a request for a family that was not agreed on is ignored.
        if (neighbor == null || family == null || member == null) {
            channel.consumed(octets);
            return;
        }
        if (refresh.subtype() == Message.RouteRefresh.REQUEST) {
            groupsOf(family).repeat(member, octets);
            return;
        }
        // RFC 7313 section 5: a subtype that is not known is ignored.
        if (refresh.subtype() == Message.RouteRefresh.BEGINNING) {
            staleRoutes.refreshBegins(neighbor, channel, family, patienceSeconds);
        } else if (refresh.subtype() == Message.RouteRefresh.END) {
            staleRoutes.refreshEnds(neighbor, family);
        }
        channel.consumed(octets);
    }

    /**
     * An operator wants it, see {@link Speaker#refresh}.
     *
     * @return one for each neighbour that has a session
     */
    List<RefreshOutcome> wanted(String nameOrAddress, boolean in, boolean out) {
        List<RefreshOutcome> outcomes = new ArrayList<>();
        for (Neighbor neighbor : neighbors.all()) {
            Channel channel = neighbor.channel();
            PathSource source = neighbor.source();
            boolean meant = nameOrAddress.equals(neighbor.config().name())
                    || nameOrAddress.equals(neighbor.address().toString());
            if (!meant || channel == null || source == null) {
                continue;
            }
            if (in) {
                judgeAgain(neighbor, source, channel);
            }
            if (out) {
                neighbor.members().forEach((family, member) -> groupsOf(family).repeat(member, 0));
            }
            boolean asked = in && ask(channel);
            outcomes.add(new RefreshOutcome(neighbor.config().name(), neighbor.address(), asked, out));
        }
        return outcomes;
    }

    /** Judges what a neighbour has told by the rules as they are now. */
    void judgeAgain(Neighbor neighbor, PathSource source, Channel channel) {
        locRibs.forEach((family, locRib) -> {
            intake.judgeAgain(neighbor, neighbor.arrival(source), locRib);
            limits.received(neighbor, channel, family);
        });
    }

    private static boolean ask(Channel channel) {
        Negotiated negotiated = channel.negotiated();
        if (negotiated.routeRefresh()) {
            channel.send(negotiated.options().families().stream()
                    .map(family -> new Message.RouteRefresh(family.afi(), family.safi(), Message.RouteRefresh.REQUEST))
                    .map(MessageEncoder::encode)
                    .toList());
        }
        return negotiated.routeRefresh();
    }

    private UpdateGroups groupsOf(Family family) {
        return Objects.requireNonNull(groups.get(family));
    }
}
