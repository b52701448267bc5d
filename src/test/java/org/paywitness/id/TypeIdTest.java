package org.paywitness.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypeIdTest {
    /** The valid examples of the TypeID specification, section "Testing". */
    @ParameterizedTest
    @CsvSource({
        "00000000-0000-0000-0000-000000000000, txn_00000000000000000000000000",
        "00000000-0000-0000-0000-000000000001, txn_00000000000000000000000001",
        "00000000-0000-0000-0000-00000000000a, txn_0000000000000000000000000a",
        "00000000-0000-0000-0000-000000000020, txn_00000000000000000000000010",
        "ffffffff-ffff-ffff-ffff-ffffffffffff, txn_7zzzzzzzzzzzzzzzzzzzzzzzzz",
        "01890a5d-ac96-774b-bcce-b302099a8057, txn_01h455vb4pex5vsknk084sn02q"
    })
    void readsAndWritesAsSpecified(UUID id, String text) {
        assertEquals(text, TypeId.format("txn", id));
        assertEquals(Optional.of(id), TypeId.parse("txn", text));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "txn",
                "txn_",
                "obs_01h455vb4pex5vsknk084sn02q",
                "txn_01h455vb4pex5vsknk084sn02",
                "txn_01h455vb4pex5vsknk084sn02qq",
                "txn_81h455vb4pex5vsknk084sn02q",
                "txn_01H455VB4PEX5VSKNK084SN02Q",
                "txn_01h455vb4pex5vsknk084sn02i",
                "txn_01h455vb4pex5vsknk084sn02é",
                "txn-01h455vb4pex5vsknk084sn02q"
            })
    void anythingElseIsNoId(String text) {
        assertTrue(TypeId.parse("txn", text).isEmpty());
    }

    @Test
    void idsOfOneProcessIncreaseAndAreOfVersionSeven() {
        UUID last = TypeId.next();
        for (int i = 0; i < 100_000; i++) {
            UUID next = TypeId.next();
            assertTrue(next.compareTo(last) > 0);
            assertEquals(7, next.version());
            assertEquals(2, next.variant());
            last = next;
        }
    }
}
