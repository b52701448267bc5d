-- Where the books of the sources differ over a payment, until that is explained or settled.

CREATE TABLE reconciliation_exception (
    id uuid PRIMARY KEY,
    transaction_id uuid NOT NULL REFERENCES transaction (id),
    kind text NOT NULL CHECK (kind IN ('missing_at_bank', 'missing_at_acquirer', 'missing_at_terminal',
        'amount_mismatch', 'duplicate', 'fee_mismatch', 'late')),
    -- The payment's, as it was when the exception was last looked at while open.
    merchant_id text,
    day date NOT NULL,
    -- Null where no source named an amount.
    at_stake bigint CHECK (at_stake >= 0),
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    proposed text NOT NULL CHECK (proposed IN ('refund', 'dispute', 'ask_acquirer', 'accept')),
    -- What it rests on: while it rests on the same, what a person decided of it stays.
    grounds text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    -- A person, or 'system' where the difference is there no longer.
    closed_by text,
    resolution text CHECK (resolution IN ('explained', 'taken_back', 'changed', 'merged', 'refund', 'dispute',
        'ask_acquirer', 'accept')),
    reason text,
    CHECK ((at_stake IS NULL) = (currency IS NULL)),
    CHECK (num_nulls(closed_at, closed_by, resolution, reason) IN (0, 4))
) WITH (fillfactor = 85);

-- However many look at a payment at once: of each kind one is open at most.
CREATE UNIQUE INDEX reconciliation_exception_open ON reconciliation_exception (transaction_id, kind)
    WHERE closed_at IS NULL;
CREATE INDEX reconciliation_exception_transaction ON reconciliation_exception (transaction_id, kind, id);
CREATE INDEX reconciliation_exception_merchant ON reconciliation_exception (merchant_id, id);
CREATE INDEX reconciliation_exception_day ON reconciliation_exception (merchant_id, day, id);
-- The work list.
CREATE INDEX reconciliation_exception_due ON reconciliation_exception (kind, id) WHERE closed_at IS NULL;

-- What it is about never changes, what was decided stays, and nothing is forgotten before the payment is.
CREATE FUNCTION refuse_change_of_exception() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('paywitness.retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'an exception keeps what it is about and how it was closed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER reconciliation_exception_kept BEFORE DELETE OR UPDATE OF id, transaction_id, kind, opened_at
    ON reconciliation_exception FOR EACH ROW EXECUTE FUNCTION refuse_change_of_exception();
CREATE TRIGGER reconciliation_exception_closed_stays BEFORE UPDATE ON reconciliation_exception FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_change_of_exception();
CREATE TRIGGER reconciliation_exception_no_truncate BEFORE TRUNCATE ON reconciliation_exception
    EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER reconciliation_exception_whole AFTER DELETE ON reconciliation_exception
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_part('transaction_id', 'transaction');

-- On which days a terminal told of anything itself: a terminal whose journal never comes is not missed in it.
CREATE TABLE terminal_journal (
    terminal_id text PRIMARY KEY,
    days datemultirange NOT NULL
) WITH (fillfactor = 80);

-- Which of the feeds of one source told it: a bill of one wallet says nothing of another. Null: not a file.
ALTER TABLE completeness ADD COLUMN feed text;
CREATE INDEX completeness_through ON completeness (merchant_id, source, complete_through);

-- A merchant's day.
CREATE INDEX IF NOT EXISTS transaction_day ON transaction (merchant_id, occurred_at, id) WHERE merged_into IS NULL;
