package dev.espalier.flannel;

import org.jspecify.annotations.Nullable;

/** How a node stands with its subnet. Moments are nanoseconds of the clock that {@link LeaseFsm#next} is given. */
public sealed interface LeaseState {

    /** A moment that does not come. */
    long NEVER = Long.MAX_VALUE;

    /** When {@link LeaseEvent.Due} is wanted; {@link #NEVER} when only news help. */
    long due();

    /** Why a node has no subnet. */
    enum Obstacle {
        /** Nothing has been read yet. */
        NOT_READ("what etcd has is not read yet"),
        /** There is no document. */
        NO_CONFIG("the network has no document under 'config' in etcd"),
        /** The document is wrong. */
        BAD_CONFIG("the network's document under 'config' in etcd is wrong"),
        /** The network's nodes reach each other in another way. */
        OTHER_BACKEND("the network's backend is not host-gw, so its nodes would not reach this one"),
        /** The network has IPv6, the node has not. */
        NO_IPV6("the network has EnableIPv6, but this node has no IPv6 address on the interface"),
        /** All are taken. */
        NO_SUBNET("all subnets between SubnetMin and SubnetMax are taken"),
        /** Somebody else was faster, again and again. */
        RACE("other nodes were faster"),
        /** Etcd does not do what it is asked. */
        ETCD("etcd does not answer, or refuses");

        private final String sentence;

        Obstacle(String sentence) {
            this.sentence = sentence;
        }

        /** For people. */
        public String sentence() {
            return sentence;
        }
    }

    /**
     * It has none.
     *
     * @param obstacle why
     * @param detail more of it; empty for nothing
     * @param had the subnet it had, and would take again
     * @param losses how often somebody else was faster since it last was not
     * @param due when to look again
     */
    record Seeking(
            Obstacle obstacle, String detail, @Nullable SubnetKey had, int losses, long due) implements LeaseState {
        /** For people. */
        public String because() {
            return obstacle.sentence() + (detail.isEmpty() ? "" : ": " + detail);
        }
    }

    /**
     * It has asked for one; the answer is under way.
     *
     * @param config the network's
     * @param document the same as it was read
     * @param subnet which one
     * @param reserved whether an operator keeps it for the node
     * @param before where it stood when it asked
     */
    record Claiming(NetworkConfig config, String document, SubnetKey subnet, boolean reserved, Seeking before)
            implements LeaseState {
        @Override
        public long due() {
            return NEVER;
        }
    }

    /**
     * It has one.
     *
     * @param config the network's, as it was when the subnet was taken
     * @param document the network's document as it was read last
     * @param subnet which one
     * @param revision in which its key was last written
     * @param reserved whether an operator keeps it for the node, and it does not end
     * @param expires when it ends unless it is renewed; {@link #NEVER} where it is reserved
     * @param due when to renew it, or to try again
     * @param overdue whether it has been said that it could not be renewed in time
     */
    record Held(
            NetworkConfig config,
            String document,
            SubnetKey subnet,
            long revision,
            boolean reserved,
            long expires,
            long due,
            boolean overdue)
            implements LeaseState {

        Held dueAt(long moment) {
            return new Held(config, document, subnet, revision, reserved, expires, moment, overdue);
        }

        Held saidOverdue() {
            return new Held(config, document, subnet, revision, reserved, expires, due, true);
        }

        /** With what etcd has: somebody may have written it anew, with a lease or without. */
        Held asSeen(@Nullable String read, Network.Lease lease, long now) {
            boolean stays = lease.reserved();
            return new Held(
                    config,
                    read == null ? document : read,
                    subnet,
                    Math.max(revision, lease.revision()),
                    stays,
                    stays ? NEVER : expires,
                    stays ? NEVER : reserved ? now : due,
                    overdue);
        }
    }
}
