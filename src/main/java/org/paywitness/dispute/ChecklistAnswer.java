package org.paywitness.dispute;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.evidence.EvidenceType;
import org.paywitness.evidence.Party;
import org.paywitness.explanation.Language;

/** The checklist on the wire. */
@Schema(name = "Checklist", description = "What each side must show, what helps, and what is still missing.")
public record ChecklistAnswer(
        @Schema(required = true) List<ItemAnswer> items,
        @Schema(required = true, description = "What speaks against a side, whatever it shows.")
                List<WeaknessAnswer> weaknesses,
        @Schema(required = true, description = "Whether the cardholder has shown all that is required.")
                boolean cardholderComplete,
        @Schema(required = true, description = "Whether the merchant has shown all that is required.")
                boolean merchantComplete) {

    /** One line of it. */
    @Schema(name = "ChecklistItem")
    public record ItemAnswer(
            @Schema(required = true) Party side,
            @Schema(required = true) Checklist.Need need,
            @Schema(required = true, description = "Any of these will do; a reprinted slip never does alone.")
                    List<EvidenceType> oneOf,
            @Schema(required = true, description = "weak: there, but not enough by itself.") Checklist.State state,
            @Schema(required = true, examples = "必须提交下列之一：签购单（有签名）、电子签名") String text) {}

    /** What speaks against a side. */
    @Schema(name = "Weakness")
    public record WeaknessAnswer(
            @Schema(required = true) Party side,
            @Schema(required = true) Checklist.Weakness weakness,
            @Schema(required = true) String text) {}

    static ChecklistAnswer of(Checklist checklist, Language language) {
        return new ChecklistAnswer(
                checklist.items().stream()
                        .map(item -> new ItemAnswer(
                                item.side(),
                                item.need(),
                                item.oneOf(),
                                item.state(),
                                DisputeWords.item(item, language)))
                        .toList(),
                checklist.weaknesses().stream()
                        .map(one -> new WeaknessAnswer(one.side(), one, DisputeWords.weakness(one, language)))
                        .toList(),
                checklist.isComplete(Party.CARDHOLDER),
                checklist.isComplete(Party.MERCHANT));
    }

    /** What is required of the side and not there: for each the types of which one would do. */
    static List<List<String>> missing(Checklist checklist, Party side) {
        return checklist.items().stream()
                .filter(item -> item.side() == side
                        && item.need() == Checklist.Need.REQUIRED
                        && item.state() != Checklist.State.PRESENT)
                .map(item -> item.oneOf().stream().map(EvidenceType::code).toList())
                .toList();
    }
}
