package dev.espalier.policy;

import dev.espalier.net.Asn;
import dev.espalier.net.IpAddress;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Policy.Verdict;
import dev.espalier.route.AsPath;
import dev.espalier.route.PathAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Routes and policies for tests, in few words. */
final class Routes {

    private Routes() {}

    /** A route from an external neighbour 192.0.2.1 in AS 65001, to us in AS 65000. */
    static PolicyRoute route(String prefix, UnaryOperator<PathAttributes.Builder> attributes) {
        IpPrefix parsed = IpPrefix.parse(prefix);
        PolicyRoute route = new PolicyRoute();
        route.family = parsed.family();
        route.high = parsed.address().high();
        route.low = parsed.address().low();
        route.length = parsed.length();
        route.attributes = attributes.apply(PathAttributes.builder()).build();
        route.source = InstallProtocol.EBGP;
        route.neighbor = IpAddress.parse("192.0.2.1");
        route.neighborAs = new Asn(65001);
        route.localAs = new Asn(65000);
        return route;
    }

    static PolicyRoute route(String prefix) {
        return route(prefix, b -> b);
    }

    static AsPath path(long... asns) {
        return AsPath.sequence(Arrays.stream(asns).mapToObj(Asn::new).toList());
    }

    static DefinedSet.PrefixSet prefixes(String name, String... members) {
        return new DefinedSet.PrefixSet(
                name, Arrays.stream(members).map(Routes::range).toList());
    }

    private static PrefixRange range(String text) {
        String[] words = text.split(" ", 2);
        return PrefixRange.of(IpPrefix.parse(words[0]), words.length == 1 ? "exact" : words[1]);
    }

    static DefinedSet.CommunitySet communities(String name, String... members) {
        return new DefinedSet.CommunitySet(name, List.of(members));
    }

    static Statement statement(String name, PolicyResult result, List<Condition> conditions, Action... actions) {
        return new Statement(name, conditions, List.of(actions), result);
    }

    /** A definition whose default action is to reject. */
    static PolicyDefinition policy(String name, Statement... statements) {
        return new PolicyDefinition(name, List.of(statements), DefaultAction.REJECT);
    }

    /** Compiles definitions that are right, and gives the first. */
    static Policy compiled(List<PolicyDefinition> policies, DefinedSet... sets) {
        return switch (PolicyCompiler.compile(policies, List.of(sets))) {
            case PolicyCompiler.Compiled compiled ->
                compiled.policies().get(policies.getFirst().name());
            case PolicyCompiler.Refused refused -> throw new AssertionError(refused.errors());
        };
    }

    static Policy compiled(PolicyDefinition policy, DefinedSet... sets) {
        return compiled(List.of(policy), sets);
    }

    /** A policy that accepts what meets one condition, and nothing else. */
    static boolean accepts(Condition condition, PolicyRoute route, DefinedSet... sets) {
        Statement only = statement("only", PolicyResult.ACCEPT, List.of(condition));
        return compiled(policy("p", only), sets).judge(route).accepted();
    }

    /** The attributes after some actions on every route. */
    static PathAttributes after(PolicyRoute route, List<Action> actions, DefinedSet... sets) {
        Statement only = new Statement("only", List.of(), actions, PolicyResult.ACCEPT);
        Verdict verdict = compiled(policy("p", only), sets).judge(route);
        assert verdict.attributes() != null;
        return verdict.attributes();
    }

    /** The errors of definitions that are wrong, as people read them. */
    static List<String> errors(List<PolicyDefinition> policies, DefinedSet... sets) {
        return switch (PolicyCompiler.compile(policies, List.of(sets))) {
            case PolicyCompiler.Compiled _ -> throw new AssertionError("compiled");
            case PolicyCompiler.Refused refused ->
                refused.errors().stream().map(PolicyError::toString).toList();
        };
    }
}
