-- What risk signals are found by: each of these holds only the few rows that can make one.

-- Disputes that the cardholder lost, by when they ended.
CREATE INDEX dispute_lost ON dispute (ended_at) WHERE status IN ('won_by_merchant', 'expired');
CREATE INDEX follow_up_failed ON follow_up (merchant_id, ended_at) WHERE status = 'failed';
CREATE INDEX terminal_freeze_merchant ON terminal_freeze (merchant_id, since);
-- The primary key begins with the terminal.
CREATE INDEX terminal_merchant_of ON terminal_merchant (merchant_id);
-- What terminals told that may have been no answer; a decline is one if its response code is ambiguous.
CREATE INDEX observation_no_answer ON observation (terminal_id, at)
    WHERE source = 'terminal' AND content->>'outcome' IN ('no_answer', 'declined');
