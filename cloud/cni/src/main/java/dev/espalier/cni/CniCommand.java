package dev.espalier.cni;

import java.util.List;

/** What a runtime can ask (section 3 of the specification), with the variables that it must set. */
public enum CniCommand {
    /** Join a container to the network. */
    ADD(CniVersion.V0_3_1, CniRequest.CONTAINER_ID, CniRequest.NETNS, CniRequest.IFNAME),
    /** Undo that, whatever is left of it. The namespace may be gone, and then is not named. */
    DEL(CniVersion.V0_3_1, CniRequest.CONTAINER_ID, CniRequest.IFNAME),
    /** Is a container still joined as it was told? */
    CHECK(CniVersion.V0_4_0, CniRequest.CONTAINER_ID, CniRequest.NETNS, CniRequest.IFNAME),
    /** Remove what belongs to no container that is named. */
    GC(CniVersion.V1_1_0),
    /** Could a container be joined now? */
    STATUS(CniVersion.V1_1_0),
    /** Which versions are spoken? */
    VERSION(CniVersion.V0_3_1);

    private final CniVersion since;

    @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable, its type does not say so
    private final List<String> required;

    CniCommand(CniVersion since, String... required) {
        this.since = since;
        this.required = List.of(required);
    }

    /** The first version that has it. */
    public CniVersion since() {
        return since;
    }

    /** The environment variables without which it means nothing, besides {@code CNI_COMMAND}. */
    public List<String> required() {
        return required;
    }
}
