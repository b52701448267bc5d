package org.paywitness.dispute;

import static org.paywitness.evidence.EvidenceType.BANK_STATEMENT;
import static org.paywitness.evidence.EvidenceType.CCTV;
import static org.paywitness.evidence.EvidenceType.CHAT_LOG;
import static org.paywitness.evidence.EvidenceType.DELIVERY_PROOF;
import static org.paywitness.evidence.EvidenceType.E_SIGNATURE;
import static org.paywitness.evidence.EvidenceType.INVOICE;
import static org.paywitness.evidence.EvidenceType.OTHER;
import static org.paywitness.evidence.EvidenceType.PHOTO;
import static org.paywitness.evidence.EvidenceType.PIN_OR_CHIP_RECORD;
import static org.paywitness.evidence.EvidenceType.REFUND_PROOF;
import static org.paywitness.evidence.EvidenceType.REPRINTED_SLIP;
import static org.paywitness.evidence.EvidenceType.SLIP;
import static org.paywitness.evidence.EvidenceType.SMS_SCREENSHOT;
import static org.paywitness.evidence.EvidenceType.TERMINAL_REPORT;
import static org.paywitness.evidence.EvidenceType.WITNESS_STATEMENT;
import static org.paywitness.evidence.Party.CARDHOLDER;
import static org.paywitness.evidence.Party.MERCHANT;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.evidence.EvidenceType;
import org.paywitness.evidence.Party;

/**
 * What each side must show, what helps and what is still missing, by the reason of the dispute and by what the record
 * knows of the payment. Pure.
 *
 * @param items in order of weight
 * @param weaknesses what speaks against a side, whatever it shows
 */
public record Checklist(List<Item> items, List<Weakness> weaknesses) {
    /** How much it matters. */
    @Schema(name = "ChecklistNeed")
    public enum Need {
        /** Without it the side's case is not complete. */
        REQUIRED,
        HELPFUL;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether it is there. */
    @Schema(name = "ChecklistState")
    public enum State {
        PRESENT,
        /** There, but not enough by itself: a reprint says only what our record says. */
        WEAK,
        MISSING;

        /** The name on the wire. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param oneOf any of these will do */
    public record Item(Party side, Need need, List<EvidenceType> oneOf, State state) {}

    /** What speaks against a side. */
    @Schema(name = "WeaknessKind")
    public enum Weakness {
        /** The payment was verified by chip or PIN: a denial alone is not believed. */
        PIN_OR_CHIP(CARDHOLDER),
        /** The terminal was reported lost or stolen before the payment. */
        TERMINAL_LOST_BEFORE(MERCHANT),
        /** A reprinted slip is all that the merchant shows. */
        REPRINTED_SLIP_ALONE(MERCHANT);

        private final Party side;

        Weakness(Party side) {
            this.side = side;
        }

        Party side() {
            return side;
        }

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What the record knows of the payment.
     *
     * @param chip paid by chip
     * @param lostBefore its terminal was reported lost or stolen before it
     */
    public record Known(boolean chip, boolean lostBefore) {
        static final Known NOTHING = new Known(false, false);
    }

    private record Rule(Party side, Need need, List<EvidenceType> oneOf) {}

    private static final Map<Reason, List<Rule>> RULES = new EnumMap<>(Reason.class);

    static {
        rules(
                Reason.UNRECOGNIZED,
                required(MERCHANT, SLIP, E_SIGNATURE, PIN_OR_CHIP_RECORD, REPRINTED_SLIP),
                helpful(MERCHANT, CCTV, DELIVERY_PROOF, INVOICE),
                helpful(CARDHOLDER, WITNESS_STATEMENT, SMS_SCREENSHOT, BANK_STATEMENT));
        rules(
                Reason.NO_SLIP,
                required(MERCHANT, SLIP, E_SIGNATURE, INVOICE, REPRINTED_SLIP),
                helpful(MERCHANT, TERMINAL_REPORT, CCTV),
                helpful(CARDHOLDER, SMS_SCREENSHOT, BANK_STATEMENT, PHOTO));
        rules(
                Reason.NOT_COMPLETED_BUT_DEBITED,
                required(CARDHOLDER, BANK_STATEMENT, SMS_SCREENSHOT),
                required(MERCHANT, SLIP, E_SIGNATURE, DELIVERY_PROOF, REFUND_PROOF, REPRINTED_SLIP),
                helpful(MERCHANT, TERMINAL_REPORT, CCTV));
        rules(
                Reason.DUPLICATE,
                required(CARDHOLDER, BANK_STATEMENT, SMS_SCREENSHOT),
                required(MERCHANT, SLIP, E_SIGNATURE, INVOICE, REFUND_PROOF, REPRINTED_SLIP),
                helpful(MERCHANT, TERMINAL_REPORT, CCTV));
        rules(
                Reason.AMOUNT_DIFFERS,
                required(CARDHOLDER, SLIP, PHOTO, INVOICE, BANK_STATEMENT, SMS_SCREENSHOT),
                required(MERCHANT, SLIP, E_SIGNATURE, INVOICE, REPRINTED_SLIP),
                helpful(MERCHANT, CCTV, CHAT_LOG));
        rules(
                Reason.REFUND_NOT_RECEIVED,
                required(CARDHOLDER, BANK_STATEMENT),
                required(MERCHANT, REFUND_PROOF),
                helpful(CARDHOLDER, CHAT_LOG, SMS_SCREENSHOT));
        rules(
                Reason.NOT_DELIVERED,
                required(MERCHANT, DELIVERY_PROOF),
                helpful(MERCHANT, CHAT_LOG, INVOICE),
                helpful(CARDHOLDER, CHAT_LOG, INVOICE));
        rules(
                Reason.NOT_AS_DESCRIBED,
                required(CARDHOLDER, PHOTO, CHAT_LOG),
                required(MERCHANT, INVOICE, PHOTO, CHAT_LOG),
                helpful(CARDHOLDER, INVOICE, WITNESS_STATEMENT));
        rules(
                Reason.TERMINAL_LOST,
                required(MERCHANT, TERMINAL_REPORT),
                required(MERCHANT, SLIP, E_SIGNATURE, PIN_OR_CHIP_RECORD, REPRINTED_SLIP),
                helpful(MERCHANT, CCTV, WITNESS_STATEMENT),
                helpful(CARDHOLDER, SMS_SCREENSHOT, BANK_STATEMENT));
        rules(
                Reason.COUNTERFEIT_OR_STOLEN_CARD,
                required(CARDHOLDER, WITNESS_STATEMENT, OTHER),
                required(MERCHANT, SLIP, E_SIGNATURE, PIN_OR_CHIP_RECORD, REPRINTED_SLIP),
                helpful(MERCHANT, CCTV));
        rules(
                Reason.CANCELED,
                required(CARDHOLDER, CHAT_LOG, SMS_SCREENSHOT, INVOICE),
                required(MERCHANT, REFUND_PROOF, CHAT_LOG, DELIVERY_PROOF, INVOICE),
                helpful(CARDHOLDER, BANK_STATEMENT));
    }

    private static void rules(Reason reason, Rule... rules) {
        RULES.put(reason, List.of(rules));
    }

    private static Rule required(Party side, EvidenceType... oneOf) {
        return new Rule(side, Need.REQUIRED, List.of(oneOf));
    }

    private static Rule helpful(Party side, EvidenceType... oneOf) {
        return new Rule(side, Need.HELPFUL, List.of(oneOf));
    }

    /** @param shown the types that each side has shown so far */
    public static Checklist of(Reason reason, Map<Party, Set<EvidenceType>> shown, Known known) {
        Set<EvidenceType> merchant = shown.getOrDefault(MERCHANT, Set.of());
        List<Rule> rules = new ArrayList<>(RULES.get(reason));
        List<Weakness> weaknesses = new ArrayList<>();
        boolean verified = known.chip() || merchant.contains(PIN_OR_CHIP_RECORD);
        if (reason == Reason.UNRECOGNIZED && verified && !known.lostBefore()) {
            weaknesses.add(Weakness.PIN_OR_CHIP);
            rules.add(required(CARDHOLDER, WITNESS_STATEMENT, SMS_SCREENSHOT, BANK_STATEMENT));
        }
        if (known.lostBefore()) {
            weaknesses.add(Weakness.TERMINAL_LOST_BEFORE);
            rules.add(required(MERCHANT, CCTV, WITNESS_STATEMENT));
        }
        List<Item> items = new ArrayList<>();
        for (Need need : Need.values()) {
            for (Rule rule : rules) {
                if (rule.need() == need) {
                    Set<EvidenceType> of = shown.getOrDefault(rule.side(), Set.of());
                    items.add(new Item(rule.side(), need, rule.oneOf(), state(rule, of)));
                }
            }
        }
        if (items.stream().anyMatch(item -> item.need() == Need.REQUIRED && item.state() == State.WEAK)) {
            weaknesses.add(Weakness.REPRINTED_SLIP_ALONE);
        }
        return new Checklist(List.copyOf(items), List.copyOf(weaknesses));
    }

    private static State state(Rule rule, Set<EvidenceType> shown) {
        boolean weak = false;
        for (EvidenceType type : rule.oneOf()) {
            if (shown.contains(type)) {
                if (type != REPRINTED_SLIP) {
                    return State.PRESENT;
                }
                weak = true;
            }
        }
        return weak ? State.WEAK : State.MISSING;
    }

    /** Whether the side has shown all that is required of it. */
    public boolean isComplete(Party side) {
        return items.stream()
                .noneMatch(
                        item -> item.side() == side && item.need() == Need.REQUIRED && item.state() != State.PRESENT);
    }
}
