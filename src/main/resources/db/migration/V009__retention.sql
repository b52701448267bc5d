-- Old data leaves, in small steps, and each thing as a whole or not at all.

-- What tables refer to a row that leaves by. On large tables these may be built before, with CREATE INDEX CONCURRENTLY
-- (src/docs/runbook.md): what is there is not built again.
CREATE INDEX IF NOT EXISTS observation_pinned ON observation (pinned_to) WHERE pinned_to IS NOT NULL;
CREATE INDEX IF NOT EXISTS dispute_transaction_booked ON dispute_transaction (booked_under);
CREATE INDEX IF NOT EXISTS proposal_transaction ON proposal (transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS misconduct_report_transaction ON misconduct_report (transaction_id)
    WHERE transaction_id IS NOT NULL;

-- How far a walk over one kind of data has come. Its row is the lock, too: one step of a kind at a time, in all pods.
CREATE TABLE retention_walk (
    kind text PRIMARY KEY,
    -- The last that was looked at in this round; null: a round begins.
    after uuid,
    -- When the next step may be taken.
    due_at timestamptz NOT NULL,
    -- When a round last came to its end, and how many have left since the beginning.
    ended_at timestamptz,
    gone bigint NOT NULL DEFAULT 0 CHECK (gone >= 0)
);

-- What of a balance is held by disputes that have left: the sum of the others, and this, is the balance.
ALTER TABLE refund_balance
    ADD COLUMN claims_gone bigint NOT NULL DEFAULT 0 CHECK (claims_gone >= 0),
    ADD CONSTRAINT gone_was_there CHECK (claims_gone <= chargebacks - open_claims + compensations);

CREATE FUNCTION keep_claims_that_leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.open_claim > 0 THEN
        RAISE EXCEPTION 'a claim that is open stays' USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE refund_balance SET claims_gone = claims_gone + OLD.won + OLD.compensated
        WHERE transaction_id = OLD.booked_under AND OLD.won + OLD.compensated > 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER dispute_transaction_leaves AFTER DELETE ON dispute_transaction FOR EACH ROW
    EXECUTE FUNCTION keep_claims_that_leave();

-- History is never overwritten. In a database transaction that says so (SET LOCAL paywitness.retention = 'on') rows of
-- these tables may leave; never those of terminals and of completeness.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('paywitness.retention', true) = 'on' AND TG_TABLE_NAME IN ('observation',
            'transaction_change', 'refund', 'audit_entry', 'receipt_copy', 'invoice_request', 'invoice_file', 'evidence',
            'dispute', 'dispute_transaction', 'proposal', 'misconduct_report') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- Looked at when the database transaction commits: what has left was no part of anything that is still there. The first
-- argument is the column that names what it belongs to, the others are the tables where that may be.
CREATE FUNCTION refuse_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole uuid;
    is_there boolean;
BEGIN
    EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO whole USING OLD;
    FOR i IN 1 .. TG_NARGS - 1 LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE id = $1)', TG_ARGV[i]) INTO is_there USING whole;
        IF is_there THEN
            RAISE EXCEPTION '% leaves with its % only', TG_TABLE_NAME, TG_ARGV[i] USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER observation_whole AFTER DELETE ON observation DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('transaction_id', 'transaction');
CREATE CONSTRAINT TRIGGER transaction_change_whole AFTER DELETE ON transaction_change DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('transaction_id', 'transaction');
CREATE CONSTRAINT TRIGGER receipt_copy_whole AFTER DELETE ON receipt_copy DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('transaction_id', 'transaction');
CREATE CONSTRAINT TRIGGER refund_whole AFTER DELETE ON refund DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('transaction_id', 'transaction');
CREATE CONSTRAINT TRIGGER refund_balance_whole AFTER DELETE ON refund_balance DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('transaction_id', 'transaction');
CREATE CONSTRAINT TRIGGER invoice_request_whole AFTER DELETE ON invoice_request DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('transaction_id', 'transaction');
CREATE CONSTRAINT TRIGGER invoice_file_whole AFTER DELETE ON invoice_file DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('invoice_request_id', 'invoice_request');
CREATE CONSTRAINT TRIGGER evidence_whole AFTER DELETE ON evidence DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('dispute_id', 'dispute');
CREATE CONSTRAINT TRIGGER dispute_transaction_whole AFTER DELETE ON dispute_transaction DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('dispute_id', 'dispute');
CREATE CONSTRAINT TRIGGER proposal_whole AFTER DELETE ON proposal DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('dispute_id', 'dispute');
CREATE CONSTRAINT TRIGGER follow_up_whole AFTER DELETE ON follow_up DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('dispute_id', 'dispute');
CREATE CONSTRAINT TRIGGER audit_entry_whole AFTER DELETE ON audit_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_part('subject_id', 'dispute', 'refund', 'invoice_request', 'misconduct_report',
        'terminal');

-- Nothing is left behind of what has no foreign key to it; and what is not over does not leave.
CREATE FUNCTION refuse_rest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM audit_entry WHERE subject_id = OLD.id) THEN
        RAISE EXCEPTION 'a % leaves with its audit entries only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER dispute_rest AFTER DELETE ON dispute DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_rest();
CREATE CONSTRAINT TRIGGER refund_rest AFTER DELETE ON refund DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_rest();
CREATE CONSTRAINT TRIGGER invoice_request_rest AFTER DELETE ON invoice_request DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_rest();
CREATE CONSTRAINT TRIGGER misconduct_report_rest AFTER DELETE ON misconduct_report DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_rest();

CREATE FUNCTION refuse_leaving_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a % that is not over stays', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER dispute_open_stays BEFORE DELETE ON dispute FOR EACH ROW
    WHEN (OLD.ended_at IS NULL) EXECUTE FUNCTION refuse_leaving_open();
CREATE TRIGGER refund_open_stays BEFORE DELETE ON refund FOR EACH ROW
    WHEN (OLD.status NOT IN ('succeeded', 'failed', 'rejected', 'canceled') OR OLD.due_at IS NOT NULL)
    EXECUTE FUNCTION refuse_leaving_open();
CREATE TRIGGER invoice_request_open_stays BEFORE DELETE ON invoice_request FOR EACH ROW
    WHEN (OLD.status = 'requested') EXECUTE FUNCTION refuse_leaving_open();
CREATE TRIGGER misconduct_report_open_stays BEFORE DELETE ON misconduct_report FOR EACH ROW
    WHEN (OLD.state <> 'closed') EXECUTE FUNCTION refuse_leaving_open();
CREATE TRIGGER follow_up_open_stays BEFORE DELETE ON follow_up FOR EACH ROW
    WHEN (OLD.status = 'promised') EXECUTE FUNCTION refuse_leaving_open();
