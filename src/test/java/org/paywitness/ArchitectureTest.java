package org.paywitness;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** How the house is built: see src/docs and the table of rooms in the README. */
class ArchitectureTest {
    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.paywitness");

    private static final String[] FRAMEWORKS_AND_IO = {
        "jakarta..",
        "io.quarkus..",
        "io.vertx..",
        "io.smallrye..",
        "io.micrometer..",
        "org.eclipse.microprofile..",
        "java.net..",
        "java.sql..",
        "java.nio.file.."
    };

    @Test
    void vocabularyKnowsNoFrameworkAndNoIo() {
        noClasses()
                .that(resideInAPackage("org.paywitness.money..")
                        .or(resideInAPackage("org.paywitness.verdict..").and(isNotOfHttp()))
                        .or(
                                HasName.Predicates.nameMatching(
                                        "org\\.paywitness\\.fee\\.(Percent|Rounding|Fee|FeeSchedule|FeeTable|FeeMismatch)(\\$.*)?"))
                        .or(HasName.Predicates.nameMatching(
                                "org\\.paywitness\\.problem\\.Problem(Texts|Document)?(\\$.*)?")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FRAMEWORKS_AND_IO)
                .check(HOUSE);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching("org.paywitness.(*)..").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void namesSayWhatThingsAre() {
        noClasses()
                .should()
                .haveNameMatching(".*(Service|Impl|Utils?|Helper|Manager|Dto|DTO|Common)(\\$.*)?")
                .because("such a name says nothing of the subject")
                .check(HOUSE);
    }

    @Test
    void nobodyDependsOnDevelopment() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.paywitness.dev..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.paywitness.dev..")
                .because("it is not in the artifact")
                .check(HOUSE);
    }

    /** A word of its own in a name: pan, cardPan, PAN_LENGTH; not panel, span or japan. */
    private static final String PAN = ".*(^|[^A-Za-z])pan([^a-z].*|$)|.*[a-z0-9_]Pan([^a-z].*|$)|.*(^|_)PAN(_.*|$)";

    @Test
    void onlyCardHandlesCardNumbers() {
        members()
                .that()
                .areDeclaredInClassesThat(resideOutsideOfPackages("org.paywitness.card.."))
                .should()
                .haveNameNotMatching(PAN)
                .because("a card number is seen in one room only")
                .check(HOUSE);
    }

    @Test
    void onlyCardHasClassesOfCardNumbers() {
        classes()
                .that()
                .resideOutsideOfPackage("org.paywitness.card..")
                .should()
                .haveNameNotMatching(".*[.$]Pan([^a-z].*|$)|.*[a-z0-9]Pan([^a-z].*|$)")
                .check(HOUSE);
    }

    @Test
    void onlyTheDatabaseRoomUsesJdbc() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.paywitness.database..", "org.paywitness.dev..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "javax.sql..", "org.flywaydb..")
                .because("JDBC blocks: it is for migrations only")
                .check(HOUSE);
    }

    @Test
    void onlyThoseWhoJustWantToKnowAskReplicas() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.paywitness.lookup..")
                .and()
                .doNotHaveFullyQualifiedName("org.paywitness.transaction.TransactionFinder")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.paywitness.lookup.ScaledLookup")
                .because("a replica may lag, and whatever decides on money must see all of it")
                .check(HOUSE);
        noClasses()
                .that()
                .resideOutsideOfPackages("org.paywitness.transaction..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.paywitness.transaction.TransactionFinder")
                .check(HOUSE);
    }

    // What speaks HTTP or SQL of verdicts lives beside them and is named for it.
    private static DescribedPredicate<JavaClass> isNotOfHttp() {
        return DescribedPredicate.not(HasName.Predicates.nameMatching(".*(Resource|Json)(\\$.*)?"));
    }
}
