package dev.espalier.linux;

/**
 * How fast a pod may receive and send, as CNI's capability {@code bandwidth} says it. Immutable.
 *
 * @param ingressRate of what it receives, in bits a second; 0 is without a limit
 * @param ingressBurst how much it may receive at once after a silence, in bits; 0 leaves it to us
 * @param egressRate of what it sends, in bits a second; 0 is without a limit
 * @param egressBurst how much it may send at once after a silence, in bits; 0 leaves it to us
 */
public record Bandwidth(long ingressRate, long ingressBurst, long egressRate, long egressBurst) {

    /** Without limits. */
    public static final Bandwidth UNLIMITED = new Bandwidth(0, 0, 0, 0);

    /**
     * From here on a burst is not meant: it is what container runtimes write where nobody said any, containerd this very number and CRI-O
     * eight times as much. Taken at its word half a gigabyte would pass before any limit.
     */
    private static final long NOBODY_SAID = 0xFFFF_FFFFL;

    /**
     * Checks it; a burst that nobody said becomes 0.
     *
     * @throws IllegalArgumentException with a sentence for people when a number is negative, or there is a burst without a rate
     */
    public Bandwidth {
        ingressBurst = burst("ingress", ingressRate, ingressBurst);
        egressBurst = burst("egress", egressRate, egressBurst);
    }

    private static long burst(String direction, long rate, long burst) {
        if (rate < 0 || burst < 0) {
            throw new IllegalArgumentException(
                    direction + "Rate " + rate + " and " + direction + "Burst " + burst + " must not be negative");
        }
        long said = burst >= NOBODY_SAID ? 0 : burst;
        if (rate == 0 && said > 0) {
            throw new IllegalArgumentException(
                    direction + "Burst " + burst + " says nothing without " + direction + "Rate; give both");
        }
        return said;
    }
}
