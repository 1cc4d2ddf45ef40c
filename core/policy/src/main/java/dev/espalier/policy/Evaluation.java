package dev.espalier.policy;

import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.LargeCommunity;
import dev.espalier.policy.Policy.TraceLine;
import dev.espalier.policy.Policy.Verdict;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One route on its way through one policy: the attributes as changed so far, and who decided. What statements read again and
 * again is decoded once. Lives as long as one call of {@link Policy#judge}; one thread.
 */
final class Evaluation {

    private final PolicyRoute route;
    private final @Nullable List<TraceLine> trace;
    private PathAttributes attributes;
    private String decidingPolicy = "";
    private @Nullable String decidingStatement;

    // Decoded from the attributes when first asked for.
    private @Nullable String asPathText;
    private @Nullable List<Community> communities;
    private @Nullable List<ExtendedCommunity> extCommunities;
    private @Nullable List<LargeCommunity> largeCommunities;

    /** @param traced whether to keep a line for every statement */
    Evaluation(PolicyRoute route, boolean traced) {
        this.route = route;
        this.attributes = route.attributes;
        this.trace = traced ? new ArrayList<>() : null;
    }

    PolicyRoute route() {
        return route;
    }

    /** The attributes as statements so far have left them. */
    PathAttributes attributes() {
        return attributes;
    }

    /** Changes the attributes, or puts back earlier ones. */
    void attributes(PathAttributes changed) {
        if (!changed.equals(attributes)) {
            attributes = changed;
            asPathText = null;
            communities = null;
            extCommunities = null;
            largeCommunities = null;
        }
    }

    String asPathText() {
        if (asPathText == null) {
            asPathText = attributes.asPath().toString();
        }
        return asPathText;
    }

    List<Community> communities() {
        if (communities == null) {
            communities = attributes.communities();
        }
        return communities;
    }

    List<ExtendedCommunity> extCommunities() {
        if (extCommunities == null) {
            extCommunities = attributes.extendedCommunities();
        }
        return extCommunities;
    }

    List<LargeCommunity> largeCommunities() {
        if (largeCommunities == null) {
            largeCommunities = attributes.largeCommunities();
        }
        return largeCommunities;
    }

    /**
     * Notes who has the last word so far.
     *
     * @param statement null for the default action
     */
    void decidedBy(String policy, @Nullable String statement) {
        decidingPolicy = policy;
        decidingStatement = statement;
    }

    /** Whether lines are kept. */
    boolean traced() {
        return trace != null;
    }

    /** Keeps a line, if lines are kept. */
    void trace(TraceLine line) {
        if (trace != null) {
            trace.add(line);
        }
    }

    /** The lines kept so far. */
    List<TraceLine> traceLines() {
        return trace == null ? List.of() : trace;
    }

    /** The verdict; a route that came out as it went in keeps the very same attributes. */
    Verdict verdict(PolicyResult result) {
        return switch (result) {
            case ACCEPT -> {
                boolean unchanged = attributes.equals(route.attributes);
                yield new Verdict(unchanged ? route.attributes : attributes, decidingPolicy, decidingStatement);
            }
            case REJECT, NEXT -> new Verdict(null, decidingPolicy, decidingStatement);
        };
    }
}
