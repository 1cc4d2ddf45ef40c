package dev.espalier.policy;

import static dev.espalier.policy.Routes.communities;
import static dev.espalier.policy.Routes.compiled;
import static dev.espalier.policy.Routes.path;
import static dev.espalier.policy.Routes.policy;
import static dev.espalier.policy.Routes.prefixes;
import static dev.espalier.policy.Routes.route;
import static dev.espalier.policy.Routes.statement;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.net.Community;
import dev.espalier.net.IpPrefix;
import dev.espalier.policy.Action.SetCommunity;
import dev.espalier.policy.Action.SetCommunityOption;
import dev.espalier.policy.Action.SetLocalPref;
import dev.espalier.policy.Action.SetMed;
import dev.espalier.policy.Condition.CallPolicy;
import dev.espalier.policy.Condition.LocalPrefEq;
import dev.espalier.policy.Condition.MatchCommunitySet;
import dev.espalier.policy.Condition.MatchPrefixSet;
import dev.espalier.policy.Condition.MedEq;
import dev.espalier.policy.Policy.TraceLine;
import dev.espalier.policy.Policy.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyTest {

    private static final DefinedSet TEN = prefixes("ten", "10.0.0.0/8 8..32");
    private static final Condition IN_TEN = new MatchPrefixSet("ten", MatchSetOptions.ANY);

    private static PolicyDefinition undecided(String name, Statement... statements) {
        return new PolicyDefinition(name, List.of(statements), DefaultAction.NEXT_POLICY);
    }

    @Test
    void theFirstStatementThatDecidesHasDecided() {
        Policy policy = compiled(
                policy(
                        "in",
                        statement("no-ten", PolicyResult.REJECT, List.of(IN_TEN)),
                        statement("rest", PolicyResult.ACCEPT, List.of())),
                TEN);

        assertThat(policy.judge(route("10.0.0.0/8"))).isEqualTo(new Verdict(null, "in", "no-ten"));
        assertThat(policy.judge(route("192.0.2.0/24")).because()).isEqualTo("policy 'in' statement 'rest'");
    }

    @Test
    void allConditionsOfAStatementMustHold() {
        Policy policy = compiled(policy("in", statement("s", PolicyResult.ACCEPT, List.of(IN_TEN, new MedEq(5)))), TEN);

        assertThat(policy.judge(route("10.0.0.0/8", b -> b.med(5))).accepted()).isTrue();
        assertThat(policy.judge(route("10.0.0.0/8", b -> b.med(6))).accepted()).isFalse();
        assertThat(policy.judge(route("11.0.0.0/8", b -> b.med(5))).accepted()).isFalse();
    }

    @Test
    void anUnchangedRouteKeepsTheVerySameAttributes() {
        Policy policy = compiled(policy(
                "in",
                statement("same", PolicyResult.NEXT, List.of(), new SetLocalPref(100)),
                statement("there", PolicyResult.NEXT, List.of(), SetMed.parse("+7")),
                statement("back", PolicyResult.ACCEPT, List.of(), SetMed.parse("-7"))));
        PolicyRoute route = route("10.0.0.0/8", b -> b.localPref(100).med(3));

        assertThat(policy.judge(route).attributes()).isSameAs(route.attributes);
    }

    @Test
    void judgingLeavesTheRouteAsItIs() {
        Policy policy = compiled(policy("in", statement("s", PolicyResult.ACCEPT, List.of(), new SetLocalPref(7))));
        PolicyRoute route = route("10.0.0.0/8");
        var before = route.attributes;

        assertThat(policy.judge(route)).isEqualTo(policy.judge(route));
        assertThat(route.attributes).isSameAs(before);
    }

    @Test
    void aLaterStatementSeesWhatAnEarlierOneChanged() {
        SetCommunity tag = new SetCommunity(SetCommunityOption.ADD, List.of(Community.parse("1:1")), List.of());
        Policy policy = compiled(
                policy(
                        "in",
                        statement(
                                "looked-already",
                                PolicyResult.REJECT,
                                List.of(new MatchCommunitySet("tagged", MatchSetOptions.ANY))),
                        statement("tag", PolicyResult.NEXT, List.of(), tag),
                        statement(
                                "take",
                                PolicyResult.ACCEPT,
                                List.of(new MatchCommunitySet("tagged", MatchSetOptions.ANY)))),
                communities("tagged", "1:1"));

        Verdict verdict = policy.judge(route("10.0.0.0/8"));

        assertThat(verdict.statement()).isEqualTo("take");
        assertThat(verdict.attributes().communities()).containsExactly(Community.parse("1:1"));
    }

    @Test
    void theDefaultActionDecidesWhereNoStatementDoes() {
        Statement change = statement("change", PolicyResult.NEXT, List.of(), new SetLocalPref(7));
        PolicyRoute route = route("10.0.0.0/8");

        Verdict accepted = compiled(new PolicyDefinition("p", List.of(change), DefaultAction.ACCEPT))
                .judge(route);
        assertThat(accepted.attributes().localPref()).isEqualTo(7);
        assertThat(accepted.because()).isEqualTo("policy 'p' default action");
        assertThat(compiled(policy("p", change)).judge(route)).isEqualTo(new Verdict(null, "p", null));
        assertThat(compiled(undecided("p", change)).judge(route).accepted()).isFalse();
    }

    @Test
    void theBuiltInPoliciesTakeAllOrNothing() {
        PolicyRoute route = route("10.0.0.0/8");

        assertThat(Policies.acceptAll().judge(route).attributes()).isSameAs(route.attributes);
        assertThat(Policies.rejectAll().judge(route).accepted()).isFalse();
        assertThat(Policies.rejectAll().judge(route).because()).isEqualTo("policy 'reject-all' default action");
    }

    @Test
    void aChainGoesOnUntilAPolicyDecidesAndKeepsTheChanges() {
        Policy raise =
                compiled(undecided("raise", statement("s", PolicyResult.NEXT, List.of(), new SetLocalPref(200))));
        Policy take = compiled(policy("take", statement("raised", PolicyResult.ACCEPT, List.of(new LocalPrefEq(200)))));
        PolicyRoute route = route("10.0.0.0/8");

        Verdict verdict = Policies.chain("import", List.of(raise, take), DefaultAction.REJECT)
                .judge(route);
        assertThat(verdict.because()).isEqualTo("policy 'take' statement 'raised'");
        assertThat(verdict.attributes().localPref()).isEqualTo(200);
        assertThat(Policies.chain("import", List.of(take, raise), DefaultAction.ACCEPT)
                        .judge(route)
                        .accepted())
                .isFalse();
        assertThat(Policies.chain("import", List.of(raise), DefaultAction.ACCEPT)
                        .judge(route)
                        .because())
                .isEqualTo("policy 'import' default action");
        assertThat(Policies.chain("import", List.of(), DefaultAction.REJECT)
                        .judge(route)
                        .accepted())
                .isFalse();
    }

    @Test
    void aChainTakesOnlyPoliciesThatCanLeaveARouteUndecided() {
        Policy foreign = new Policy() {
            @Override
            public String name() {
                return "foreign";
            }

            @Override
            public Verdict judge(PolicyRoute route) {
                return new Verdict(null, "foreign", null);
            }
        };

        assertThatThrownBy(() -> Policies.chain("c", List.of(foreign), DefaultAction.REJECT))
                .hasMessageContaining("'foreign'");
    }

    @Test
    void aCalledPolicyIsAConditionAndItsChangesCountOnlyWhereTheStatementMatches() {
        PolicyDefinition main = policy(
                "main",
                // Asked last although it stands first: the other condition fails, so nothing is changed.
                statement("one", PolicyResult.NEXT, List.of(new CallPolicy("raise"), new MedEq(9))),
                // The second call fails after the first has changed the route.
                statement("two", PolicyResult.NEXT, List.of(new CallPolicy("raise"), new CallPolicy("undecided"))),
                statement("untouched", PolicyResult.NEXT, List.of(new LocalPrefEq(200)), SetMed.parse("66")),
                statement("three", PolicyResult.ACCEPT, List.of(new CallPolicy("raise"))));
        PolicyDefinition raise = policy("raise", statement("s", PolicyResult.ACCEPT, List.of(), new SetLocalPref(200)));
        Policy policy = compiled(List.of(main, raise, undecided("undecided")));

        Verdict verdict = policy.judge(route("10.0.0.0/8"));

        assertThat(verdict.because()).isEqualTo("policy 'main' statement 'three'");
        assertThat(verdict.attributes().localPref()).isEqualTo(200);
        assertThat(verdict.attributes().hasMed()).isFalse();
    }

    @Test
    void anExplanationNamesTheConditionThatFailedAndWhatItSaw() {
        Policy policy = compiled(
                new PolicyDefinition(
                        "in",
                        List.of(
                                statement("ten", PolicyResult.ACCEPT, List.of(IN_TEN)),
                                statement(
                                        "raise",
                                        PolicyResult.NEXT,
                                        List.of(),
                                        new SetLocalPref(200),
                                        SetMed.parse("+5")),
                                statement(
                                        "path",
                                        PolicyResult.REJECT,
                                        List.of(new Condition.MatchAsPathSet("own", MatchSetOptions.ANY)))),
                        DefaultAction.ACCEPT),
                TEN,
                new DefinedSet.AsPathSet("own", List.of("^$")));
        PolicyRoute route = route("192.0.2.0/24", b -> b.asPath(path(65001, 65002)));

        Policy.Explanation explanation = policy.explain(route);

        assertThat(explanation.verdict()).isEqualTo(policy.judge(route));
        assertThat(explanation.trace().stream().map(TraceLine::toString))
                .containsExactly(
                        "policy 'in' statement 'ten' does not match: matchPrefixSet any 'ten' does not hold: "
                                + "the prefix is 192.0.2.0/24",
                        "policy 'in' statement 'raise' matches: setLocalPref 200, setMed +5, next statement",
                        "policy 'in' statement 'path' does not match: matchAsPathSet any 'own' does not hold: "
                                + "the AS path is [65001 65002]",
                        "policy 'in' default action: accept");
    }

    @Test
    void theLinesOfACalledPolicyStandBeforeThoseOfItsCaller() {
        Policy policy = compiled(List.of(
                policy("main", statement("s", PolicyResult.ACCEPT, List.of(new CallPolicy("called")))),
                policy("called")));

        assertThat(policy.explain(route("10.0.0.0/8")).trace().stream().map(TraceLine::toString))
                .containsExactly(
                        "policy 'called' default action: reject",
                        "policy 'main' statement 's' does not match: callPolicy 'called' does not hold: "
                                + "that policy does not accept the route",
                        "policy 'main' default action: reject");
    }

    @Test
    void policiesAreEqualWhenEverythingTheyReferToIs() {
        PolicyDefinition caller =
                policy("caller", statement("s", PolicyResult.ACCEPT, List.of(new CallPolicy("called"))));
        PolicyDefinition called = policy("called", statement("s", PolicyResult.ACCEPT, List.of(IN_TEN)));
        Policy first = compiled(List.of(caller, called), TEN);

        assertThat(compiled(List.of(caller, called), prefixes("unused", "::/0"), prefixes("ten", "10.0.0.0/8 8..32")))
                .isEqualTo(first)
                .hasSameHashCodeAs(first);
        assertThat(compiled(List.of(caller, called), prefixes("ten", "10.0.0.0/8 8..31")))
                .isNotEqualTo(first);
        assertThat(compiled(List.of(caller, policy("called")), TEN)).isNotEqualTo(first);
        assertThat(Policies.chain("c", List.of(first), DefaultAction.REJECT))
                .isEqualTo(Policies.chain("c", List.of(compiled(List.of(caller, called), TEN)), DefaultAction.REJECT))
                .isNotEqualTo(Policies.chain("c", List.of(first), DefaultAction.ACCEPT));
    }

    @Test
    void aPolicyDependsOnTheNeighborOnlyWhereItOrOneThatItCallsAsks() {
        Condition fromThem = new Condition.MatchNeighborSet("them", MatchSetOptions.ANY);
        DefinedSet them = new DefinedSet.NeighborSet("them", List.of(IpPrefix.parse("192.0.2.0/24")));
        PolicyDefinition asking = policy("asking", statement("s", PolicyResult.ACCEPT, List.of(fromThem)));
        PolicyDefinition calling =
                policy("calling", statement("s", PolicyResult.ACCEPT, List.of(new CallPolicy("asking"))));
        Policy quiet = compiled(policy("quiet", statement("s", PolicyResult.ACCEPT, List.of(IN_TEN))), TEN);

        assertThat(quiet.dependsOnNeighbor()).isFalse();
        assertThat(Policies.acceptAll().dependsOnNeighbor()).isFalse();
        assertThat(compiled(asking, them).dependsOnNeighbor()).isTrue();
        assertThat(compiled(List.of(calling, asking), them).dependsOnNeighbor()).isTrue();
        assertThat(Policies.chain("c", List.of(quiet, Policies.rejectAll()), DefaultAction.REJECT)
                        .dependsOnNeighbor())
                .isFalse();
        assertThat(Policies.chain("c", List.of(quiet, compiled(asking, them)), DefaultAction.REJECT)
                        .dependsOnNeighbor())
                .isTrue();
    }
}
