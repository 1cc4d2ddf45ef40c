package dev.espalier.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.espalier.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which way packets go between two ends, such as pods, told in two ways that must agree: {@link #takenByPacket} sends real packets with a
 * growing TTL and hears who dropped them; {@link #routesOfKernels} walks from box to box asking each kernel for its route, and so sees
 * also the paths that this one packet did not take. One thread.
 */
final class PathTrace {

    private static final int MOST_HOPS = 16;
    private static final Pattern EXCEEDED = Pattern.compile("From (\\S+) icmp_seq=\\d+ Time to live exceeded");
    private static final Pattern ANSWERED = Pattern.compile("bytes from (\\S+): icmp_seq");
    private static final Pattern SUMMARY = Pattern.compile(
            "(\\d+) packets transmitted, (\\d+) received.*?rtt [^=]*= [\\d.]+/([\\d.]+)/", Pattern.DOTALL);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Fabric fabric;
    private final Endpoint from;
    private final Endpoint to;
    private final IpAddress source;
    private final IpAddress destination;

    PathTrace(Fabric fabric, Endpoint from, Endpoint to) {
        this.fabric = fabric;
        this.from = from;
        this.to = to;
        this.source = from.address();
        this.destination = to.address();
    }

    /**
     * What three pings said.
     *
     * @param sent how many went out
     * @param answered how many came back
     * @param milliseconds the mean time of a round trip
     */
    record Ping(int sent, int answered, double milliseconds) {

        boolean allAnswered() {
            return sent == answered;
        }
    }

    /** Pings three times. */
    Ping ping() {
        String said = from.namespace()
                .command(
                        "ping",
                        "-n",
                        "-c",
                        "3",
                        "-i",
                        "0.05",
                        "-W",
                        "1",
                        "-I",
                        source.toString(),
                        destination.toString())
                .run()
                .output();
        Matcher summary = SUMMARY.matcher(said);
        return summary.find()
                ? new Ping(
                        Integer.parseInt(summary.group(1)),
                        Integer.parseInt(summary.group(2)),
                        Double.parseDouble(summary.group(3)))
                : new Ping(3, 0, 0);
    }

    /** The boxes that a packet passed, in order, with both ends; ends in {@code ?} where nobody answered. */
    List<String> takenByPacket() {
        List<String> boxes = new ArrayList<>(List.of(from.name()));
        for (int ttl = 1; ttl <= MOST_HOPS; ttl++) {
            String said = from.namespace()
                    .command(
                            "ping",
                            "-n",
                            "-c",
                            "1",
                            "-W",
                            "1",
                            "-t",
                            Integer.toString(ttl),
                            "-I",
                            source.toString(),
                            destination.toString())
                    .run()
                    .output();
            Matcher exceeded = EXCEEDED.matcher(said);
            if (exceeded.find()) {
                boxes.add(nameOf(exceeded.group(1)));
            } else {
                boxes.add(ANSWERED.matcher(said).find() ? to.name() : "?");
                return boxes;
            }
        }
        return boxes;
    }

    /**
     * The boxes that packets may pass by the kernels' routes: at each distance all that some path goes through there, both ends
     * included, which must be boxes.
     *
     * @throws LabException where a kernel has no route or sends the packet round in a circle
     */
    List<Set<String>> routesOfKernels() {
        List<Set<String>> distances = new ArrayList<>();
        Set<String> here = Set.of(from.name());
        while (!here.equals(Set.of(to.name()))) {
            distances.add(here);
            if (distances.size() > MOST_HOPS) {
                throw new LabException("packets to " + destination + " go in a circle: " + words(distances));
            }
            Set<String> next = new LinkedHashSet<>();
            for (String box : here) {
                next.addAll(box.equals(to.name()) ? List.of(box) : nextHopsOf(box));
            }
            here = next;
        }
        distances.add(here);
        return distances;
    }

    /** Such as {@code node-1 > tor-1 > spine-1 | spine-2 > tor-2 > node-3}: by name, as the kernel's order means nothing. */
    static String words(List<Set<String>> distances) {
        return distances.stream()
                .map(boxes -> boxes.stream().sorted().collect(Collectors.joining(" | ")))
                .collect(Collectors.joining(" > "));
    }

    private List<String> nextHopsOf(String box) {
        JsonNode route = routeAt(box);
        List<String> gateways = new ArrayList<>();
        if (route.has("gateway")) {
            gateways.add(route.path("gateway").asText());
        }
        route.path("nexthops").forEach(hop -> gateways.add(hop.path("gateway").asText()));
        if (gateways.isEmpty()) {
            throw new LabException(box + " has no gateway for " + destination + ", but this: " + route);
        }
        return gateways.stream().map(this::nameOf).toList();
    }

    private JsonNode routeAt(String box) {
        Command.Outcome answer = fabric.namespace(box)
                .command("ip", "-j", "route", "get", destination.toString(), "fibmatch")
                .run();
        if (!answer.succeeded()) {
            throw new LabException(box + " has no route to " + destination);
        }
        try {
            return JSON.readTree(answer.output()).path(0);
        } catch (JsonProcessingException malformed) {
            throw new LabException(
                    "'ip route get' in " + box + " answered with no JSON: " + answer.output(), malformed);
        }
    }

    /** A node that drops what came through a tunnel speaks as its tunnel's device, whose address is one of the node's block. */
    private String nameOf(String address) {
        IpAddress speaker = IpAddress.parse(address);
        return fabric.owner(speaker)
                .or(() -> fabric.boxes(Box.Role.NODE).stream()
                        .filter(node -> node.podBlock().orElseThrow().covers(speaker.toPrefix()))
                        .findFirst())
                .map(Box::name)
                .orElse(address);
    }
}
