package dev.espalier.objects;

import dev.espalier.net.IpAddress;
import dev.espalier.objects.document.ConfigError;
import dev.espalier.objects.plan.Compilation;
import dev.espalier.objects.plan.Compiler;
import dev.espalier.objects.plan.Plan;
import dev.espalier.route.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The node, the passwords and the files that tests share. */
public final class Examples {

    /** One password file, whose content is its name reversed. */
    public static final SecretReader SECRETS = file -> file.equals("clients.password")
            ? new SecretReader.Answer.Found(Secret.of("drowssap.stneilc"))
            : new SecretReader.Answer.Refused("there is no file " + file, "write the password into it, on one line");

    private Examples() {}

    /** A node with two interfaces and a gateway. */
    public static NodeFacts node() {
        return new NodeFacts(
                "node-1",
                "node-1.example",
                Map.of("rack", "1", "asn", "65101"),
                Map.of("espalier.dev/pod-block", "10.244.3.0/24"),
                List.of(
                        new NodeFacts.Interface("lo", true, addresses("127.0.0.1", "::1")),
                        new NodeFacts.Interface("eth0", false, addresses("fe80::2", "10.1.0.2", "2001:db8:1::2")),
                        new NodeFacts.Interface("eth1", false, List.of()),
                        new NodeFacts.Interface("vrf-red", false, List.of()),
                        new NodeFacts.Interface("vrf-blue", false, List.of())),
                List.of(
                        new NodeFacts.Gateway(IpAddress.parse("10.1.0.1"), "eth0"),
                        new NodeFacts.Gateway(IpAddress.parse("fe80::1"), "eth0")));
    }

    /** Addresses from text. */
    public static List<IpAddress> addresses(String... texts) {
        return Stream.of(texts).map(IpAddress::parse).toList();
    }

    /** The text of a test resource. */
    public static String resource(String name) {
        try (InputStream in = Examples.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no test resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Compiles a text for the node. */
    public static Compilation compile(String text) {
        return compile(text, node());
    }

    /** Compiles a text for a node. */
    public static Compilation compile(String text, NodeFacts node) {
        return Compiler.compile(ObjectSet.parse("test.yaml", text), node, SECRETS);
    }

    /** The plan that a text must compile to. */
    public static Plan plan(String text) {
        return switch (compile(text)) {
            case Compilation.Compiled compiled -> compiled.plan();
            case Compilation.Refused refused -> throw new AssertionError(lines(refused.errors()));
        };
    }

    /** The errors of a text that must not compile, a line each. */
    public static String errors(String text) {
        return switch (compile(text)) {
            case Compilation.Compiled compiled -> throw new AssertionError("compiled to " + compiled.plan());
            case Compilation.Refused refused -> lines(refused.errors());
        };
    }

    /** Errors, a line each. */
    public static String lines(List<ConfigError> errors) {
        return String.join("\n", errors.stream().map(ConfigError::toString).toList());
    }
}
