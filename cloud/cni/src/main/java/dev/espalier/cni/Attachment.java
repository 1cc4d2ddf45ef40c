package dev.espalier.cni;

/**
 * One interface of one container in one network: what ADD makes and DEL removes.
 *
 * @param network the configuration's name
 * @param containerId the runtime's name for the container
 * @param ifname the interface's name in it
 */
public record Attachment(String network, String containerId, String ifname) {

    /** One word for it, the same for all its calls, and never that of another: none of the three can contain a slash. */
    public String handle() {
        return network + "/" + containerId + "/" + ifname;
    }

    @Override
    public String toString() {
        return handle();
    }
}
