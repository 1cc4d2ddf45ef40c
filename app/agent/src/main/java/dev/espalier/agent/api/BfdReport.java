package dev.espalier.agent.api;

import java.util.List;
import java.util.Map;

/**
 * All of BFD.
 *
 * @param sessions the sessions
 * @param discarded how many packets were not taken, by reason
 */
public record BfdReport(List<BfdView> sessions, Map<String, Long> discarded) {}
