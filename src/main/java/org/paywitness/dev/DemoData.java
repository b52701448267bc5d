package org.paywitness.dev;

import io.quarkus.arc.profile.IfBuildProfile;
import jakarta.inject.Singleton;
import java.util.Optional;

/** A day of payments that shows every verdict. Empty as yet. */
@Singleton
@IfBuildProfile("dev")
class DemoData {
    /** Path of a verdict worth asking for first, once the data is there. */
    Optional<String> example() {
        return Optional.empty();
    }
}
