package dev.espalier.objects.plan;

import dev.espalier.net.AddressFamily;
import dev.espalier.net.IpAddress;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.decode.Context;
import dev.espalier.objects.document.Value;
import dev.espalier.policy.NearestName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts what is known of the node in the place of {@code ${...}}: {@code node.name}, {@code node.hostname},
 * {@code node.labels['x']}, {@code node.annotations['x']}, {@code interface.eth0.ipv4}, {@code interface.eth0.ipv6}.
 *
 * <p>A password is left alone: it may hold any characters, and must not show up in an error.
 */
final class Templates {

    private static final Pattern MAP_ENTRY = Pattern.compile("node\\.(labels|annotations)\\[(['\"])(.+)\\2]");
    private static final Pattern ADDRESS = Pattern.compile("interface\\.(.+)\\.(ipv4|ipv6)");
    private static final String KNOWN =
            "known: node.name, node.hostname, node.labels['x'], node.annotations['x'], interface.eth0.ipv4, interface.eth0.ipv6";

    private final NodeFacts facts;
    private final boolean selected;

    /**
     * For one object.
     *
     * @param selected whether it is for this node; if not, templates are checked but not replaced, since what they ask for may
     *     exist on other nodes only
     */
    Templates(NodeFacts facts, boolean selected) {
        this.facts = facts;
        this.selected = selected;
    }

    /** The same value, with all templates in it replaced. */
    Value expand(Value value, Context context) {
        return switch (value) {
            case Value.Scalar scalar when scalar.text().contains("${") -> expandText(scalar, context);
            case Value.Scalar scalar -> scalar;
            case Value.Listing listing -> {
                List<Value> items = new ArrayList<>();
                for (Value item : listing.items()) {
                    items.add(expand(item, context.item(items.size())));
                }
                yield new Value.Listing(listing.place(), items);
            }
            case Value.Mapping mapping -> {
                Map<String, Value.Entry> entries = new LinkedHashMap<>();
                mapping.entries().forEach((name, entry) -> {
                    Value expanded =
                            name.equals("password") ? entry.value() : expand(entry.value(), context.field(name));
                    entries.put(name, new Value.Entry(entry.key(), expanded));
                });
                yield new Value.Mapping(mapping.place(), entries);
            }
        };
    }

    private Value expandText(Value.Scalar scalar, Context context) {
        StringBuilder text = new StringBuilder();
        int position = 0;
        boolean known = true;
        for (int start = scalar.text().indexOf("${");
                start >= 0;
                start = scalar.text().indexOf("${", position)) {
            int end = scalar.text().indexOf('}', start);
            if (end < 0) {
                context.error(scalar.place(), "'${' has no '}' after it", "");
                return new Value.Scalar(scalar.place(), scalar.text(), Value.Form.DEFERRED);
            }
            String replacement =
                    replacement(scalar, scalar.text().substring(start + 2, end).strip(), context);
            text.append(scalar.text(), position, start).append(replacement == null ? "" : replacement);
            known &= replacement != null;
            position = end + 1;
        }
        text.append(scalar.text(), position, scalar.text().length());
        return new Value.Scalar(scalar.place(), text.toString(), known ? Value.Form.EXPANDED : Value.Form.DEFERRED);
    }

    private @Nullable String replacement(Value.Scalar scalar, String expression, Context context) {
        Matcher entry = MAP_ENTRY.matcher(expression);
        Matcher address = ADDRESS.matcher(expression);
        if (expression.equals("node.name")) {
            return selected ? facts.name() : null;
        }
        if (expression.equals("node.hostname")) {
            return selected ? facts.hostname() : null;
        }
        if (entry.matches()) {
            return selected ? mapEntry(scalar, entry.group(1), entry.group(3), context) : null;
        }
        if (address.matches()) {
            AddressFamily family = address.group(2).equals("ipv4") ? AddressFamily.IPV4 : AddressFamily.IPV6;
            return selected ? address(scalar, address.group(1), family, context) : null;
        }
        context.error(scalar.place(), "'${" + expression + "}' refers to nothing", KNOWN);
        return null;
    }

    private @Nullable String mapEntry(Value.Scalar scalar, String map, String name, Context context) {
        boolean labels = map.equals("labels");
        Map<String, String> values = labels ? facts.labels() : facts.annotations();
        String value = values.get(name);
        if (value == null) {
            context.error(
                    scalar.place(),
                    "node " + facts.name() + " has no " + (labels ? "label" : "annotation") + " '" + name + "'",
                    NearestName.hint(name, values.keySet(), 8));
        }
        return value;
    }

    private @Nullable String address(Value.Scalar scalar, String link, AddressFamily family, Context context) {
        List<String> names =
                facts.interfaces().stream().map(NodeFacts.Interface::name).toList();
        String what = family == AddressFamily.IPV4 ? "IPv4" : "IPv6";
        for (NodeFacts.Interface candidate : facts.interfaces()) {
            if (candidate.name().equals(link)) {
                Optional<IpAddress> found = candidate.address(family);
                if (found.isEmpty()) {
                    context.error(
                            scalar.place(),
                            "interface '" + link + "' of node " + facts.name() + " has no " + what + " address",
                            "");
                }
                return found.map(IpAddress::toString).orElse(null);
            }
        }
        context.error(
                scalar.place(),
                "node " + facts.name() + " has no interface '" + link + "'",
                NearestName.hint(link, names, 8));
        return null;
    }
}
