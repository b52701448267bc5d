package org.paywitness.transaction;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The disputes of transactions: what the room of disputes, which this one does not know, tells with them. */
public interface DisputesOf {
    /** The TypeIDs of the disputes of these transactions, oldest first; a transaction without any is not in it. */
    Future<Map<UUID, List<String>>> of(Collection<UUID> transactions);
}
