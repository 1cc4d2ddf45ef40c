package dev.espalier.interop;

import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.bgp.wire.UpdateMessage.Treatment;
import dev.espalier.bgp.wire.UpdatePacker;
import dev.espalier.capture.Capture;
import dev.espalier.capture.CaptureRecord;
import dev.espalier.net.AddressFamily;
import dev.espalier.net.Asn;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.AsPath;
import dev.espalier.route.AttributeType;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one neighbour of a collector told it, as UPDATE messages for a new session. Only the next hops are others: see
 * {@link NextHops}.
 *
 * @param asn the neighbour's AS
 * @param internal whether the collector was in the same AS; then LOCAL_PREF and the like belong to the feed
 * @param messages the UPDATEs, without the End-of-RIB
 * @param prefixes what is announced after the last of them, as RFC 7606 has it
 * @param treatedAsWithdrawn what is not, only because its last announcement was malformed
 * @param withoutAggregator what is, but has lost a malformed AGGREGATOR
 */
record Feed(
        long asn,
        boolean internal,
        List<byte[]> messages,
        Set<IpPrefix> prefixes,
        Set<IpPrefix> treatedAsWithdrawn,
        Set<IpPrefix> withoutAggregator) {

    private static final SessionOptions OPTIONS =
            new SessionOptions(true, false, false, Set.of(Family.values()), Set.of(), Set.of());

    private Feed(long asn, boolean internal) {
        this(asn, internal, new ArrayList<>(), new HashSet<>(), new HashSet<>(), new HashSet<>());
    }

    /** As many /24s as wanted, from 20.0.0.0 on, with the same attributes: what an external neighbour has to say at most. */
    static Feed made(long asn, int routes) {
        Feed feed = new Feed(asn, false);
        PathAttributes attributes = PathAttributes.builder()
                .origin(Origin.IGP)
                .asPath(AsPath.sequence(List.of(new Asn(asn))))
                .nextHop(Ipv4Address.parse(Rig.THEIRS))
                .build();
        for (int i = 0; i < routes; i++) {
            feed.prefixes.add(IpPrefix.of(new Ipv4Address(0x14000000 + (i << 8)), 24));
        }
        UpdatePacker packer = new UpdatePacker(OPTIONS, feed.messages::add);
        pack(packer, attributes, List.copyOf(feed.prefixes));
        packer.end();
        return feed;
    }

    /** The routes of an external neighbour in a dumped table, those with equal attributes packed together. */
    static Feed ofTable(Capture table, long asn) {
        Feed feed = new Feed(asn, false);
        NextHops nextHops = new NextHops();
        Map<PathAttributes, List<IpPrefix>> routes = new LinkedHashMap<>();
        table.forEach(record -> {
            if (record instanceof CaptureRecord.RibEntry entry
                    && new Asn(asn).equals(entry.peer().as())) {
                // A collector notes a LOCAL_PREF of its own making; no external neighbour sends one (RFC 4271 section
                // 5.1.5).
                PathAttributes attributes = entry.attributes().toBuilder()
                        .remove(AttributeType.LOCAL_PREF)
                        .nextHop(nextHops.insteadOf(entry.attributes().nextHop()))
                        .build();
                routes.computeIfAbsent(attributes, absent -> new ArrayList<>()).add(entry.prefix());
                feed.prefixes.add(entry.prefix());
            }
        });
        UpdatePacker packer = new UpdatePacker(OPTIONS, feed.messages::add);
        routes.forEach((attributes, prefixes) -> pack(packer, attributes, prefixes));
        packer.end();
        return feed;
    }

    private static void pack(UpdatePacker packer, PathAttributes attributes, List<IpPrefix> prefixes) {
        for (AddressFamily family : AddressFamily.values()) {
            List<IpPrefix> ofFamily = prefixes.stream()
                    .filter(prefix -> prefix.family() == family)
                    .toList();
            if (!ofFamily.isEmpty() && !packer.begin(Family.unicast(family), attributes)) {
                throw new IllegalStateException("too long for a message: " + attributes);
            }
            ofFamily.forEach(prefix ->
                    packer.add(0, prefix.address().high(), prefix.address().low(), prefix.length()));
        }
    }

    /** The UPDATEs of a recorded internal IPv4 session of one neighbour, octet by octet but for NEXT_HOP. */
    static Feed ofMessages(Capture messages, long asn) {
        Feed feed = new Feed(asn, true);
        NextHops nextHops = new NextHops();
        messages.forEach(record -> {
            if (record instanceof CaptureRecord.BgpMessageRecord message
                    && message.decoded() instanceof MessageDecoder.Decoded.Valid(Message.Update update)) {
                byte[] octets = message.octets().clone();
                nextHops.replaceIn(octets);
                feed.messages.add(octets);
                feed.follow(update.update());
            }
        });
        return feed;
    }

    /** What an UPDATE changes; withdrawals come before announcements. */
    private void follow(UpdateMessage update) {
        boolean malformed =
                update.findings().stream().anyMatch(finding -> finding.treatment() == Treatment.TREAT_AS_WITHDRAW);
        boolean lost =
                update.findings().stream().anyMatch(finding -> finding.attributeType() == AttributeType.AGGREGATOR);
        for (Nlri withdrawn : update.withdrawn()) {
            withdrawn.forEach((pathId, high, low, length) -> {
                IpPrefix prefix = IpPrefix.of(withdrawn.family().addresses(), high, low, length);
                prefixes.remove(prefix);
                put(treatedAsWithdrawn, prefix, malformed);
                withoutAggregator.remove(prefix);
            });
        }
        for (UpdateMessage.Announcement announced : update.announced()) {
            announced.nlri().forEach((pathId, high, low, length) -> {
                IpPrefix prefix = IpPrefix.of(announced.nlri().family().addresses(), high, low, length);
                prefixes.add(prefix);
                treatedAsWithdrawn.remove(prefix);
                put(withoutAggregator, prefix, lost);
            });
        }
    }

    private static void put(Set<IpPrefix> set, IpPrefix prefix, boolean in) {
        if (in) {
            set.add(prefix);
        } else {
            set.remove(prefix);
        }
    }
}
