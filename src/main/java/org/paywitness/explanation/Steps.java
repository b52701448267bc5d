package org.paywitness.explanation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.paywitness.verdict.Verdict;

/** Who does what next, story by story. */
final class Steps {
    private final Story story;
    private final Telling telling;
    private final Texts texts;
    private final String quote;
    private final String guidance;
    private final List<NextStep> steps = new ArrayList<>(4);

    private Steps(Story story, Telling telling, Texts texts) {
        this.story = story;
        this.telling = telling;
        this.texts = texts;
        this.quote =
                telling.payment() == null ? null : telling.payment().details().quote();
        this.guidance = GuidanceLink.of(story, telling.verdict());
    }

    static List<NextStep> of(Story story, Telling telling, Texts texts) {
        Steps all = new Steps(story, telling, texts);
        all.tell();
        return List.copyOf(all.steps);
    }

    private void tell() {
        switch (story) {
            case CHARGED_SETTLED, CHARGED_APPROVED -> charged();
            case CHARGED_TWICE -> {
                add(Step.CONFIRM_RETURN, telling.tomorrowsCutOff());
                add(Step.AWAIT_SECOND, telling.deadline());
            }
            case REFUSED -> refused();
            case NEVER_RECORDED, CLOSED, NEVER_COMPLETED, NOT_CHARGED_REVERSED, NOT_CHARGED_VOIDED, RELEASED ->
                notCharged(Step.PAY_AGAIN);
            case HELD -> {
                add(Step.COMPLETE_OR_CANCEL, telling.deadline());
                add(Step.AWAIT_COMPLETION, telling.deadline());
            }
            case HELD_EXPIRED -> {
                add(Step.RELEASE_EXPIRED, telling.tomorrowsCutOff());
                add(Step.ASK_BANK, null);
            }
            case NO_ANSWER, IN_PROGRESS -> {
                add(Step.AWAIT_RESULT, telling.deadline());
                add(Step.DO_NOT_SWIPE, telling.deadline());
            }
            case REVERSAL_ON_ITS_WAY, VOID_ON_ITS_WAY, REFUND_ON_ITS_WAY, PART_ON_ITS_WAY -> onItsWay();
            case HOLD_OF_REVERSED, HOLD_OF_VOIDED, HOLD_OF_REFUSED -> hold();
            case PART_ARRIVED, REVERSAL_ARRIVED, VOID_ARRIVED, REFUND_ARRIVED -> returnedMore();
            case AMOUNT_MISMATCH -> {
                add(Step.COMPARE_AMOUNTS, telling.tomorrowsCutOff());
                add(Step.SHOW_SLIP, telling.tomorrowsCutOff());
                add(Step.KEEP_SLIP, null);
            }
            case DEBITED_WITHOUT_SALE -> debitedWithoutSale();
            case SALE_WITHOUT_DEBIT -> {
                add(Step.DO_NOT_CHARGE_AGAIN, null);
                add(Step.CHECK_SETTLEMENT, telling.tomorrowsCutOff());
                add(Step.EXPECT_DEBIT, null);
            }
            case NOT_FOUND -> {
                add(Step.ASK_AGAIN, telling.nextData());
                add(Step.FIND_REFERENCE, telling.nextData());
            }
        }
    }

    private void charged() {
        if (story == Story.CHARGED_APPROVED) {
            add(Step.AWAIT_POSTING, telling.deadline());
        }
        if (telling.slipFailed()) {
            add(Step.ASK_SLIP, null);
            add(Step.REPRINT_SLIP, telling.tomorrowsCutOff());
        }
        if (telling.verdict().possibleDuplicateOf() != null) {
            add(Step.CHECK_EARLIER, null);
        }
    }

    private void refused() {
        notCharged(Step.after(telling.verdict().responseCode()));
    }

    // Before the verdict is final nobody pays again, whatever the code says; a blocked card or terminal is looked
    // after.
    private void notCharged(Step step) {
        if (telling.verdict().isFinal()) {
            add(step, null);
            if (step == Step.CHECK_TERMINAL) {
                add(Step.PAY_AGAIN, null);
            }
            return;
        }
        add(Step.CHECK_NO_DEBIT, telling.deadline());
        if (step == Step.CONTACT_BANK || step == Step.CHECK_TERMINAL) {
            add(step, null);
        }
    }

    private void onItsWay() {
        if (isOverdue()) {
            add(Step.TRACE_RETURN, telling.tomorrowsCutOff());
            add(Step.ASK_BANK, null);
        } else {
            add(Step.AWAIT_RETURN, telling.deadline());
        }
        returnedMore();
    }

    private void hold() {
        if (isOverdue()) {
            add(Step.RELEASE_HOLD, telling.tomorrowsCutOff());
            add(Step.NOTIFY_RELEASE, telling.tomorrowsCutOff());
            add(Step.ASK_BANK, null);
        } else {
            add(Step.AWAIT_RELEASE, telling.deadline());
            add(Step.RELEASE_HOLD, telling.deadline());
        }
    }

    private void debitedWithoutSale() {
        if (isOverdue()) {
            add(Step.TRACE_RETURN, telling.tomorrowsCutOff());
        } else {
            add(Step.RETURN_DEBIT, telling.deadline());
        }
        add(Step.CREDIT_BACK, telling.deadline());
        add(Step.KEEP_PROOF, telling.deadline());
    }

    private void returnedMore() {
        if (telling.verdict().flags().contains(Verdict.Flag.RETURNED_MORE_THAN_CHARGED)) {
            add(Step.CHECK_RETURNED_MORE, telling.tomorrowsCutOff());
        }
    }

    private boolean isOverdue() {
        return telling.verdict().flags().contains(Verdict.Flag.OVERDUE);
    }

    private void add(Step step, Instant by) {
        steps.add(new NextStep(step.who(), texts.step(step).text(telling), by, quote, GuidanceLink.of(step, guidance)));
    }
}
