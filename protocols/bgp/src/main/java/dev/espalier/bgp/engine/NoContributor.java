package dev.espalier.bgp.engine;

/** Why an aggregate has nothing to sum up; of several reasons, the one that comes last here is the one to tell. */
enum NoContributor {
    NOTHING_KNOWN("no more specific route is known"),
    NOTHING_CHOSEN("more specific routes are known, but none of them is chosen as best"),
    ONLY_AGGREGATES("the more specific routes are aggregates of ours, which do not count"),
    NOT_ACCEPTED("'contributors' accepts none of the more specific routes");

    private final String sentence;

    NoContributor(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public String toString() {
        return sentence;
    }
}
