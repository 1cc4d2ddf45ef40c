package dev.espalier.agent.api;

/**
 * An address that was taken back.
 *
 * @param address the address
 * @param handle for what it was
 * @param owner what people called it
 * @param node where that was
 */
public record ReleaseView(String address, String handle, String owner, String node) {}
