package dev.espalier.bgp.engine;

/** Why a route of the host that is not ours is not redistributed into BGP. */
public enum RedistributionRefusal {
    /** Another program's route that the kernel would not use beside ours must not decide what neighbours are told. */
    BEHIND_OURS("in the kernel it stands behind a route of ours for the same prefix (its metric is 32 or more)"),
    /** The Router says nothing of routes from there. */
    NOT_WANTED("the Router does not redistribute such routes (spec.redistribute)"),
    /** Nobody else can use it. */
    NOT_FOR_OTHERS("it is a multicast, loopback or link-local prefix, which means something on this host or link only"),
    /** Attracting all traffic is not to happen by accident. */
    DEFAULT_ROUTE("it is a default route, which is redistributed only with defaultRoute: true"),
    /** Its kernel would drop what neighbours send. */
    LINK_DOWN("no link that it leaves over is up"),
    /** The policy said no; it names its statement itself. */
    POLICY("the policy rejected it");

    private final String sentence;

    RedistributionRefusal(String sentence) {
        this.sentence = sentence;
    }

    /** The reason for people, as the second half of a sentence. */
    @Override
    public String toString() {
        return sentence;
    }
}
