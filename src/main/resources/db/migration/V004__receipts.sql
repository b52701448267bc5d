-- Slips that were printed again, and invoices that people ask for.

-- How often the slip of a transaction was given out here. Never the original: that came out of the terminal.
CREATE TABLE receipt_count (
    transaction_id uuid PRIMARY KEY REFERENCES transaction (id),
    copies integer NOT NULL CHECK (copies > 0)
) WITH (fillfactor = 80);

-- Each copy, and who got it: a reprint weighs little in a dispute, and who made many of them is asked why.
CREATE TABLE receipt_copy (
    transaction_id uuid NOT NULL REFERENCES transaction (id),
    number integer NOT NULL CHECK (number > 0),
    form text NOT NULL CHECK (form IN ('json', 'html', 'pdf')),
    reader text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (transaction_id, number)
);
CREATE TRIGGER receipt_copy_append_only BEFORE DELETE OR UPDATE
    ON receipt_copy FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipt_copy_no_truncate BEFORE TRUNCATE ON receipt_copy EXECUTE FUNCTION refuse_change();

CREATE TABLE invoice_request (
    id uuid PRIMARY KEY,
    transaction_id uuid NOT NULL REFERENCES transaction (id),
    merchant_id text,
    -- What was charged and had not come back when it was asked for, in minor units.
    amount bigint NOT NULL CHECK (amount > 0 AND amount <= 1000000000000),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    title text NOT NULL,
    -- Null: a person.
    tax_id text CHECK (tax_id ~ '^([0-9]{15}|[0-9]{20}|[0-9A-HJ-NP-RT-UW-Y]{18})$'),
    note text,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('requested', 'issued', 'refused')),
    decided_by text,
    decided_at timestamptz,
    number text,
    reason text,
    -- The end of its audit trail.
    audit_number integer NOT NULL,
    audit_hash bytea NOT NULL,
    CHECK ((status = 'requested') = (decided_at IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((status = 'issued') = (number IS NOT NULL)),
    CHECK ((status = 'refused') = (reason IS NOT NULL))
);
CREATE INDEX invoice_request_transaction ON invoice_request (transaction_id, id);
CREATE UNIQUE INDEX invoice_request_one_open ON invoice_request (transaction_id) WHERE status = 'requested';

-- What was asked for never changes, and what was decided stays.
CREATE TRIGGER invoice_request_kept BEFORE DELETE OR UPDATE OF
    id, transaction_id, merchant_id, amount, currency, title, tax_id, note, requested_by, requested_at
    ON invoice_request FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_request_decided BEFORE UPDATE ON invoice_request FOR EACH ROW
    WHEN (OLD.status <> 'requested') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_request_no_truncate BEFORE TRUNCATE ON invoice_request EXECUTE FUNCTION refuse_change();

-- The invoice itself, apart from the row that lists read.
CREATE TABLE invoice_file (
    invoice_request_id uuid PRIMARY KEY REFERENCES invoice_request (id),
    media_type text NOT NULL CHECK (media_type IN ('application/pdf', 'application/ofd')),
    size integer NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    content bytea NOT NULL CHECK (octet_length(content) = size)
);
CREATE TRIGGER invoice_file_append_only BEFORE DELETE OR UPDATE
    ON invoice_file FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_file_no_truncate BEFORE TRUNCATE ON invoice_file EXECUTE FUNCTION refuse_change();
