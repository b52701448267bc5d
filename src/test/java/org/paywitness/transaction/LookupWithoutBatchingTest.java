package org.paywitness.transaction;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;

/** Sharing statements changes no answer: the same tests, each lookup on its own. */
@QuarkusTest
@TestProfile(LookupWithoutBatchingTest.EachOnItsOwn.class)
class LookupWithoutBatchingTest extends LookupTest {
    public static class EachOnItsOwn implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            // On a busy machine hundreds of statements at once take their time; a lookup that hangs still fails.
            return Map.of("paywitness.lookup.batching", "false", "paywitness.lookup.deadline", "30s");
        }
    }
}
