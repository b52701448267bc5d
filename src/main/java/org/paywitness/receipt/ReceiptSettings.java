package org.paywitness.receipt;

import io.smallrye.config.ConfigMapping;
import java.util.Map;

/** What slips say and no source tells. */
@ConfigMapping(prefix = "paywitness.receipt")
public interface ReceiptSettings {
    /** By merchant id. */
    Map<String, Merchant> merchants();

    /** A merchant as its customers know it. */
    interface Merchant {
        String name();
    }
}
