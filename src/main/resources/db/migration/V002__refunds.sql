-- Money back: refunds, what is left to return, who did what, and what others are told of it.

-- One row for each transaction that a refund was asked for. Refunds, and later whatever else gives money back, share it.
CREATE TABLE refund_balance (
    transaction_id uuid PRIMARY KEY,
    currency text NOT NULL,
    -- What refunds and chargebacks were held to when a refund was last accepted, in minor units; never more than charged.
    charged bigint NOT NULL CHECK (charged >= 0),
    -- The sum of the refunds that are neither failed, rejected nor canceled.
    refunds bigint NOT NULL CHECK (refunds >= 0),
    -- What the card's bank claims back, under dispute or for good.
    chargebacks bigint NOT NULL DEFAULT 0 CHECK (chargebacks >= 0),
    CONSTRAINT never_more_than_charged CHECK (refunds + chargebacks <= charged)
) WITH (fillfactor = 80);

CREATE TABLE refund (
    id uuid PRIMARY KEY,
    transaction_id uuid NOT NULL REFERENCES transaction (id),
    merchant_id text NOT NULL,
    channel text,
    card_kind text NOT NULL,
    via_wallet boolean NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0 AND amount <= 1000000000000),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- What the refunds under this transaction's id were held to, in sum, when this one was accepted.
    charged bigint NOT NULL,
    reason text NOT NULL CHECK (reason IN ('duplicate', 'customer_request', 'cooling_off', 'wrong_amount',
        'not_delivered', 'no_slip', 'fraud', 'agreement')),
    note text,
    status text NOT NULL CHECK (status IN ('pending_approval', 'approved', 'submitted', 'in_doubt', 'succeeded',
        'failed', 'rejected', 'canceled')),
    route text NOT NULL CHECK (route IN ('void', 'refund')),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    -- Who approved, rejected, canceled or resolved it; null where no person did.
    decided_by text,
    decided_at timestamptz,
    decision_note text,
    submitted_at timestamptz,
    succeeded_at timestamptz,
    failed_at timestamptz,
    failure text,
    acquirer_reference text,
    expected_by timestamptz NOT NULL,
    arrived_at timestamptz,
    -- Set when the acquirer was asked for as long as we ask: a person must find out.
    needs_attention boolean NOT NULL DEFAULT false,
    overdue_told boolean NOT NULL DEFAULT false,
    -- What an executor does next and when; null: nothing. Whoever claims it puts it off by its lease.
    due_at timestamptz,
    -- When that was planned: a time ahead of the clock tells that the clock was set back.
    planned_at timestamptz,
    -- Counts claims: only the latest may record.
    claim integer NOT NULL DEFAULT 0,
    -- Notifications of the acquirer that no answer of it has settled yet.
    news integer NOT NULL DEFAULT 0,
    -- Inquiries since the acquirer's answer is open, and since when it is.
    inquiries integer NOT NULL DEFAULT 0,
    open_since timestamptz,
    -- The end of its audit trail.
    audit_number integer NOT NULL,
    audit_hash bytea NOT NULL,
    CHECK (amount <= charged),
    CHECK ((failure IS NOT NULL) = (status = 'failed')),
    CHECK (status <> 'succeeded' OR succeeded_at IS NOT NULL),
    CHECK (status NOT IN ('pending_approval', 'rejected', 'canceled', 'failed') OR due_at IS NULL)
) WITH (fillfactor = 70);

CREATE INDEX refund_transaction ON refund (transaction_id);
CREATE INDEX refund_merchant ON refund (merchant_id, id);
CREATE INDEX refund_due ON refund (due_at) WHERE due_at IS NOT NULL;
-- Work lists.
CREATE INDEX refund_pending ON refund (id) WHERE status = 'pending_approval';
CREATE INDEX refund_in_doubt ON refund (id) WHERE status = 'in_doubt';
CREATE INDEX refund_attention ON refund (id) WHERE needs_attention;
CREATE INDEX refund_requested ON refund USING brin (requested_at);
CREATE INDEX refund_awaited ON refund (expected_by) WHERE status = 'succeeded' AND arrived_at IS NULL;

-- The balance follows the refunds, whoever writes them: the constraint above holds under any concurrency.
CREATE FUNCTION add_to_refund_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Where there is a row, it counts as it is after whoever wrote it before us.
    INSERT INTO refund_balance AS b (transaction_id, currency, charged, refunds)
        SELECT transaction_id, min(currency), min(charged), sum(amount) FROM added GROUP BY transaction_id
        ON CONFLICT (transaction_id) DO UPDATE
        SET charged = excluded.charged, refunds = b.refunds + excluded.refunds;
    RETURN NULL;
END
$$;
CREATE TRIGGER refund_balance_insert AFTER INSERT ON refund
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_to_refund_balance();

CREATE FUNCTION free_refund_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('failed', 'rejected', 'canceled') THEN
        RAISE EXCEPTION 'a refund that is % stays so', OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE refund_balance SET refunds = refunds - NEW.amount WHERE transaction_id = NEW.transaction_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER refund_balance_update AFTER UPDATE OF status ON refund FOR EACH ROW
    WHEN (OLD.status <> NEW.status AND (NEW.status IN ('failed', 'rejected', 'canceled')
        OR OLD.status IN ('failed', 'rejected', 'canceled')))
    EXECUTE FUNCTION free_refund_balance();

-- What was asked for never changes, and nothing is forgotten.
CREATE TRIGGER refund_kept BEFORE DELETE OR UPDATE OF
    id, transaction_id, merchant_id, amount, currency, charged, reason, note, requested_by, requested_at
    ON refund FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refund_no_truncate BEFORE TRUNCATE ON refund EXECUTE FUNCTION refuse_change();

-- Who did what to what, each entry hashed over the one before.
CREATE TABLE audit_entry (
    subject_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    content text NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (subject_id, number)
);
CREATE TRIGGER audit_entry_append_only BEFORE DELETE OR UPDATE
    ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION refuse_change();

-- What others are told, written with the change itself; named as Debezium's outbox event router expects.
CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    type text NOT NULL,
    payload text NOT NULL,
    merchant_id text,
    at timestamptz NOT NULL
);

-- The transactions that turned out to be parts of another: their refunds count there.
CREATE INDEX transaction_merged ON transaction (merged_into) WHERE merged_into IS NOT NULL;
