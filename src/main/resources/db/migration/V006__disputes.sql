-- Disputes: claims against transactions, what both sides propose and agree on, and what of it moves money.

CREATE TABLE dispute (
    id uuid PRIMARY KEY,
    reason text NOT NULL,
    stage text NOT NULL CHECK (stage IN ('inquiry', 'negotiation', 'chargeback', 'representment', 'pre_arbitration',
        'arbitration', 'legal')),
    status text NOT NULL CHECK (status IN ('open', 'awaiting_cardholder', 'awaiting_merchant', 'under_review',
        'agreed', 'won_by_cardholder', 'won_by_merchant', 'withdrawn', 'expired')),
    opened_by text NOT NULL CHECK (opened_by IN ('cardholder', 'merchant', 'desk')),
    opener text NOT NULL,
    -- Null until a source tells whose sale it was; of all its transactions.
    merchant_id text,
    card_token text,
    claimed bigint NOT NULL CHECK (claimed > 0 AND claimed <= 1000000000000),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    text text,
    opened_at timestamptz NOT NULL,
    -- Until when whoever's turn it is must act; null when it has ended.
    due_at timestamptz,
    -- When somebody is reminded next, or the deadline decides.
    act_at timestamptz,
    reminders integer NOT NULL DEFAULT 0,
    ended_at timestamptz,
    -- The head of its timeline: what was appended last.
    timeline_number integer NOT NULL CHECK (timeline_number > 0),
    timeline_hash bytea NOT NULL,
    CHECK ((status IN ('open', 'awaiting_cardholder', 'awaiting_merchant', 'under_review')) = (due_at IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (due_at IS NOT NULL))
) WITH (fillfactor = 80);

CREATE INDEX dispute_merchant ON dispute (merchant_id, id);
CREATE INDEX dispute_unaddressed ON dispute (id) WHERE merchant_id IS NULL AND act_at IS NOT NULL;
CREATE INDEX dispute_card ON dispute (card_token, id) WHERE card_token IS NOT NULL;
CREATE INDEX dispute_act ON dispute (act_at) WHERE act_at IS NOT NULL;
CREATE INDEX dispute_merchant_status ON dispute (merchant_id, status, id);
CREATE INDEX dispute_status ON dispute (status, id);
CREATE INDEX dispute_stage ON dispute (stage, id);
CREATE INDEX dispute_reason ON dispute (reason, id);
CREATE INDEX dispute_due ON dispute (due_at, id) WHERE due_at IS NOT NULL;

-- What a dispute is about, and what it moves under each transaction's id, in minor units of the dispute's currency.
CREATE TABLE dispute_transaction (
    dispute_id uuid NOT NULL REFERENCES dispute (id),
    transaction_id uuid NOT NULL REFERENCES transaction (id),
    reason text NOT NULL,
    currency text NOT NULL,
    live boolean NOT NULL DEFAULT true,
    amount bigint NOT NULL CHECK (amount > 0),
    -- What all that gives money back under this id was held to when this dispute last took some of it.
    charged bigint NOT NULL DEFAULT 0,
    -- What the card's bank claims back while nobody has decided, what was decided to go back, and what was given instead.
    open_claim bigint NOT NULL DEFAULT 0 CHECK (open_claim >= 0),
    won bigint NOT NULL DEFAULT 0 CHECK (won >= 0),
    compensated bigint NOT NULL DEFAULT 0 CHECK (compensated >= 0),
    -- The transaction whose balance holds what is taken: once something is, it stays that one's, merged or not.
    booked_under uuid NOT NULL REFERENCES transaction (id),
    CHECK (charged >= 0),
    PRIMARY KEY (dispute_id, transaction_id)
) WITH (fillfactor = 80);

-- One open dispute for each transaction and reason.
CREATE UNIQUE INDEX dispute_once ON dispute_transaction (transaction_id, reason) WHERE live;
CREATE INDEX dispute_of_transaction ON dispute_transaction (transaction_id);

ALTER TABLE refund_balance
    ADD COLUMN open_claims bigint NOT NULL DEFAULT 0 CHECK (open_claims >= 0 AND open_claims <= chargebacks),
    ADD COLUMN compensations bigint NOT NULL DEFAULT 0 CHECK (compensations >= 0),
    DROP CONSTRAINT never_more_than_charged;
ALTER TABLE refund_balance
    ADD CONSTRAINT never_more_than_charged CHECK (refunds + chargebacks + compensations <= charged);

-- Refunds, chargebacks and compensations share one balance, whoever writes them and in any order.
CREATE FUNCTION claim_refund_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO refund_balance AS b (transaction_id, currency, charged, refunds, chargebacks, open_claims, compensations)
        VALUES (NEW.booked_under, NEW.currency, NEW.charged, 0, NEW.open_claim + NEW.won, NEW.open_claim,
            NEW.compensated)
        ON CONFLICT (transaction_id) DO UPDATE
        SET charged = CASE WHEN NEW.open_claim + NEW.won + NEW.compensated > OLD.open_claim + OLD.won + OLD.compensated
                THEN NEW.charged ELSE b.charged END,
            chargebacks = b.chargebacks + NEW.open_claim + NEW.won - OLD.open_claim - OLD.won,
            open_claims = b.open_claims + NEW.open_claim - OLD.open_claim,
            compensations = b.compensations + NEW.compensated - OLD.compensated
        WHERE b.currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a balance is of one currency' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER dispute_balance AFTER UPDATE OF open_claim, won, compensated ON dispute_transaction FOR EACH ROW
    WHEN (OLD.open_claim <> NEW.open_claim OR OLD.won <> NEW.won OR OLD.compensated <> NEW.compensated)
    EXECUTE FUNCTION claim_refund_balance();

-- A payment that the card's bank claims back takes no refund meanwhile, also when both come at the same moment.
CREATE OR REPLACE FUNCTION add_to_refund_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Where there is a row, it counts as it is after whoever wrote it before us.
    INSERT INTO refund_balance AS b (transaction_id, currency, charged, refunds)
        SELECT transaction_id, min(currency), min(charged), sum(amount) FROM added GROUP BY transaction_id
        ON CONFLICT (transaction_id) DO UPDATE
        -- Refused by the check, as what goes beyond the bound is: whoever judged before the claim judges again.
        SET charged = CASE WHEN b.open_claims > 0 THEN -1 ELSE excluded.charged END,
            refunds = b.refunds + excluded.refunds;
    RETURN NULL;
END
$$;

CREATE TABLE proposal (
    id uuid PRIMARY KEY,
    dispute_id uuid NOT NULL REFERENCES dispute (id),
    party text NOT NULL CHECK (party IN ('cardholder', 'merchant', 'desk')),
    kind text NOT NULL CHECK (kind IN ('refund', 'voucher', 'reissue_slip', 'reissue_invoice', 'top_up', 'nothing')),
    transaction_id uuid REFERENCES transaction (id),
    amount bigint CHECK (amount > 0 AND amount <= 1000000000000),
    currency text,
    text text,
    status text NOT NULL CHECK (status IN ('proposed', 'accepted', 'declined', 'superseded')),
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    answered_by text,
    answered_at timestamptz,
    CHECK ((amount IS NOT NULL) = (kind IN ('refund', 'voucher', 'top_up'))),
    CHECK ((amount IS NULL) = (currency IS NULL)),
    CHECK ((status IN ('accepted', 'declined')) = (answered_by IS NOT NULL))
);
CREATE INDEX proposal_dispute ON proposal (dispute_id, id);
-- One agreement ends a dispute, and one proposal at a time waits for an answer.
CREATE UNIQUE INDEX proposal_agreed ON proposal (dispute_id) WHERE status = 'accepted';
CREATE UNIQUE INDEX proposal_waits ON proposal (dispute_id) WHERE status = 'proposed';
CREATE TRIGGER proposal_kept BEFORE DELETE OR UPDATE OF
    id, dispute_id, party, kind, transaction_id, amount, currency, text, proposed_by, proposed_at
    ON proposal FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What was promised in an agreement, or follows from a decision: who must do what by when, and whether it was done.
CREATE TABLE follow_up (
    id uuid PRIMARY KEY,
    dispute_id uuid NOT NULL REFERENCES dispute (id),
    merchant_id text,
    kind text NOT NULL CHECK (kind IN ('refund', 'voucher', 'reissue_slip', 'reissue_invoice', 'top_up')),
    owed_by text NOT NULL CHECK (owed_by IN ('cardholder', 'merchant')),
    amount bigint,
    currency text,
    refund_id uuid REFERENCES refund (id),
    due_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('promised', 'executed', 'failed')),
    proof text,
    ended_at timestamptz,
    reminded boolean NOT NULL DEFAULT false,
    CHECK ((status = 'promised') = (ended_at IS NULL))
);
CREATE INDEX follow_up_dispute ON follow_up (dispute_id, id);
CREATE INDEX follow_up_refund ON follow_up (refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX follow_up_due ON follow_up (due_at) WHERE status = 'promised' AND NOT reminded;
CREATE INDEX follow_up_awaited ON follow_up (id) WHERE status = 'promised' AND refund_id IS NOT NULL;
CREATE INDEX follow_up_promised ON follow_up (merchant_id, due_at) WHERE status = 'promised';

-- What was claimed never changes, and nothing is forgotten.
CREATE TRIGGER dispute_kept BEFORE DELETE OR UPDATE OF id, reason, opened_by, opener, claimed, currency, text, opened_at
    ON dispute FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dispute_no_truncate BEFORE TRUNCATE ON dispute EXECUTE FUNCTION refuse_change();
CREATE TRIGGER proposal_no_truncate BEFORE TRUNCATE ON proposal EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dispute_transaction_no_truncate BEFORE TRUNCATE ON dispute_transaction
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER dispute_transaction_kept BEFORE DELETE OR UPDATE OF dispute_id, transaction_id, reason, amount
    ON dispute_transaction FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE evidence ADD FOREIGN KEY (dispute_id) REFERENCES dispute (id);

-- Who it was, beside what is hashed: a side learns that of its own persons only.
ALTER TABLE audit_entry ADD COLUMN person text;

-- The timeline of a dispute is its audit trail; each entry is told, so its head is in the events too.
CREATE INDEX outbox_dispute ON outbox (aggregateid, id) WHERE aggregatetype = 'dispute';
