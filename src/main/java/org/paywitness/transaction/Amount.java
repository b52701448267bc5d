package org.paywitness.transaction;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.paywitness.money.Money;

/** Money on the wire. */
@Schema(name = "Money", description = "An amount in integer minor units: 12800 CNY is ¥128.00.")
public record Amount(
        @Schema(required = true, minimum = "0", maximum = "1000000000000", examples = "12800") long amount,
        @Schema(required = true, pattern = "^[A-Z]{3}$", description = "ISO 4217", examples = "CNY") String currency) {

    /** Null stays null. */
    public static Amount of(Money money) {
        return money == null ? null : new Amount(money.amount(), money.currency());
    }
}
