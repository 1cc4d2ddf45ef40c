package dev.espalier.bgp.wire;

import dev.espalier.route.AttributeType;

/** Path attributes in words, as their RFCs write them. */
final class AttributeNames {

    private AttributeNames() {}

    static String of(int type) {
        return switch (type) {
            case AttributeType.ORIGIN -> "ORIGIN";
            case AttributeType.AS_PATH -> "AS_PATH";
            case AttributeType.NEXT_HOP -> "NEXT_HOP";
            case AttributeType.MULTI_EXIT_DISC -> "MULTI_EXIT_DISC";
            case AttributeType.LOCAL_PREF -> "LOCAL_PREF";
            case AttributeType.ATOMIC_AGGREGATE -> "ATOMIC_AGGREGATE";
            case AttributeType.AGGREGATOR -> "AGGREGATOR";
            case AttributeType.COMMUNITIES -> "COMMUNITIES";
            case AttributeType.ORIGINATOR_ID -> "ORIGINATOR_ID";
            case AttributeType.CLUSTER_LIST -> "CLUSTER_LIST";
            case AttributeType.MP_REACH_NLRI -> "MP_REACH_NLRI";
            case AttributeType.MP_UNREACH_NLRI -> "MP_UNREACH_NLRI";
            case AttributeType.EXTENDED_COMMUNITIES -> "EXTENDED COMMUNITIES";
            case AttributeType.AS4_PATH -> "AS4_PATH";
            case AttributeType.AS4_AGGREGATOR -> "AS4_AGGREGATOR";
            case AttributeType.LARGE_COMMUNITIES -> "LARGE_COMMUNITY";
            case AttributeType.OTC -> "OTC";
            default -> "attribute " + type;
        };
    }
}
