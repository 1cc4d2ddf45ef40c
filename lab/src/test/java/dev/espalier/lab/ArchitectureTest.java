package dev.espalier.lab;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The rules of the house that the module system cannot express. Which module may use which is said by the module-infos and
 * checked by javac; here stands what no part of a module may do.
 */
class ArchitectureTest {

    private static final String[] PROTOCOLS = {
        "dev.espalier.net..",
        "dev.espalier.route..",
        "dev.espalier.policy..",
        "dev.espalier.routing..",
        "dev.espalier.bfd..",
        "dev.espalier.bgp..",
        "dev.espalier.flannel..",
    };

    private static JavaClasses house;

    @BeforeAll
    static void readTheHouse() {
        house = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.espalier");
    }

    @Test
    void protocolLogicOpensNoSocketsAndNoFiles() {
        check(noClasses()
                .that()
                .resideInAnyPackage(PROTOCOLS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.nio.channels..", "java.nio.file..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(File|RandomAccess|Print|Console).*"));
    }

    @Test
    void protocolLogicStartsNoThreadsAndWaitsForNothing() {
        check(noClasses()
                .that()
                .resideInAnyPackage(PROTOCOLS)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.Executors")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("java.util.concurrent.locks.."));
    }

    @Test
    void protocolLogicReadsNoClockAndDrawsNoChance() {
        check(noClasses()
                .that()
                .resideInAnyPackage(PROTOCOLS)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.time.Clock"));
    }

    @Test
    void theStateMachineAndTheTablesDoNotKnowTheSessionsOrTheEngine() {
        check(noClasses()
                .that()
                .resideInAnyPackage("dev.espalier.bgp.table..", "dev.espalier.bgp.wire..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.espalier.bgp.fsm..", "dev.espalier.bgp.session..", "dev.espalier.bgp.engine.."));
    }

    @Test
    void onlyLinuxCallsNativeCode() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.espalier.linux..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign.."));
    }

    @Test
    void onlyTheTransportKnowsNetty() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.espalier.transport..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty.."));
    }

    @Test
    void onlyTheEdgesKnowJsonAndYaml() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.espalier.agent.api..",
                        "dev.espalier.agent.pods..", // CNI and its plugins speak JSON
                        "dev.espalier.cli..",
                        "dev.espalier.cni..",
                        "dev.espalier.flannel..", // so do flannel's keys
                        "dev.espalier.ipam..", // and our documents
                        "dev.espalier.stores..",
                        "dev.espalier.objects.document..",
                        "dev.espalier.lab..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.fasterxml.jackson..", "org.snakeyaml.."));
    }

    @Test
    void nobodyIsCalledManagerHelperOrImpl() {
        check(classes().should().haveNameNotMatching(".*(Manager|Helper|Impl|Utils?)(\\$.*)?"));
    }

    private static void check(ArchRule rule) {
        rule.check(house);
    }
}
