package org.paywitness.refund;

import java.time.Duration;
import java.util.Locale;
import org.paywitness.acquirer.Operation;
import org.paywitness.verdict.CardKind;
import org.paywitness.verdict.Policy;

/** What a payment was made with, as far as it matters to how fast money comes back. */
enum PaidWith {
    DEBIT_CARD(CardKind.DEBIT, false),
    /** Also prepaid cards and those of which nobody told the kind: what is not known gets the longer time. */
    CREDIT_CARD(CardKind.CREDIT, false),
    WALLET_BALANCE(CardKind.PREPAID, true),
    /** A bank card behind a wallet. */
    WALLET_CARD(CardKind.DEBIT, true);

    private final String code = name().toLowerCase(Locale.ROOT);
    private final CardKind kind;
    private final boolean viaWallet;

    PaidWith(CardKind kind, boolean viaWallet) {
        this.kind = kind;
        this.viaWallet = viaWallet;
    }

    /** The name on the wire. */
    String code() {
        return code;
    }

    /** How long the money takes to arrive. */
    Duration arrival(Operation route, Policy policy) {
        return policy.arrival(route == Operation.VOID, kind, viaWallet);
    }
}
