package org.paywitness.explanation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TextsTest {
    // Always known, whatever the sources said.
    private static final Set<Slot> CERTAIN = EnumSet.of(Slot.OCCURRED, Slot.NEXT_DATA);

    // Known wherever the note that needs it is told.
    private static final Map<String, Set<Slot>> CERTAIN_IN = Map.of(
            "note.code_terminal", EnumSet.of(Slot.CODE, Slot.MEANING),
            "note.code_acquirer", EnumSet.of(Slot.CODE, Slot.MEANING),
            "note.discount_applied", EnumSet.of(Slot.DISCOUNT),
            "note.discount_promised", EnumSet.of(Slot.DISCOUNT),
            "note.converted", EnumSet.of(Slot.ORIGINAL),
            "note.overdue", EnumSet.of(Slot.DUE));

    @Test
    void bothLanguagesHaveTheSameKeysAndPlaceholders() throws IOException {
        Map<String, String> zh = read("verdict.zh-CN");
        Map<String, String> en = read("verdict.en");
        assertEquals(zh.keySet(), en.keySet());
        for (String key : zh.keySet()) {
            assertEquals(
                    Template.compile(zh.get(key)).slots(),
                    Template.compile(en.get(key)).slots(),
                    key);
        }
        assertEquals(read("problem.zh-CN").keySet(), read("problem.en").keySet());
    }

    @Test
    void placeholdersThatMayBeUnknownStandInBrackets() throws IOException {
        for (String name : List.of("verdict.zh-CN", "verdict.en")) {
            read(name).forEach((key, text) -> {
                Set<Slot> required = new HashSet<>(Template.compile(text).requiredSlots());
                required.removeAll(CERTAIN);
                required.removeAll(CERTAIN_IN.getOrDefault(key, Set.of()));
                assertEquals(Set.of(), required, name + " " + key);
            });
        }
    }

    @Test
    void everyStoryHasItsOwnWords() throws IOException {
        for (String name : List.of("verdict.zh-CN", "verdict.en")) {
            Set<String> seen = new HashSet<>();
            read(name).forEach((key, text) -> assertTrue(seen.add(text), name + " says twice: " + text));
        }
    }

    @Test
    void mistakesInTextsFailTheStart() {
        for (String bad : List.of("{amuont}", "{amount", "amount}", "[{amount}", "{by}]", "[a|b]", "a|b", "[[{by}]]")) {
            assertThrows(IllegalArgumentException.class, () -> Template.compile(bad), bad);
        }
    }

    private static Map<String, String> read(String name) throws IOException {
        try (var in = TextsTest.class.getResourceAsStream("/messages/" + name + ".properties")) {
            Map<String, String> texts = new TreeMap<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    int at = line.indexOf('=');
                    assertEquals(null, texts.put(line.substring(0, at), line.substring(at + 1)), line);
                }
            }
            return texts;
        }
    }
}
