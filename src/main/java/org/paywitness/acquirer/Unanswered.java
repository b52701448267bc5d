package org.paywitness.acquirer;

/** Why there is no reply, and whether the acquirer may have heard us nevertheless. */
final class Unanswered extends Exception {
    private final transient Answer answer;

    private Unanswered(Answer answer, String why) {
        super(why, null, false, false);
        this.answer = answer;
    }

    /** Not one byte of the request was written. */
    static Unanswered notSent(String why) {
        return new Unanswered(new Answer.NotSent(why), why);
    }

    static Unanswered inDoubt(String why) {
        return new Unanswered(new Answer.InDoubt(why), why);
    }

    Answer answer() {
        return answer;
    }
}
