package org.paywitness.transaction;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.UUID;

/** Where this room learns which transactions have changed, wherever they were written and also when only time has passed. */
public interface ChangeFeed {
    /** Who is told. Called on any thread; must not block. */
    interface Listener {
        /** Whether anybody wants to know at present: then nothing that changes may be left out. */
        boolean isAnybodyThere();

        /** Something of these was committed: their verdict, or what they were merged into. Some may be told more than once. */
        void changed(Collection<UUID> transactions);
    }

    /** To be called once, before anything is asked. */
    void tell(Listener listener);

    /** Completes when every change that is committed from then on will be told. Fails where the database is away. */
    Future<Void> ready();

    /** Whether all that was committed until a moment ago is told. */
    boolean isCurrent();
}
