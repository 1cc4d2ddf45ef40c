package dev.espalier.policy;

import static dev.espalier.policy.Routes.communities;
import static dev.espalier.policy.Routes.errors;
import static dev.espalier.policy.Routes.policy;
import static dev.espalier.policy.Routes.prefixes;
import static dev.espalier.policy.Routes.statement;
import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.net.Community;
import dev.espalier.policy.Action.SetCommunity;
import dev.espalier.policy.Action.SetCommunityOption;
import dev.espalier.policy.Condition.CallPolicy;
import dev.espalier.policy.Condition.MatchCommunitySet;
import dev.espalier.policy.Condition.MatchPrefixSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyCompilerTest {

    private static PolicyDefinition asking(Condition condition) {
        return policy("p", statement("s", PolicyResult.ACCEPT, List.of(condition)));
    }

    private static PolicyDefinition doing(Action action) {
        return policy("p", statement("s", PolicyResult.ACCEPT, List.of(), action));
    }

    private static PolicyDefinition calling(String name, String called) {
        return policy(name, statement("s", PolicyResult.ACCEPT, List.of(new CallPolicy(called))));
    }

    @Test
    void anUnknownSetIsNamedWithItsPlaceAndTheNearestKnownName() {
        PolicyDefinition policy = policy(
                "in",
                statement("a", PolicyResult.NEXT, List.of()),
                statement("b", PolicyResult.ACCEPT, List.of(new MatchPrefixSet("custmers", MatchSetOptions.ANY))));

        assertThat(errors(List.of(policy), prefixes("customers"), prefixes("bogons")))
                .containsExactly("policy 'in' statements[1].conditions.matchPrefixSet: "
                        + "there is no prefix set 'custmers'; did you mean 'customers'?");
    }

    @Test
    void aNameThatIsLikeNoOtherIsAnsweredWithAList() {
        assertThat(errors(
                        List.of(asking(new MatchPrefixSet("x", MatchSetOptions.ANY))),
                        prefixes("customers"),
                        prefixes("bogons"),
                        communities("x")))
                .containsExactly("policy 'p' statements[0].conditions.matchPrefixSet: "
                        + "there is no prefix set 'x'; known is 'bogons', 'customers'");
        assertThat(errors(List.of(asking(new MatchPrefixSet("x", MatchSetOptions.ANY)))))
                .containsExactly("policy 'p' statements[0].conditions.matchPrefixSet: "
                        + "there is no prefix set 'x', and no other prefix set either");
    }

    @Test
    void aCircleOfCallsIsRefusedOnceWithTheWayAround() {
        assertThat(errors(List.of(calling("a", "b"), calling("b", "c"), calling("c", "b"))))
                .containsExactly("policy 'c' statements[0].conditions.callPolicy: "
                        + "policies call each other in a circle: b -> c -> b");
        assertThat(errors(List.of(calling("a", "a"))))
                .containsExactly("policy 'a' statements[0].conditions.callPolicy: "
                        + "policies call each other in a circle: a -> a");
    }

    @Test
    void twoWaysToOnePolicyAreNoCircle() {
        PolicyDefinition top = policy(
                "top",
                statement("l", PolicyResult.NEXT, List.of(new CallPolicy("left"))),
                statement("r", PolicyResult.NEXT, List.of(new CallPolicy("right"))));

        assertThat(PolicyCompiler.compile(
                        List.of(top, calling("left", "end"), calling("right", "end"), policy("end")), List.of()))
                .isInstanceOf(PolicyCompiler.Compiled.class);
    }

    @Test
    void aCallOfAnUnknownPolicyIsRefused() {
        assertThat(errors(List.of(calling("in", "tranist"), policy("transit"))))
                .containsExactly("policy 'in' statements[0].conditions.callPolicy: "
                        + "there is no policy 'tranist'; did you mean 'transit'?");
    }

    @Test
    void everyErrorIsFoundInOneGo() {
        assertThat(errors(
                        List.of(
                                asking(new MatchPrefixSet("x", MatchSetOptions.ALL)),
                                asking(new MatchCommunitySet("y", MatchSetOptions.ANY))),
                        prefixes("x"),
                        new DefinedSet.AsPathSet("paths", List.of("^$", "_65000_(")),
                        prefixes("x")))
                .containsExactly(
                        "AS path set 'paths' members[1]: '_65000_(' is wrong at character 8: '(' is not closed",
                        "prefix set 'x' name: there is another prefix set of this name",
                        "policy 'p' name: there is another policy of this name",
                        "policy 'p' statements[0].conditions.matchPrefixSet: 'all' cannot be asked here, "
                                + "since a route has one only; write 'any' or 'invert'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "no-exprot; is not a community",
                "65000; is not a community",
                "65000:65536; is not a community",
                "65000.1; is not a community", // a dot alone makes no expression
                "65000:1*; with * for whole numbers",
                "99999:*; with * for whole numbers",
                "65000:*:*; with * for whole numbers",
                "^65000:x; 'x' never occurs in a community",
            })
    void aMemberThatIsNeitherValueNorPatternIsRefused(String member, String message) {
        assertThat(errors(List.of(), communities("s", "1:1", member)))
                .singleElement()
                .asString()
                .startsWith("community set 's' members[1]: '" + member + "'")
                .contains(message);
    }

    @Test
    void aPolicyThatNamesAWrongSetIsNotReportedAsWell() {
        assertThat(errors(List.of(asking(new MatchCommunitySet("s", MatchSetOptions.ALL))), communities("s", "bad")))
                .hasSize(1);
    }

    @Test
    void everyMemberOfAnEmptySetIsNotAQuestion() {
        assertThat(errors(List.of(asking(new MatchCommunitySet("s", MatchSetOptions.ALL))), communities("s")))
                .singleElement()
                .asString()
                .contains("matchCommunitySet: 's' is empty");
    }

    @Test
    void aPatternCanBeRemovedButNotAdded() {
        DefinedSet set = communities("s", "65000:*");

        assertThat(errors(List.of(doing(new SetCommunity(SetCommunityOption.ADD, List.of(), List.of("s")))), set))
                .containsExactly("policy 'p' statements[0].actions.setCommunity: "
                        + "'s' has patterns among its members, and a pattern can be removed but not added");
        assertThat(PolicyCompiler.compile(
                        List.of(doing(new SetCommunity(SetCommunityOption.REMOVE, List.of(), List.of("s")))),
                        List.of(set)))
                .isInstanceOf(PolicyCompiler.Compiled.class);
    }

    @Test
    void anActionOnCommunitiesNamesSome() {
        assertThat(errors(List.of(doing(new SetCommunity(SetCommunityOption.ADD, List.of(), List.of())))))
                .singleElement()
                .asString()
                .contains("actions.setCommunity: names neither communities nor sets");
        assertThat(errors(List.of(doing(
                        new SetCommunity(SetCommunityOption.ADD, List.of(Community.NO_EXPORT), List.of("nowhere"))))))
                .singleElement()
                .asString()
                .contains("there is no community set 'nowhere'");
    }

    @Test
    void statementsOfOnePolicyHaveDifferentNames() {
        assertThat(errors(List.of(policy(
                        "p",
                        statement("s", PolicyResult.NEXT, List.of()),
                        statement("s", PolicyResult.NEXT, List.of())))))
                .containsExactly("policy 'p' statements[1].name: there is another statement 's' in this policy");
    }

    @Test
    void allPoliciesComeOutInTheOrderOfTheDefinitions() {
        assertThat(PolicyCompiler.compile(List.of(calling("b", "a"), policy("a"), policy("c")), List.of()))
                .isInstanceOfSatisfying(
                        PolicyCompiler.Compiled.class,
                        compiled -> assertThat(compiled.policies().keySet()).containsExactly("b", "a", "c"));
    }
}
