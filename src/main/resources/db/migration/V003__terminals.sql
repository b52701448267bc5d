-- The devices: whose they are, what became of them, and from when to when payments at them are not to be trusted.

CREATE TABLE terminal (
    id uuid PRIMARY KEY,
    -- ISO 8583 DE 41. A device that took the place of another may carry its number on.
    terminal_id text NOT NULL CHECK (terminal_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    merchant_id text NOT NULL CHECK (merchant_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    name text,
    location text,
    model text,
    state text NOT NULL CHECK (state IN ('active', 'lost', 'stolen', 'faulty', 'in_repair', 'retired')),
    -- Since when it is in this state, as was reported.
    since timestamptz NOT NULL,
    registered_by text NOT NULL,
    registered_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX terminal_live ON terminal (terminal_id) WHERE state <> 'retired';
CREATE INDEX terminal_number ON terminal (terminal_id);
CREATE INDEX terminal_of_merchant ON terminal (merchant_id, id);

CREATE TRIGGER terminal_kept BEFORE DELETE OR UPDATE OF
    id, terminal_id, merchant_id, name, location, model, registered_by, registered_at
    ON terminal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terminal_retired BEFORE UPDATE OF state ON terminal FOR EACH ROW
    WHEN (OLD.state = 'retired') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terminal_no_truncate BEFORE TRUNCATE ON terminal EXECUTE FUNCTION refuse_change();

-- What was said of a device, by whom, and since when it is so.
CREATE TABLE terminal_report (
    id uuid PRIMARY KEY,
    terminal uuid NOT NULL REFERENCES terminal (id),
    number integer NOT NULL CHECK (number > 0),
    report text NOT NULL CHECK (report IN ('lost', 'stolen', 'faulty', 'in_repair', 'repaired', 'found', 'replaced',
        'retired')),
    since timestamptz NOT NULL,
    text text,
    replaced_by uuid REFERENCES terminal (id),
    reported_by text NOT NULL,
    reported_at timestamptz NOT NULL,
    UNIQUE (terminal, number),
    CHECK (since <= reported_at),
    CHECK ((replaced_by IS NOT NULL) = (report = 'replaced')),
    CHECK (replaced_by <> terminal)
);
CREATE TRIGGER terminal_report_append_only BEFORE DELETE OR UPDATE
    ON terminal_report FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terminal_report_no_truncate BEFORE TRUNCATE ON terminal_report EXECUTE FUNCTION refuse_change();

-- One row for each report of a loss or theft: payments at the terminal from since until (not at) until are flagged when
-- they are read, whenever they were heard of. Few rows: no payment is ever rewritten for a report.
CREATE TABLE terminal_freeze (
    report_id uuid PRIMARY KEY REFERENCES terminal_report (id),
    terminal uuid NOT NULL REFERENCES terminal (id),
    terminal_id text NOT NULL,
    merchant_id text NOT NULL,
    since timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    -- Null: it has not come back.
    until timestamptz,
    -- When that end was told: what was answered before stays answerable.
    lifted_at timestamptz,
    CHECK (since <= reported_at),
    CHECK (until >= since),
    CHECK ((until IS NULL) = (lifted_at IS NULL))
);
CREATE INDEX terminal_freeze_number ON terminal_freeze (terminal_id, since);
CREATE INDEX terminal_freeze_open ON terminal_freeze (terminal) WHERE until IS NULL;
CREATE TRIGGER terminal_freeze_kept BEFORE DELETE OR UPDATE OF
    report_id, terminal, terminal_id, merchant_id, since, reported_at
    ON terminal_freeze FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terminal_freeze_lifted_once BEFORE UPDATE ON terminal_freeze FOR EACH ROW
    WHEN (OLD.until IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER terminal_freeze_no_truncate BEFORE TRUNCATE ON terminal_freeze EXECUTE FUNCTION refuse_change();
