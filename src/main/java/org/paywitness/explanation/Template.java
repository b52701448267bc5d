package org.paywitness.explanation;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One text with its placeholders, compiled once. <code>{amount}</code> is filled in; <code>[a|b]</code> says a when all
 * placeholders in a are known and else b; <code>[a]</code> says a or nothing. Brackets do not nest.
 */
final class Template {
    private sealed interface Part permits Literal, Filled, Choice {}

    private record Literal(String text) implements Part {}

    private record Filled(Slot slot) implements Part {}

    private record Choice(Template preferred, Template otherwise) implements Part {}

    private final Part[] parts;

    private Template(List<Part> parts) {
        this.parts = parts.toArray(Part[]::new);
    }

    /** @throws IllegalArgumentException for an unknown placeholder or a bracket without its counterpart */
    static Template compile(String text) {
        List<Part> parts = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            int end = at + 1;
            switch (c) {
                case '{' -> {
                    end = closing(text, at, '}');
                    parts.add(new Filled(Slot.named(text.substring(at + 1, end))));
                    end++;
                }
                case '[' -> {
                    end = closing(text, at, ']');
                    parts.add(choice(text.substring(at + 1, end)));
                    end++;
                }
                case '}', ']', '|' -> throw new IllegalArgumentException("stray " + c + " in: " + text);
                default -> {
                    while (end < text.length() && "{}[]|".indexOf(text.charAt(end)) < 0) {
                        end++;
                    }
                    parts.add(new Literal(text.substring(at, end)));
                }
            }
            at = end;
        }
        return new Template(parts);
    }

    private static int closing(String text, int at, char bracket) {
        int end = text.indexOf(bracket, at);
        if (end < 0) {
            throw new IllegalArgumentException("no " + bracket + " in: " + text);
        }
        return end;
    }

    private static Choice choice(String text) {
        int bar = text.indexOf('|');
        Template preferred = compile(bar < 0 ? text : text.substring(0, bar));
        Template otherwise = compile(bar < 0 ? "" : text.substring(bar + 1));
        if (preferred.slots().isEmpty()) {
            throw new IllegalArgumentException("nothing to choose by in: " + text);
        }
        return new Choice(preferred, otherwise);
    }

    void appendTo(StringBuilder to, Telling telling) {
        for (Part part : parts) {
            if (part instanceof Literal literal) {
                to.append(literal.text);
            } else if (part instanceof Filled filled) {
                telling.append(to, filled.slot);
            } else if (part instanceof Choice choice) {
                (choice.preferred.isKnownTo(telling) ? choice.preferred : choice.otherwise).appendTo(to, telling);
            }
        }
    }

    /** The text as a string of its own. */
    String text(Telling telling) {
        if (parts.length == 1 && parts[0] instanceof Literal literal) {
            return literal.text;
        }
        StringBuilder to = new StringBuilder(96);
        appendTo(to, telling);
        return to.toString();
    }

    private boolean isKnownTo(Telling telling) {
        for (Part part : parts) {
            if (part instanceof Filled filled && telling.value(filled.slot) == null) {
                return false;
            }
        }
        return true;
    }

    /** Every placeholder in it. */
    Set<Slot> slots() {
        return slots(false);
    }

    /** The placeholders outside brackets: these must always be known. */
    Set<Slot> requiredSlots() {
        return slots(true);
    }

    private Set<Slot> slots(boolean required) {
        Set<Slot> slots = EnumSet.noneOf(Slot.class);
        for (Part part : parts) {
            if (part instanceof Filled filled) {
                slots.add(filled.slot);
            } else if (part instanceof Choice choice) {
                slots.addAll(choice.otherwise.slots());
                if (!required) {
                    slots.addAll(choice.preferred.slots());
                }
            }
        }
        return slots;
    }
}
