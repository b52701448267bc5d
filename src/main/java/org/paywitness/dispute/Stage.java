package org.paywitness.dispute;

import java.util.Locale;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.evidence.Party;

/** How far a dispute has gone (domain.md, "Disputes"), apart from whose turn it is. */
@Schema(name = "DisputeStage")
public enum Stage {
    /** 沟通核实/调单: the merchant is asked for what it has. */
    INQUIRY,
    /** 协商. */
    NEGOTIATION,
    /** 退单: the card's bank claims the money back. */
    CHARGEBACK,
    /** 再请款: the merchant objects with its evidence. */
    REPRESENTMENT,
    PRE_ARBITRATION,
    /** 仲裁裁判. */
    ARBITRATION,
    /** 诉讼. */
    LEGAL;

    /**
     * The step beyond a stage.
     *
     * @param by who may take it; the desk always may
     * @param then whose turn it is afterwards
     */
    public record Step(Stage to, Set<Party> by, Status then) {}

    private final String code = name().toLowerCase(Locale.ROOT);

    /** The stages that may follow this one. */
    public Set<Stage> next() {
        return switch (this) {
            case INQUIRY -> Set.of(NEGOTIATION, CHARGEBACK);
            case NEGOTIATION -> Set.of(CHARGEBACK);
            case CHARGEBACK -> Set.of(REPRESENTMENT);
            case REPRESENTMENT -> Set.of(PRE_ARBITRATION);
            case PRE_ARBITRATION -> Set.of(ARBITRATION);
            case ARBITRATION -> Set.of(LEGAL);
            case LEGAL -> Set.of();
        };
    }

    /** How a dispute is escalated from here; null where there is nothing beyond. */
    Step escalation() {
        return switch (this) {
            case INQUIRY, NEGOTIATION -> new Step(CHARGEBACK, Set.of(Party.CARDHOLDER), Status.AWAITING_MERCHANT);
            case CHARGEBACK -> new Step(REPRESENTMENT, Set.of(Party.MERCHANT), Status.AWAITING_CARDHOLDER);
            case REPRESENTMENT -> new Step(PRE_ARBITRATION, Set.of(Party.CARDHOLDER), Status.AWAITING_MERCHANT);
            case PRE_ARBITRATION ->
                new Step(ARBITRATION, Set.of(Party.CARDHOLDER, Party.MERCHANT), Status.UNDER_REVIEW);
            case ARBITRATION -> new Step(LEGAL, Set.of(Party.CARDHOLDER, Party.MERCHANT), Status.UNDER_REVIEW);
            case LEGAL -> null;
        };
    }

    /**
     * @return the next stage
     * @throws IllegalStateException if it cannot follow this one
     */
    public Stage to(Stage next) {
        if (!next().contains(next)) {
            throw new IllegalStateException("a dispute at " + code + " cannot go to " + next.code);
        }
        return next;
    }

    /** Whether the card's bank claims the money back from here on. */
    public boolean isClaimed() {
        return compareTo(CHARGEBACK) >= 0;
    }

    /** The name on the wire and in the database. */
    public String code() {
        return code;
    }

    /** The stage of that name, or null. */
    static Stage of(String code) {
        for (Stage stage : values()) {
            if (stage.code.equals(code)) {
                return stage;
            }
        }
        return null;
    }
}
