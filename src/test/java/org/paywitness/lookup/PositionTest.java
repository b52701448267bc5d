package org.paywitness.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PositionTest {
    @Test
    void isReadAsItIsWritten() {
        assertEquals(new Position(1, 0x16B3748L), Position.parse("1-0/16B3748"));
        assertEquals("1-0/16B3748", new Position(1, 0x16B3748L).toString());
        assertEquals(Position.BEYOND, Position.parse("4294967295-FFFFFFFF/FFFFFFFF"));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            Position any = new Position(random.nextInt(Integer.MAX_VALUE), random.nextLong());
            assertEquals(any, Position.parse(any.toString()), () -> "seed " + seed);
        }
    }

    @Test
    void nothingElseIsRead() {
        for (String text : List.of("", "1", "-", "1-/", "1-0/", "1-/0", "0/1", "1-0/g", "1-0/a", "-1-0/0", "1-0/0 ")) {
            assertNull(Position.parse(text), text);
        }
        assertNull(Position.parse("4294967296-0/0"));
        assertNull(Position.parse("1-123456789/0"));
    }

    @Test
    void coversWhatIsBeforeIt() {
        Position here = new Position(2, 100);
        assertTrue(here.covers(here));
        assertTrue(here.covers(new Position(2, 99)));
        assertFalse(here.covers(new Position(2, 101)));
        // A promotion's past is its own too; its future, and who goes on without it, are not.
        assertTrue(here.covers(new Position(1, 100)));
        assertFalse(here.covers(new Position(1, 101)));
        assertFalse(here.covers(new Position(3, 50)));
        // Unsigned.
        assertFalse(here.covers(new Position(2, -1)));
        assertTrue(new Position(2, -1).covers(here));
        assertFalse(new Position(9, Long.MAX_VALUE).covers(Position.BEYOND));
    }
}
