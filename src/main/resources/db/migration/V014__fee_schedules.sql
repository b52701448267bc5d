-- What acquirers and wallets may take of a merchant's payments, from an instant on. A schedule is never changed: a newer
-- one of the same key takes its place, and what held before goes on holding for the payments of its time.

CREATE TABLE fee_schedule (
    id uuid PRIMARY KEY,
    merchant_id text NOT NULL,
    currency text NOT NULL,
    channel text CHECK (channel IN ('swipe', 'chip', 'contactless', 'qr', 'manual', 'online')),
    card_kind text CHECK (card_kind IN ('debit', 'credit', 'prepaid')),
    rate integer NOT NULL CHECK (rate BETWEEN 0 AND 1000000),
    cap bigint CHECK (cap BETWEEN 0 AND 1000000000000),
    floor bigint NOT NULL CHECK (floor BETWEEN 0 AND 1000000000000),
    rounding text NOT NULL CHECK (rounding IN ('half_up', 'half_even', 'half_down', 'up', 'down')),
    returned integer NOT NULL CHECK (returned BETWEEN 0 AND 1000000),
    valid_from timestamptz NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    CHECK (cap IS NULL OR cap >= floor)
);
COMMENT ON COLUMN fee_schedule.rate IS 'millionths of the amount: 3800 is 0.38 %';
COMMENT ON COLUMN fee_schedule.returned IS 'millionths of the fee that come back with the money';

-- Which one holds is never a matter of chance.
CREATE UNIQUE INDEX fee_schedule_key
    ON fee_schedule (merchant_id, currency, coalesce(channel, ''), coalesce(card_kind, ''), valid_from);

CREATE TRIGGER fee_schedule_append_only BEFORE DELETE OR UPDATE
    ON fee_schedule FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fee_schedule_no_truncate BEFORE TRUNCATE ON fee_schedule EXECUTE FUNCTION refuse_change();
