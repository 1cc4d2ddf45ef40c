package dev.espalier.bgp;

/** The kinds of communities that a neighbour may be sent. */
public enum CommunityKind {
    /** RFC 1997. */
    STANDARD("standard"),
    /** RFC 4360. */
    EXTENDED("extended"),
    /** RFC 8092. */
    LARGE("large");

    private final String word;

    CommunityKind(String word) {
        this.word = word;
    }

    /** The word of the configuration. */
    @Override
    public String toString() {
        return word;
    }
}
