-- What sources say, what we hold together from it, and how far each source's data is complete.
-- Works on PostgreSQL 15 to 18; ids are UUIDv7 made by the service.

CREATE TABLE transaction (
    id uuid PRIMARY KEY,
    -- The id that was given out first survives; the other keeps answering by way of this.
    merged_into uuid REFERENCES transaction (id),
    version integer NOT NULL CHECK (version > 0),
    merchant_id text,
    terminal_id text,
    batch text,
    stan text,
    rrn text,
    merchant_order_no text,
    wallet_transaction_no text,
    card_token text,
    card_first6 text CHECK (card_first6 ~ '^[0-9]{6}$'),
    card_last4 text CHECK (card_last4 ~ '^[0-9]{4}$'),
    amount bigint CHECK (amount > 0 AND amount <= 1000000000000),
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    occurred_at timestamptz NOT NULL,
    -- All that a verdict needs, so that a look-up reads one row (org.paywitness.transaction.Summary).
    summary text NOT NULL,
    CHECK (merged_into IS NULL OR merged_into <> id),
    CHECK ((amount IS NULL) = (currency IS NULL))
) WITH (fillfactor = 85);

CREATE INDEX transaction_rrn ON transaction (rrn) WHERE rrn IS NOT NULL AND merged_into IS NULL;
CREATE INDEX transaction_order ON transaction (merchant_order_no)
    WHERE merchant_order_no IS NOT NULL AND merged_into IS NULL;
CREATE INDEX transaction_wallet ON transaction (wallet_transaction_no)
    WHERE wallet_transaction_no IS NOT NULL AND merged_into IS NULL;
CREATE INDEX transaction_slip ON transaction (terminal_id, stan, batch)
    WHERE terminal_id IS NOT NULL AND merged_into IS NULL;
CREATE INDEX transaction_token ON transaction (card_token, amount, currency, occurred_at)
    WHERE card_token IS NOT NULL AND merged_into IS NULL;
CREATE INDEX transaction_card ON transaction (card_first6, card_last4, amount, currency, occurred_at)
    WHERE card_first6 IS NOT NULL AND merged_into IS NULL;
CREATE INDEX transaction_merchant ON transaction (merchant_id, id) WHERE merged_into IS NULL;

CREATE TABLE observation (
    id uuid PRIMARY KEY,
    source text NOT NULL CHECK (source IN ('terminal', 'acquirer', 'bank', 'wallet')),
    source_ref text NOT NULL,
    heard_at timestamptz NOT NULL,
    -- What was said, whole and as it was said.
    content jsonb NOT NULL,
    -- The file it came in, if any; the same line in another file is the same observation.
    statement_id uuid,
    -- What correlation compares, taken from the content.
    at timestamptz NOT NULL,
    merchant_id text,
    terminal_id text,
    batch text,
    stan text,
    rrn text,
    merchant_order_no text,
    wallet_transaction_no text,
    card_token text,
    card_first6 text,
    card_last4 text,
    amount bigint,
    currency text,
    -- Where it belongs, as far as we know now: the only part that may change.
    transaction_id uuid NOT NULL REFERENCES transaction (id),
    opened uuid UNIQUE REFERENCES transaction (id),
    pinned_to uuid REFERENCES transaction (id),
    matched_weakly boolean NOT NULL,
    UNIQUE (source, source_ref)
);

CREATE INDEX observation_transaction ON observation (transaction_id);
CREATE INDEX observation_rrn ON observation (rrn, at) WHERE rrn IS NOT NULL;
CREATE INDEX observation_order ON observation (merchant_order_no, at) WHERE merchant_order_no IS NOT NULL;
CREATE INDEX observation_wallet ON observation (wallet_transaction_no) WHERE wallet_transaction_no IS NOT NULL;
CREATE INDEX observation_slip ON observation (terminal_id, stan, batch) WHERE terminal_id IS NOT NULL;
CREATE INDEX observation_token ON observation (card_token, amount, currency, at) WHERE card_token IS NOT NULL;
CREATE INDEX observation_card ON observation (card_first6, card_last4, amount, currency, at)
    WHERE card_first6 IS NOT NULL;

-- Which merchants a terminal's observations name; one tells, several do not.
CREATE TABLE terminal_merchant (
    terminal_id text NOT NULL,
    merchant_id text NOT NULL,
    PRIMARY KEY (terminal_id, merchant_id)
);

-- Every change of a transaction with its reason: what we answered at any time stays answerable.
CREATE TABLE transaction_change (
    transaction_id uuid NOT NULL REFERENCES transaction (id),
    version integer NOT NULL,
    at timestamptz NOT NULL,
    reason text NOT NULL,
    merged_into uuid,
    merchant_id text,
    amount bigint,
    currency text,
    occurred_at timestamptz NOT NULL,
    summary text NOT NULL,
    PRIMARY KEY (transaction_id, version)
);

-- Writers of observations that may touch one transaction take the same rows of this table, in order.
CREATE TABLE correlation_stripe (stripe integer PRIMARY KEY);
INSERT INTO correlation_stripe SELECT generate_series(0, 4095);

-- How far a source's data is complete, as it was told; merchant_id '*' stands for all.
CREATE TABLE completeness (
    source text NOT NULL CHECK (source IN ('terminal', 'acquirer', 'bank', 'wallet')),
    merchant_id text NOT NULL,
    complete_through timestamptz NOT NULL,
    heard_at timestamptz NOT NULL
);
CREATE INDEX completeness_of ON completeness (merchant_id, source, heard_at);

CREATE TABLE completeness_now (
    merchant_id text PRIMARY KEY,
    terminal timestamptz,
    acquirer timestamptz,
    bank timestamptz,
    wallet timestamptz
);

CREATE TABLE idempotency_key (
    client text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    -- Null while the first request runs; its answer afterwards.
    status integer,
    location text,
    body text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (client, key)
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

CREATE TABLE statement (
    id uuid PRIMARY KEY,
    client text NOT NULL,
    merchant_id text,
    format text,
    file_name text,
    status text NOT NULL CHECK (status IN ('receiving', 'received', 'running', 'done', 'failed')),
    bytes bigint NOT NULL CHECK (bytes >= 0),
    chunks integer NOT NULL CHECK (chunks >= 0),
    rows_read bigint NOT NULL CHECK (rows_read >= 0),
    rows_accepted bigint NOT NULL,
    rows_duplicate bigint NOT NULL,
    rows_refused bigint NOT NULL,
    complete_through timestamptz,
    failure_code text,
    failure_detail text,
    received_at timestamptz NOT NULL,
    leased_until timestamptz,
    attempts integer NOT NULL,
    CHECK (rows_accepted + rows_duplicate + rows_refused <= rows_read)
);
CREATE INDEX statement_due ON statement (received_at) WHERE status IN ('received', 'running');

-- The file itself until it is worked in, so that another pod can take it up again.
CREATE TABLE statement_chunk (
    statement_id uuid NOT NULL REFERENCES statement (id) ON DELETE CASCADE,
    number integer NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (statement_id, number)
);

CREATE TABLE statement_refusal (
    statement_id uuid NOT NULL REFERENCES statement (id),
    number bigint NOT NULL,
    line bigint NOT NULL,
    code text NOT NULL,
    value text,
    detail text NOT NULL,
    PRIMARY KEY (statement_id, number)
);

-- History is never overwritten.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER observation_append_only BEFORE DELETE OR UPDATE OF
    id, source, source_ref, heard_at, content, statement_id, at, merchant_id, terminal_id, batch, stan, rrn, merchant_order_no,
    wallet_transaction_no, card_token, card_first6, card_last4, amount, currency, pinned_to
    ON observation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER observation_no_truncate BEFORE TRUNCATE ON observation EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transaction_change_append_only BEFORE DELETE OR UPDATE
    ON transaction_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transaction_change_no_truncate BEFORE TRUNCATE ON transaction_change EXECUTE FUNCTION refuse_change();
CREATE TRIGGER completeness_append_only BEFORE DELETE OR UPDATE
    ON completeness FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER completeness_no_truncate BEFORE TRUNCATE ON completeness EXECUTE FUNCTION refuse_change();
