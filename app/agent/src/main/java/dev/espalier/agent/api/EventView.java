package dev.espalier.agent.api;

/**
 * Something that happened.
 *
 * @param time when, as RFC 3339 in UTC
 * @param severity {@code debug}, {@code info}, {@code warning} or {@code error}
 * @param kind the sort of event, such as {@code bgp.session.up}
 * @param instance the routing instance
 * @param subject what it is about
 * @param message a sentence
 */
public record EventView(String time, String severity, String kind, String instance, String subject, String message) {}
