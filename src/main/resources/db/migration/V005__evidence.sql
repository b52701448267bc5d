-- Files that people put forward in disputes. Nothing of them ever changes.

CREATE TABLE evidence (
    id uuid PRIMARY KEY,
    dispute_id uuid NOT NULL,
    type text NOT NULL CHECK (type IN ('slip', 'reprinted_slip', 'e_signature', 'pin_or_chip_record',
        'bank_statement', 'cctv', 'photo', 'sms_screenshot', 'call_recording', 'chat_log', 'witness_statement',
        'delivery_proof', 'invoice', 'refund_proof', 'terminal_report', 'other')),
    party text NOT NULL CHECK (party IN ('cardholder', 'merchant', 'desk')),
    -- To be shown, never a path.
    file_name text NOT NULL CHECK (file_name <> ''),
    -- By the content.
    media_type text NOT NULL CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg', 'image/webp',
        'video/mp4', 'audio/mpeg', 'text/plain')),
    size bigint NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    -- Where the content lies, under this id.
    storage text NOT NULL CHECK (storage IN ('postgresql', 's3')),
    description text,
    added_by text NOT NULL,
    -- The party itself, or the desk for it.
    sent_by text NOT NULL CHECK (sent_by IN (party, 'desk')),
    added_at timestamptz NOT NULL
);
CREATE INDEX evidence_dispute ON evidence (dispute_id, added_at, id);

-- Uploads that have come to no end: deleted by whoever adds the evidence, or removes what was written of it.
CREATE TABLE evidence_upload (
    id uuid PRIMARY KEY,
    storage text NOT NULL CHECK (storage IN ('postgresql', 's3')),
    started_at timestamptz NOT NULL
);
CREATE INDEX evidence_upload_age ON evidence_upload (started_at);

-- Contents, where PostgreSQL keeps them: 256 KiB a row, less in the last of a file.
CREATE TABLE evidence_chunk (
    evidence_id uuid NOT NULL,
    number integer NOT NULL CHECK (number >= 0),
    content bytea NOT NULL CHECK (length(content) BETWEEN 1 AND 262144),
    PRIMARY KEY (evidence_id, number)
);
-- What is taken is compressed already; uncompressed, a part of a row is read without the rest.
ALTER TABLE evidence_chunk ALTER content SET STORAGE EXTERNAL;

CREATE TRIGGER evidence_append_only BEFORE DELETE OR UPDATE
    ON evidence FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_no_truncate BEFORE TRUNCATE ON evidence EXECUTE FUNCTION refuse_change();

-- The content of evidence is written before its row, and may only go while there is none.
CREATE FUNCTION refuse_change_of_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    chunk evidence_chunk := CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
BEGIN
    IF EXISTS (SELECT FROM evidence WHERE id = chunk.evidence_id) THEN
        RAISE EXCEPTION 'the content of evidence is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN chunk;
END
$$;
CREATE TRIGGER evidence_chunk_kept BEFORE INSERT OR DELETE
    ON evidence_chunk FOR EACH ROW EXECUTE FUNCTION refuse_change_of_evidence();
CREATE TRIGGER evidence_chunk_append_only BEFORE UPDATE
    ON evidence_chunk FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER evidence_chunk_no_truncate BEFORE TRUNCATE ON evidence_chunk EXECUTE FUNCTION refuse_change();
