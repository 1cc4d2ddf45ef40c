package dev.espalier.bgp.engine;

import dev.espalier.bgp.TunnelRule;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.PrefixTable;
import dev.espalier.route.NextHop;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which routes go through a tunnel, and what becomes of their next hops. Immutable, pure. */
final class TunnelRules {

    static final TunnelRules NONE = new TunnelRules(List.of());

    private final List<TunnelRule> configured;
    private final List<TunnelRule> longestFirst;

    TunnelRules(List<TunnelRule> configured) {
        this.configured = configured;
        this.longestFirst = configured.stream()
                .sorted(Comparator.comparingInt(
                                (TunnelRule rule) -> rule.within().length())
                        .reversed())
                .toList();
    }

    /** Whether these are the rules that a configuration has. */
    boolean are(List<TunnelRule> others) {
        return configured.equals(others);
    }

    /** The rule for a prefix; null when its packets travel plainly, as nearly all do. */
    @Nullable
    TunnelRule of(PrefixTable prefixes, int prefix) {
        if (longestFirst.isEmpty()) {
            return null; // asked for each route of a full table
        }
        IpPrefix announced = prefixes.prefix(prefix);
        for (TunnelRule rule : longestFirst) {
            if (rule.within().covers(announced)) {
                return rule;
            }
        }
        return null;
    }

    /** Next hops as the routing table takes them, through the tunnel of a rule. */
    static List<NextHop> through(TunnelRule rule, List<NextHop> nextHops) {
        return nextHops.stream().map(nextHop -> through(rule, nextHop)).toList();
    }

    private static NextHop through(TunnelRule rule, NextHop nextHop) {
        return switch (nextHop) {
            case NextHop.Via via when isPlain(rule, via) -> via;
            case NextHop.Via via -> {
                String link =
                        switch (via.address().family()) {
                            case IPV4 -> rule.ipv4Link();
                            case IPV6 -> rule.ipv6Link();
                        };
                yield new NextHop.Through(via.address(), link, rule.crossSubnet(), via.weight());
            }
            case NextHop.Through through -> through;
            case NextHop.Attached attached -> attached;
            case NextHop.Discard discard -> discard;
        };
    }

    /**
     * A link-local next hop is a neighbour, and gets its packets plainly if neighbours may. If not it leads nowhere, and the routing
     * table says why: no tunnel can end at an address that means nothing elsewhere. Any other next hop that comes with its link was
     * resolved by another routing instance, and is left as it is.
     */
    private static boolean isPlain(TunnelRule rule, NextHop.Via via) {
        return NextHopScope.isScoped(via.address()) ? rule.crossSubnet() : via.link() != 0;
    }
}
