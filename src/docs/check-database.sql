-- Whether a database is whole: after a restore, or whenever somebody doubts it. Changes nothing. Each row that comes is
-- a fault; none: it is whole. Reads everything, so rather on a replica or a restored copy:
--   psql -v ON_ERROR_STOP=1 -f src/docs/check-database.sql "$DATABASE"
WITH entry AS (
    SELECT subject_id, number, hash, actor, action, content,
        lag(hash) OVER trail AS before,
        row_number() OVER trail AS place,
        -- As java.time.Instant writes it: with as many groups of three digits as it needs.
        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
            || CASE WHEN extract(microseconds FROM at)::bigint % 1000000 = 0 THEN ''
                WHEN extract(microseconds FROM at)::bigint % 1000 = 0 THEN to_char(at, '.MS')
                ELSE to_char(at, '.US') END || 'Z' AS at
    FROM audit_entry WINDOW trail AS (PARTITION BY subject_id ORDER BY number)
), head AS (
    SELECT id, timeline_number AS number, timeline_hash AS hash FROM dispute
    UNION ALL SELECT id, audit_number, audit_hash FROM refund
    UNION ALL SELECT id, audit_number, audit_hash FROM invoice_request
    UNION ALL SELECT id, audit_number, audit_hash FROM misconduct_report
), told AS (
    SELECT DISTINCT payload::json ->> 'hash' AS hash FROM outbox WHERE aggregatetype = 'dispute'
)
SELECT 'an audit entry is not as it was written' AS fault, subject_id AS id, number::text AS detail FROM entry
    WHERE number <> place OR hash <> sha256(coalesce(before, '') || convert_to(subject_id::text, 'UTF8') || '\x00'
        || convert_to(number::text, 'UTF8') || '\x00' || convert_to(at, 'UTF8') || '\x00'
        || convert_to(actor, 'UTF8') || '\x00' || convert_to(action, 'UTF8') || '\x00'
        || convert_to(content, 'UTF8') || '\x00')
UNION ALL
SELECT 'an audit trail does not end where it should', h.id, h.number::text FROM head h
    WHERE NOT EXISTS (SELECT FROM audit_entry a WHERE a.subject_id = h.id AND a.number = h.number AND a.hash = h.hash)
        OR EXISTS (SELECT FROM audit_entry a WHERE a.subject_id = h.id AND a.number > h.number)
UNION ALL
SELECT 'an audit trail is nobody''s', a.subject_id, NULL FROM audit_entry a
    WHERE number = 1 AND NOT EXISTS (SELECT FROM head h WHERE h.id = a.subject_id)
        AND NOT EXISTS (SELECT FROM terminal t WHERE t.id = a.subject_id)
UNION ALL
SELECT 'no event tells of an entry of a dispute', a.subject_id, a.number::text FROM audit_entry a
    JOIN dispute d ON d.id = a.subject_id LEFT JOIN told t ON t.hash = encode(a.hash, 'hex') WHERE t.hash IS NULL
UNION ALL
SELECT 'refunds are not what their balance says', b.transaction_id, b.refunds::text FROM refund_balance b
    WHERE b.refunds <> (SELECT coalesce(sum(r.amount), 0) FROM refund r WHERE r.transaction_id = b.transaction_id
        AND r.status NOT IN ('failed', 'rejected', 'canceled'))
UNION ALL
SELECT 'claims are not what their balance says', b.transaction_id, (b.chargebacks + b.compensations)::text
    FROM refund_balance b WHERE b.chargebacks + b.compensations <> b.claims_gone + (SELECT
        coalesce(sum(c.open_claim + c.won + c.compensated), 0) FROM dispute_transaction c
        WHERE c.booked_under = b.transaction_id)
UNION ALL
SELECT 'a refund has no balance', r.transaction_id, r.id::text FROM refund r
    WHERE NOT EXISTS (SELECT FROM refund_balance b WHERE b.transaction_id = r.transaction_id)
UNION ALL
SELECT 'a balance is nobody''s', b.transaction_id, NULL FROM refund_balance b
    WHERE NOT EXISTS (SELECT FROM transaction t WHERE t.id = b.transaction_id)
UNION ALL
SELECT 'a change of a transaction is missing', t.id, t.version::text FROM transaction t
    WHERE t.version <> (SELECT count(*) FROM transaction_change c WHERE c.transaction_id = t.id)
UNION ALL
SELECT 'a file of evidence lacks bytes', e.id, e.size::text FROM evidence e
    WHERE e.storage = 'postgresql' AND e.size <> (SELECT coalesce(sum(octet_length(c.content)), 0)
        FROM evidence_chunk c WHERE c.evidence_id = e.id);
