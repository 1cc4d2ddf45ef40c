package dev.espalier.capture;

import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.Family;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.SessionOptions;
import dev.espalier.capture.CaptureRecord.BgpMessageRecord;
import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A recorded BGP session: two directions, and what the OPENs of both sides agreed on. */
final class TcpConnection {

    private final Side first;
    private final Side second;

    /** One end, and what it sends. */
    private static final class Side {
        final IpAddress address;
        final TcpStream stream = new TcpStream();
        Message.@Nullable Open open;
        SessionOptions guess = RecordedOptions.of(true, false);

        Side(IpAddress address) {
            this.address = address;
        }

        Endpoint endpoint() {
            Message.Open said = open;
            return new Endpoint(address, said == null ? null : as(said));
        }
    }

    TcpConnection(IpAddress first, IpAddress second) {
        this.first = new Side(first);
        this.second = new Side(second);
    }

    /** @param forward whether the first end sent it */
    void accept(Place place, boolean forward, TcpSegment segment, Consumer<CaptureRecord> sink) {
        Side sender = forward ? first : second;
        Side receiver = forward ? second : first;
        if (segment.isSyn() && sender.stream.isNewBeginning(segment)) {
            sender.stream.finish(output(place, sender, receiver, sink));
            sender.open = null;
            sender.guess = RecordedOptions.of(true, false);
        }
        sender.stream.accept(segment, output(place, sender, receiver, sink));
        if (segment.isAcknowledgement()) {
            receiver.stream.acknowledged(segment.acknowledgement(), output(place, receiver, sender, sink));
        }
    }

    void finish(Place place, Consumer<CaptureRecord> sink) {
        first.stream.finish(output(place, first, second, sink));
        second.stream.finish(output(place, second, first, sink));
    }

    private TcpStream.Output output(Place place, Side sender, Side receiver, Consumer<CaptureRecord> sink) {
        return new TcpStream.Output() {
            @Override
            public void message(byte[] octets) {
                sink.accept(read(place, octets, sender, receiver));
            }

            @Override
            public void problem(String reason) {
                sink.accept(new CaptureRecord.Problem(place, peering(sender, receiver), -1, reason));
            }
        };
    }

    private static CaptureRecord read(Place place, byte[] octets, Side sender, Side receiver) {
        SessionOptions options = agreed(sender.open, receiver.open);
        if (options == null) {
            options = RecordedOptions.guess(octets, sender.guess);
            sender.guess = options;
        }
        Decoded decoded = RecordedOptions.decode(octets, options);
        if (decoded instanceof Decoded.Valid valid && valid.message() instanceof Message.Open open) {
            sender.open = open;
        }
        return new BgpMessageRecord(place, peering(sender, receiver), octets, options, decoded);
    }

    private static Peering peering(Side sender, Side receiver) {
        return new Peering(sender.endpoint(), receiver.endpoint(), Peering.Direction.RECEIVED);
    }

    // ---- what OPENs say

    private static Asn as(Message.Open open) {
        Asn four = fourOctetAs(open);
        return four == null ? new Asn(open.myAs()) : four;
    }

    private static @Nullable Asn fourOctetAs(Message.Open open) {
        for (Capability capability : open.capabilities()) {
            if (capability instanceof Capability.FourOctetAs four) {
                return four.asn();
            }
        }
        return null;
    }

    /** What both sides agreed on for one direction; null when that was not recorded. */
    private static @Nullable SessionOptions agreed(Message.@Nullable Open sender, Message.@Nullable Open receiver) {
        if (sender == null || receiver == null) {
            return null;
        }
        boolean fourOctetAs = fourOctetAs(sender) != null && fourOctetAs(receiver) != null;
        Set<Family> addPath = addPath(sender, Capability.AddPathFamily::send);
        addPath.retainAll(addPath(receiver, Capability.AddPathFamily::receive));
        return RecordedOptions.of(fourOctetAs, addPath);
    }

    /** RFC 7911 section 4: the families that pass a test, of all that are offered. */
    private static Set<Family> addPath(Message.Open open, Predicate<Capability.AddPathFamily> direction) {
        Set<Family> families = EnumSet.noneOf(Family.class);
        for (Capability capability : open.capabilities()) {
            if (capability instanceof Capability.AddPath(List<Capability.AddPathFamily> offered)) {
                for (Capability.AddPathFamily one : offered) {
                    Family family = Family.of(one.afi(), one.safi());
                    if (family != null && direction.test(one)) {
                        families.add(family);
                    }
                }
            }
        }
        return families;
    }
}
