package dev.espalier.lab;

import dev.espalier.net.IpAddress;

/**
 * That packets get from a pod to somebody and back, and that what is fetched over TCP arrives.
 *
 * @param kind how far it is
 * @param from the pod, with its address
 * @param to the other end, with its address
 * @param pingMilliseconds the mean time of a round trip of three
 * @param fetchMilliseconds how long it took to connect and to read an answer to its end
 * @param seenAs the address that the other end saw: the pod's own, or outside that of its node
 */
public record PodProof(
        Kind kind, String from, String to, double pingMilliseconds, double fetchMilliseconds, String seenAs) {

    /** How far it is. */
    public enum Kind {
        /** Between two pods of a node. */
        SAME_NODE("same node"),
        /** Between nodes of a rack. */
        SAME_RACK("same rack"),
        /** Between racks. */
        ACROSS_RACKS("across racks"),
        /** To what knows nothing of pods. */
        OUTSIDE("outside");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** For people. */
        public String words() {
            return words;
        }
    }

    /**
     * Pings, and fetches.
     *
     * @param expected the address that the other end should see
     * @throws LabException when something is not answered, or comes from another address; the message says between whom, and where packets
     *     stop
     */
    static PodProof between(Fabric fabric, Kind kind, Endpoint from, Endpoint to, IpAddress expected) {
        PathTrace trace = new PathTrace(fabric, from, to);
        PathTrace.Ping ping = trace.ping();
        if (!ping.allAnswered()) {
            throw new LabException("%s: of %d pings from %s to %s %d were answered; a packet got as far as: %s"
                    .formatted(
                            kind.words,
                            ping.sent(),
                            from,
                            to,
                            ping.answered(),
                            String.join(" > ", trace.takenByPacket())));
        }
        Fetch.Answer answer = Fetch.over(from, to);
        if (!answer.seenAs().equals(expected.toString())) {
            throw new LabException("%s: %s sees %s as %s, and should as %s"
                    .formatted(kind.words, to, from, answer.seenAs(), expected));
        }
        return new PodProof(
                kind, from.toString(), to.toString(), ping.milliseconds(), answer.milliseconds(), answer.seenAs());
    }
}
