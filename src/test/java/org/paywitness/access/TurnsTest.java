package org.paywitness.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.paywitness.access.Turns.Refused;

class TurnsTest {
    private static final long MAX_WAIT = 100;

    private final List<String> told = new ArrayList<>();
    private long now;
    private final Turns turns = new Turns(2, 6, 4, MAX_WAIT, () -> now);

    private final class Noted extends Turns.Turn {
        private final String name;

        private Noted(String client, String name, int places) {
            super(client, places);
            this.name = name;
        }

        @Override
        void begin() {
            told.add(name);
        }

        @Override
        void refuse(Refused why) {
            told.add(name + " " + why);
        }
    }

    private Noted enter(String client, String name) {
        return enter(client, name, 1);
    }

    private Noted enter(String client, String name, int places) {
        Noted turn = new Noted(client, name, places);
        turns.enter(turn);
        return turn;
    }

    private List<String> told() {
        List<String> all = List.copyOf(told);
        told.clear();
        return all;
    }

    @Test
    void placesThatBecomeFreeGoToTheClientsInTurn() {
        Noted first = enter("loud", "l1");
        Noted second = enter("loud", "l2");
        enter("loud", "l3");
        enter("loud", "l4");
        enter("quiet", "q1");
        enter("third", "t1");
        assertEquals(List.of("l1", "l2"), told());
        turns.leave(first);
        turns.leave(second);
        assertEquals(List.of("l3", "q1"), told(), "the loud one waits for the others, who came later");
        assertEquals(2, turns.waiting());
    }

    @Test
    void leavingTwiceFreesOnePlace() {
        Noted first = enter("a", "1");
        enter("a", "2");
        enter("a", "3");
        enter("a", "4");
        told();
        turns.leave(first);
        turns.leave(first);
        assertEquals(List.of("3"), told());
        assertEquals(2, turns.taken());
    }

    @Test
    void queuesAreBounded() {
        for (int i = 1; i <= 7; i++) {
            enter("loud", "l" + i);
        }
        assertEquals(List.of("l1", "l2", "l7 CLIENT_WAITING"), told());
        enter("quiet", "q1");
        enter("quiet", "q2");
        enter("quiet", "q3");
        assertEquals(List.of("q3 ALL_WAITING"), told());
        assertEquals(6, turns.waiting());
    }

    @Test
    void whoeverWaitsTooLongIsToldSo() {
        enter("a", "1");
        enter("a", "2");
        enter("a", "3");
        now += MAX_WAIT - 1;
        enter("b", "4");
        turns.sweep();
        assertEquals(List.of("1", "2"), told());
        now++;
        turns.sweep();
        assertEquals(List.of("3 WAITED"), told());
        assertEquals(1, turns.waiting());
    }

    @Test
    void whoeverHangsUpWaitsNoLonger() {
        Noted first = enter("a", "1");
        enter("a", "2");
        Noted gone = enter("a", "3");
        enter("a", "4");
        turns.leave(gone);
        turns.leave(first);
        assertEquals(List.of("1", "2", "4"), told());
    }

    @Test
    void aLargeOneIsNotOvertakenForEver() {
        Noted small = enter("a", "1");
        Noted other = enter("a", "2");
        enter("b", "large", 2);
        turns.leave(small);
        Noted late = enter("c", "3");
        assertEquals(List.of("1", "2"), told());
        turns.leave(other);
        assertEquals(List.of("large"), told());
        assertEquals(1, turns.waiting());
        turns.leave(late);
        assertEquals(0, turns.waiting());
    }

    @Test
    void whatIsLargerThanAllIsServedAlone() {
        enter("a", "huge", 5);
        assertEquals(List.of("huge"), told());
        enter("a", "1");
        assertEquals(List.of(), told());
    }

    @Test
    void nobodyIsForgottenWhateverHappens() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Noted> all = new ArrayList<>();
        Map<String, Integer> entered = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            if (random.nextInt(3) > 0 || all.isEmpty()) {
                String client = "c" + random.nextInt(5);
                entered.merge(client, 1, Integer::sum);
                all.add(enter(client, client + "-" + i, 1 + random.nextInt(2)));
            } else {
                turns.leave(all.remove(random.nextInt(all.size())));
            }
            now += random.nextInt(3);
            if (random.nextInt(10) == 0) {
                turns.sweep();
            }
            assertTrue(turns.waiting() <= 6 && turns.taken() <= 2, "seed " + seed);
        }
        all.forEach(turns::leave);
        assertEquals(0, turns.waiting(), "seed " + seed);
        assertEquals(0, turns.taken(), "seed " + seed);
        told.clear();
        enter("last", "served");
        assertEquals(List.of("served"), told(), "seed " + seed);
    }
}
