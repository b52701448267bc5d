-- What cardholders and desks report of merchants. Who did what to a report is in audit_entry.
CREATE TABLE misconduct_report (
    id uuid PRIMARY KEY,
    merchant_id text NOT NULL,
    -- Null where the desk reports the merchant as such.
    transaction_id uuid REFERENCES transaction (id),
    kind text NOT NULL CHECK (kind IN ('refused_refund', 'overcharged', 'fake_terminal', 'surcharge', 'no_receipt',
        'threatened_customer', 'other')),
    text text NOT NULL,
    -- References, as they were given.
    evidence uuid[] NOT NULL,
    reported_by text NOT NULL,
    reported_at timestamptz NOT NULL,
    -- The cardholder whose report it is: the app and the person in it. Both null where the desk reports.
    client text,
    subject text,
    state text NOT NULL CHECK (state IN ('open', 'in_review', 'closed')),
    owner text,
    outcome text CHECK (outcome IN ('upheld', 'not_upheld', 'duplicate')),
    closed_by text,
    closed_at timestamptz,
    note text,
    -- The end of its audit trail.
    audit_number integer NOT NULL,
    audit_hash bytea NOT NULL,
    CHECK ((client IS NULL) = (subject IS NULL)),
    CHECK (subject IS NULL OR transaction_id IS NOT NULL),
    CHECK ((owner IS NULL) = (state = 'open')),
    CHECK ((state = 'closed') = (outcome IS NOT NULL AND closed_by IS NOT NULL AND closed_at IS NOT NULL
        AND note IS NOT NULL)),
    CHECK (state = 'closed' OR num_nonnulls(outcome, closed_by, closed_at, note) = 0)
);

CREATE INDEX misconduct_report_merchant ON misconduct_report (merchant_id, id);
CREATE INDEX misconduct_report_own ON misconduct_report (client, subject, id) WHERE subject IS NOT NULL;
CREATE INDEX misconduct_report_reported ON misconduct_report USING brin (reported_at);
-- Work lists.
CREATE INDEX misconduct_report_pending ON misconduct_report (state, id) WHERE state <> 'closed';
CREATE INDEX misconduct_report_owner ON misconduct_report (owner, id) WHERE owner IS NOT NULL;

-- What was reported never changes, and nothing is forgotten.
CREATE TRIGGER misconduct_report_kept BEFORE DELETE OR UPDATE OF
    id, merchant_id, transaction_id, kind, text, evidence, reported_by, reported_at, client, subject
    ON misconduct_report FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER misconduct_report_closed_stays BEFORE UPDATE ON misconduct_report FOR EACH ROW
    WHEN (OLD.state = 'closed') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER misconduct_report_no_truncate BEFORE TRUNCATE ON misconduct_report EXECUTE FUNCTION refuse_change();
