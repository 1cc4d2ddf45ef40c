package dev.espalier.agent.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This node in a flannel network.
 *
 * @param name the name of the Flannel object
 * @param link the interface by which the nodes see each other
 * @param publicIp the node's address there
 * @param subnet the node's subnet, with two families both of them; null when it has none
 * @param until when its lease ends unless it is renewed, in ISO 8601; null when there is none, and for a reservation
 * @param because why there is no subnet, a sentence; null when there is one
 * @param etcdAwaySince since when etcd cannot be asked, in ISO 8601; null when it can
 * @param etcdAwayBecause what the members say, a sentence; null when etcd can be asked
 * @param routes how many prefixes of other nodes have a route
 * @param skipped those that have none, each with the reason, a sentence
 */
public record FlannelView(
        String name,
        String link,
        String publicIp,
        @Nullable String subnet,
        @Nullable String until,
        @Nullable String because,
        @Nullable String etcdAwaySince,
        @Nullable String etcdAwayBecause,
        int routes,
        List<String> skipped) {}
