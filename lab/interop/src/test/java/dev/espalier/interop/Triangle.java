package dev.espalier.interop;

import dev.espalier.lab.Cable;
import dev.espalier.lab.Namespace;
import java.util.List;

/**
 * A {@link Rig} with a third corner: the peer's namespace is where routes come from, and the third one has a cable to each of the
 * other two.
 */
final class Triangle implements AutoCloseable {

    /** Our address towards the third corner, and its address towards us. */
    static final String OURS = "10.9.1.1";

    static final String THIRD = "10.9.1.2";
    /** The source's address towards the third corner, and its address towards the source. */
    static final String SOURCE_TO_THIRD = "10.9.2.1";

    static final String THIRD_TO_SOURCE = "10.9.2.2";

    private final Rig rig;
    private final Namespace third;

    private Triangle(Rig rig, Namespace third) {
        this.rig = rig;
        this.third = third;
    }

    static Triangle create(String purpose) {
        Rig rig = Rig.create(purpose);
        Namespace third = new Namespace(rig.ours().name() + "-3").create();
        Cable.between(rig.ours(), "eth1", third, "eth0").create();
        Cable.between(rig.theirs(), "eth1", third, "eth1").create();
        rig.ours().ip("addr add " + OURS + "/24 dev eth1");
        third.ip(List.of("addr add " + THIRD + "/24 dev eth0", "addr add " + THIRD_TO_SOURCE + "/24 dev eth1"));
        rig.theirs().ip("addr add " + SOURCE_TO_THIRD + "/24 dev eth1");
        return new Triangle(rig, third);
    }

    Rig rig() {
        return rig;
    }

    Namespace third() {
        return third;
    }

    @Override
    public void close() {
        third.delete();
        rig.close();
    }
}
