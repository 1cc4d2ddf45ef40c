package dev.espalier.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.espalier.bgp.Role;
import dev.espalier.bgp.wire.Capability;
import dev.espalier.bgp.wire.ErrorCode;
import dev.espalier.bgp.wire.Message;
import dev.espalier.bgp.wire.MessageDecoder.Decoded;
import dev.espalier.bgp.wire.Nlri;
import dev.espalier.bgp.wire.UpdateMessage;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.Ipv4Address;
import dev.espalier.route.PathAttributes;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** The content of BGP messages as fields of a JSON object. Attributes have the names of the daemon's API. */
final class MessageJson {

    private final JsonGenerator json;

    MessageJson(JsonGenerator json) {
        this.json = json;
    }

    void content(Message message) throws IOException {
        switch (message) {
            case Message.Open open -> open(open);
            case Message.Update update -> update(update.update());
            case Message.Notification notification -> notification(notification);
            case Message.Keepalive keepalive -> {}
            case Message.RouteRefresh refresh -> {
                family(refresh.afi(), refresh.safi());
                json.writeNumberField("subtype", refresh.subtype());
            }
        }
    }

    /** What a peer would be told about a message that ends the session. */
    void error(Decoded.Invalid invalid) throws IOException {
        Message.Notification notification = invalid.notification();
        json.writeObjectFieldStart("error");
        json.writeNumberField("code", notification.code());
        json.writeNumberField("subcode", notification.subcode());
        json.writeStringField("name", ErrorCode.describe(notification.code(), notification.subcode()));
        json.writeNumberField("messageOffset", invalid.offset());
        json.writeStringField("reason", invalid.reason());
        json.writeEndObject();
    }

    private void notification(Message.Notification notification) throws IOException {
        json.writeNumberField("code", notification.code());
        json.writeNumberField("subcode", notification.subcode());
        json.writeStringField("text", ErrorCode.describe(notification));
        if (notification.data().length > 0) {
            json.writeStringField("data", HexFormat.of().formatHex(notification.data()));
        }
    }

    // ---- OPEN

    private void open(Message.Open open) throws IOException {
        json.writeNumberField("version", open.version());
        json.writeNumberField("myAs", open.myAs());
        json.writeNumberField("holdTime", open.holdTime());
        json.writeStringField("routerId", open.routerId().toString());
        json.writeArrayFieldStart("capabilities");
        for (Capability capability : open.capabilities()) {
            json.writeStartObject();
            json.writeNumberField("code", capability.code());
            capability(capability);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void capability(Capability capability) throws IOException {
        switch (capability) {
            case Capability.Multiprotocol family -> {
                json.writeStringField("name", "multiprotocol");
                family(family.afi(), family.safi());
            }
            case Capability.RouteRefresh refresh -> json.writeStringField("name", "route-refresh");
            case Capability.ExtendedNextHop extended -> extendedNextHop(extended);
            case Capability.ExtendedMessage extended -> json.writeStringField("name", "extended-message");
            case Capability.BgpRole(int role) -> {
                json.writeStringField("name", "role");
                json.writeStringField("role", Role.nameOf(role));
            }
            case Capability.GracefulRestart restart -> gracefulRestart(restart);
            case Capability.FourOctetAs four -> {
                json.writeStringField("name", "four-octet-as");
                json.writeNumberField("as", four.asn().value());
            }
            case Capability.AddPath paths -> addPath(paths);
            case Capability.EnhancedRouteRefresh refresh -> json.writeStringField("name", "enhanced-route-refresh");
            case Capability.LongLivedGracefulRestart restart -> longLived(restart);
            case Capability.Unknown unknown ->
                json.writeStringField("value", HexFormat.of().formatHex(unknown.value()));
        }
    }

    private void addPath(Capability.AddPath paths) throws IOException {
        json.writeStringField("name", "add-path");
        json.writeArrayFieldStart("families");
        for (Capability.AddPathFamily family : paths.families()) {
            json.writeStartObject();
            family(family.afi(), family.safi());
            json.writeBooleanField("receive", family.receive());
            json.writeBooleanField("send", family.send());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void extendedNextHop(Capability.ExtendedNextHop extended) throws IOException {
        json.writeStringField("name", "extended-next-hop");
        json.writeArrayFieldStart("encodings");
        for (Capability.NextHopEncoding encoding : extended.encodings()) {
            json.writeStartObject();
            family(encoding.afi(), encoding.safi());
            json.writeNumberField("nextHopAfi", encoding.nextHopAfi());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void gracefulRestart(Capability.GracefulRestart restart) throws IOException {
        json.writeStringField("name", "graceful-restart");
        json.writeBooleanField("restarting", restart.restarting());
        json.writeBooleanField("notification", restart.notification());
        json.writeNumberField("restartTime", restart.restartTime());
        json.writeArrayFieldStart("families");
        for (Capability.RestartFamily family : restart.families()) {
            json.writeStartObject();
            family(family.afi(), family.safi());
            json.writeBooleanField("forwarding", family.forwarding());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void longLived(Capability.LongLivedGracefulRestart restart) throws IOException {
        json.writeStringField("name", "long-lived-graceful-restart");
        json.writeArrayFieldStart("families");
        for (Capability.LongLivedFamily family : restart.families()) {
            json.writeStartObject();
            family(family.afi(), family.safi());
            json.writeBooleanField("forwarding", family.forwarding());
            json.writeNumberField("staleTime", family.staleTime());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void family(int afi, int safi) throws IOException {
        json.writeNumberField("afi", afi);
        json.writeNumberField("safi", safi);
    }

    // ---- UPDATE

    private void update(UpdateMessage update) throws IOException {
        if (!update.withdrawn().isEmpty()) {
            json.writeArrayFieldStart("withdrawn");
            for (Nlri withdrawn : update.withdrawn()) {
                json.writeStartObject();
                prefixes(withdrawn);
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        if (!update.announced().isEmpty()) {
            json.writeArrayFieldStart("announced");
            for (UpdateMessage.Announcement announced : update.announced()) {
                json.writeStartObject();
                prefixes(announced.nlri());
                attributes(announced.attributes());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        if (update.endOfRib() != null) {
            json.writeStringField("endOfRib", update.endOfRib().toString());
        }
        findings(update.findings());
    }

    private void prefixes(Nlri nlri) throws IOException {
        json.writeStringField("family", nlri.family().toString());
        IpPrefix[] prefixes = new IpPrefix[nlri.count()];
        int[] pathIds = new int[prefixes.length];
        int[] next = new int[1];
        nlri.forEach((pathId, high, low, length) -> {
            pathIds[next[0]] = pathId;
            prefixes[next[0]++] = IpPrefix.of(nlri.family().addresses(), high, low, length);
        });
        texts("prefixes", List.of(prefixes));
        if (nlri.addPath()) {
            json.writeArrayFieldStart("pathIds");
            for (int pathId : pathIds) {
                json.writeNumber(Integer.toUnsignedLong(pathId));
            }
            json.writeEndArray();
        }
    }

    /** The field {@code attributes}. */
    void attributes(PathAttributes attributes) throws IOException {
        json.writeObjectFieldStart("attributes");
        if (attributes.nextHop() != null) {
            json.writeStringField("nextHop", attributes.nextHop().toString());
        }
        if (attributes.linkLocalNextHop() != null) {
            json.writeStringField(
                    "linkLocalNextHop", attributes.linkLocalNextHop().toString());
        }
        json.writeStringField("asPath", attributes.asPath().toString());
        json.writeStringField("origin", attributes.origin().toString());
        if (attributes.hasMed()) {
            json.writeNumberField("med", Integer.toUnsignedLong(attributes.med()));
        }
        if (attributes.hasLocalPref()) {
            json.writeNumberField("localPref", Integer.toUnsignedLong(attributes.localPref()));
        }
        texts("communities", attributes.communities());
        texts("extendedCommunities", attributes.extendedCommunities());
        texts("largeCommunities", attributes.largeCommunities());
        lessUsual(attributes);
        json.writeEndObject();
    }

    private void lessUsual(PathAttributes attributes) throws IOException {
        if (attributes.atomicAggregate()) {
            json.writeBooleanField("atomicAggregate", true);
        }
        if (attributes.aggregator().isPresent()) {
            PathAttributes.Aggregator by = attributes.aggregator().get();
            json.writeStringField("aggregator", by.asn() + " " + by.address());
        }
        if (attributes.hasOriginatorId()) {
            json.writeStringField("originatorId", new Ipv4Address(attributes.originatorId()).toString());
        }
        texts("clusterList", attributes.clusterList());
        if (attributes.onlyToCustomer().isPresent()) {
            json.writeNumberField("onlyToCustomer", attributes.onlyToCustomer().getAsLong());
        }
        texts("unknown", attributes.unknown());
    }

    private void texts(String name, List<?> values) throws IOException {
        if (values.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart(name);
        for (Object value : values) {
            json.writeString(value.toString());
        }
        json.writeEndArray();
    }

    /** The field {@code findings}, if there are any. */
    void findings(List<UpdateMessage.Finding> findings) throws IOException {
        if (findings.isEmpty()) {
            return;
        }
        json.writeArrayFieldStart("findings");
        for (UpdateMessage.Finding finding : findings) {
            json.writeStartObject();
            json.writeStringField(
                    "treatment",
                    finding.treatment().name().toLowerCase(Locale.ROOT).replace('_', '-'));
            if (finding.attributeType() != 0) {
                json.writeNumberField("attributeType", finding.attributeType());
            }
            json.writeNumberField("messageOffset", finding.offset());
            json.writeStringField("message", finding.message());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
