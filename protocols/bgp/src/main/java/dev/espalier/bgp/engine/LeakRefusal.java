package dev.espalier.bgp.engine;

/** Why a routing instance does not leak its route for a prefix to another one. */
enum LeakRefusal {
    /** Nothing is chosen for the prefix. */
    NO_BEST_PATH("it has no best path there"),
    /** What was leaked once is not leaked on, so that no route can go round between instances, or keep itself alive. */
    LEAKED_ITSELF("its best path there is leaked from another routing instance itself"),
    /** The best path has a next hop that cannot be reached at the moment. */
    NO_WAY("the next hops of its best path cannot be reached"),
    /** RFC 4271 section 9.1.2: where the instances have different ASes, nobody else has looked for this one. */
    AS_LOOP("the AS path of its best path contains the AS of the instance that imports"),
    /** The policy said so, or nothing else. */
    POLICY("the policy rejected it");

    private final String sentence;

    LeakRefusal(String sentence) {
        this.sentence = sentence;
    }

    /** The end of a sentence, for people. */
    @Override
    public String toString() {
        return sentence;
    }
}
