package dev.espalier.interop;

import dev.espalier.lab.Cable;
import dev.espalier.lab.Namespace;
import java.util.ArrayList;
import java.util.List;

/** A bridge in a namespace of its own beside a {@link Rig}, and members on it: 10.20.0.NUMBER/24 on eth0, 10.20.NUMBER.1 on lo. */
final class Segment implements AutoCloseable {

    private final Namespace bridge;
    private final List<Namespace> members = new ArrayList<>();

    Segment(String prefix) {
        bridge = new Namespace(prefix + "-br").create();
        bridge.ip(List.of("link add br0 type bridge", "link set br0 up"));
    }

    /** A namespace with its own cable to the bridge. */
    Namespace member(int number) {
        Namespace member = new Namespace(bridge.name() + number).create();
        members.add(member);
        Cable.between(member, "eth0", bridge, "port" + number).create();
        bridge.ip("link set port" + number + " master br0");
        member.ip(List.of("addr add " + address(number) + "/24 dev eth0", "addr add " + behind(number) + "/32 dev lo"));
        return member;
    }

    static String address(int number) {
        return "10.20.0." + number;
    }

    static String behind(int number) {
        return "10.20." + number + ".1";
    }

    static String prefix(int number) {
        return "10.20." + number + ".0/24";
    }

    @Override
    public void close() {
        members.forEach(Namespace::delete);
        bridge.delete();
    }
}
