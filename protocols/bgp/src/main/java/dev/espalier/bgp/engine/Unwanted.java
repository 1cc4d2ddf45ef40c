package dev.espalier.bgp.engine;

/** Why a neighbour that an earlier run knew from a range is neither waited for nor connected to. */
enum Unwanted {
    RANGE_GONE("no range is configured any more that contains its address"),
    OTHER_RANGE("its address belongs to another range now"),
    ADDRESS_CONFIGURED("a peer with its address is configured now"),
    OTHER_AS("the range does not admit its AS any more"),
    NO_FAMILY("the range has none of its families any more"),
    NO_ROOM("the limit of the range leaves no room for it");

    private final String sentence;

    Unwanted(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public String toString() {
        return sentence;
    }
}
