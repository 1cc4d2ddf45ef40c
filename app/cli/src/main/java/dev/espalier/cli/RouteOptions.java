package dev.espalier.cli;

import dev.espalier.net.Asn;
import dev.espalier.net.Community;
import dev.espalier.net.ExtendedCommunity;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.net.LargeCommunity;
import dev.espalier.policy.InstallProtocol;
import dev.espalier.route.AsPath;
import dev.espalier.route.Origin;
import dev.espalier.route.PathAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A route on the command line. Whatever cannot be read is an error that names its option. */
final class RouteOptions {

    private static final long MAX_UNSIGNED_32 = 0xFFFF_FFFFL;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(names = "--prefix", required = true, paramLabel = "PREFIX", description = "The route's prefix.")
    private String prefix = "";

    @Option(names = "--as-path", paramLabel = "ASNS", description = "Its AS path, such as \"65001 65002\".")
    private String asPath = "";

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            description = "igp (the default), egp or incomplete (the default with --redistribute).")
    private @Nullable String origin;

    @Option(names = "--next-hop", paramLabel = "ADDRESS", description = "Its next hop.")
    private @Nullable String nextHop;

    @Option(names = "--med", paramLabel = "NUMBER", description = "Its MED.")
    private @Nullable String med;

    @Option(names = "--local-pref", paramLabel = "NUMBER", description = "Its local preference.")
    private @Nullable String localPref;

    @Option(names = "--community", paramLabel = "N:N", description = "A community; may be repeated.")
    private List<String> communities = new ArrayList<>();

    @Option(names = "--ext-community", paramLabel = "rt:N:N", description = "An extended community; may be repeated.")
    private List<String> extCommunities = new ArrayList<>();

    @Option(names = "--large-community", paramLabel = "N:N:N", description = "A large community; may be repeated.")
    private List<String> largeCommunities = new ArrayList<>();

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "Where it comes from: ebgp, ibgp, local, leaked, connected, static or kernel.")
    private @Nullable String source;

    /** For picocli. */
    RouteOptions() {}

    IpPrefix prefix() {
        return read("--prefix", prefix, IpPrefix::parse);
    }

    /** Null when it was not said. */
    @Nullable
    InstallProtocol source() {
        return source == null ? null : read("--source", source, text -> word(InstallProtocol.values(), text));
    }

    /**
     * Its attributes.
     *
     * @param usualOrigin its origin where nothing else is said
     */
    PathAttributes attributes(Origin usualOrigin) {
        PathAttributes.Builder route = PathAttributes.builder()
                .origin(origin == null ? usualOrigin : read("--origin", origin, text -> word(Origin.values(), text)))
                .asPath(read("--as-path", asPath, RouteOptions::asPath));
        if (nextHop != null) {
            route.nextHop(read("--next-hop", nextHop, IpAddress::parse));
        }
        if (med != null) {
            route.med(read("--med", med, RouteOptions::unsigned32));
        }
        if (localPref != null) {
            route.localPref(read("--local-pref", localPref, RouteOptions::unsigned32));
        }
        // An attribute that is there but empty would be another route.
        List<Community> standard = readAll("--community", communities, Community::parse);
        List<ExtendedCommunity> extended = readAll("--ext-community", extCommunities, ExtendedCommunity::parse);
        List<LargeCommunity> large = readAll("--large-community", largeCommunities, LargeCommunity::parse);
        if (!standard.isEmpty()) {
            route.communities(standard);
        }
        if (!extended.isEmpty()) {
            route.extendedCommunities(extended);
        }
        if (!large.isEmpty()) {
            route.largeCommunities(large);
        }
        return route.build();
    }

    /** Reads what stands behind an option; the readers' own sentences say what is wrong with it. */
    <T> T read(String option, String text, Function<String, T> reader) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(
                    Objects.requireNonNull(command).commandLine(),
                    "Invalid value for option '" + option + "': " + wrong.getMessage(),
                    wrong);
        }
    }

    private <T> List<T> readAll(String option, List<String> texts, Function<String, T> reader) {
        return texts.stream().map(text -> read(option, text, reader)).toList();
    }

    private static AsPath asPath(String text) {
        List<Asn> asns = Stream.of(text.trim().split("\\s+"))
                .filter(word -> !word.isEmpty())
                .map(Asn::parse)
                .toList();
        return asns.isEmpty() ? AsPath.EMPTY : AsPath.sequence(asns);
    }

    private static int unsigned32(String text) {
        if (text.matches("[0-9]{1,10}") && Long.parseLong(text) <= MAX_UNSIGNED_32) {
            return Integer.parseUnsignedInt(text);
        }
        throw new IllegalArgumentException("'" + text + "' is not a number from 0 to " + MAX_UNSIGNED_32);
    }

    /** One of the constants by its lower-case name. */
    static <E extends Enum<E>> E word(E[] constants, String text) {
        List<String> words = new ArrayList<>();
        for (E constant : constants) {
            String word = constant.name().toLowerCase(Locale.ROOT);
            if (word.equals(text)) {
                return constant;
            }
            words.add(word);
        }
        throw new IllegalArgumentException("'" + text + "' is none of " + String.join(", ", words));
    }
}
