-- Grows the record to :rows disputes, each of a payment of its own, with the timeline that the service would have
-- written: four entries, each hashed over the one before, and as many events. 200 merchants have them evenly, each card
-- has four. What waits is as much at every size, and old: 450 are overdue, 20 wait for a merchant, 30 are in court.
-- No deadline's worker takes any of them up meanwhile: they act tomorrow.
SET session_replication_role = replica; -- no foreign key is looked after: all of them are there

CREATE OR REPLACE FUNCTION pg_temp.typeid(prefix text, id uuid) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT prefix || '_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz',
        substring(B'00' || ('x' || replace(id::text, '-', ''))::bit(128) FROM 1 + 5 * i FOR 5)::int + 1, 1), '' ORDER BY i)
    FROM generate_series(0, 25) i
$$;

CREATE TEMP TABLE fresh AS
SELECT n, k, lpad(to_hex(n), 12, '0') AS hex, now, opened_at, legal, waits,
    ('01990000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
    ('01980000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS transaction_id,
    -- Of the TypeID only the last five characters differ below 2^25.
    head || substr(a, (n >> 20 & 31)::int + 1, 1) || substr(a, (n >> 15 & 31)::int + 1, 1)
        || substr(a, (n >> 10 & 31)::int + 1, 1) || substr(a, (n >> 5 & 31)::int + 1, 1)
        || substr(a, (n & 31)::int + 1, 1) AS reference,
    CASE WHEN NOT waits THEN 'm_' || n % 200 END AS merchant_id,
    'card_01' || lpad((n / 4)::text, 24, '0') AS card_token,
    1000 + n % 90000 AS amount,
    (ARRAY['unrecognized', 'no_slip', 'duplicate', 'amount_differs', 'not_delivered'])[n / 100 % 5 + 1] AS reason,
    CASE WHEN legal THEN 'legal' WHEN waits THEN 'inquiry'
        ELSE (ARRAY['inquiry', 'negotiation', 'chargeback', 'representment'])[n / 10 % 4 + 1] END AS stage,
    CASE WHEN waits THEN 'open' WHEN k < 4 THEN 'awaiting_merchant' WHEN k < 7 THEN 'awaiting_cardholder'
        WHEN k < 9 THEN 'under_review' WHEN k < 40 THEN 'agreed' WHEN k < 60 THEN 'won_by_cardholder'
        WHEN k < 80 THEN 'won_by_merchant' WHEN k < 90 THEN 'withdrawn' ELSE 'expired' END AS status,
    CASE WHEN k < 9 OR waits THEN now + CASE WHEN n <= 5000 AND NOT waits THEN interval '-1 day'
        ELSE interval '1 day' + n % 86400 * interval '1 second' END END AS due_at
FROM (SELECT n, k, n <= 2000 AND k = 9 AS waits, n <= 3000 AND k = 7 AS legal, date_trunc('second', now()) AS now,
          '0123456789abcdefghjkmnpqrstvwxyz' AS a,
          (SELECT left(pg_temp.typeid('dsp', '01990000-0000-7000-8000-000000000000'), 25)) AS head,
          date_trunc('second', now()) - interval '60 days' + n * interval '5 seconds' AS opened_at
      FROM generate_series((SELECT count(*) FROM dispute) + 1, :rows) n,
          -- Each merchant has disputes of every kind.
          LATERAL (SELECT (n + n / 200 * 37) % 100 AS k) AS kind) AS numbers;
ANALYZE fresh;

INSERT INTO transaction (id, version, merchant_id, terminal_id, batch, stan, rrn, card_token, card_first6, card_last4,
    amount, currency, occurred_at, summary)
SELECT transaction_id, 1, merchant_id, 'T' || n % 5000, '000001', lpad((n % 1000000)::text, 6, '0'),
    lpad(n::text, 12, '0'), card_token, '622848', lpad((n % 10000)::text, 4, '0'), amount, 'CNY',
    opened_at - interval '1 day', E'1\tPURCHASE\tDEBIT\t0\tchip\t123456\tunionpay\t\t\t\t\t0\t'
FROM fresh;

-- One entry of all after the other, as they come in life: those of one dispute lie apart.
DO $$
BEGIN
    FOR i IN 1..4 LOOP
        INSERT INTO audit_entry (subject_id, number, at, actor, action, content, hash)
        SELECT id, i, at, 'bench', action, content, sha256(coalesce(hash, '') || convert_to(id::text, 'UTF8') || '\x00'
            || convert_to(i::text, 'UTF8') || '\x00'
            || convert_to(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'UTF8') || '\x00'
            || convert_to('bench', 'UTF8') || '\x00' || convert_to(action, 'UTF8') || '\x00'
            || convert_to(content, 'UTF8') || '\x00')
        FROM (SELECT f.id, f.opened_at + i * interval '1 hour' AS at, b.hash,
                  (ARRAY['opened', 'message', 'proposed', 'moved'])[i] AS action,
                  '{"party":"desk","stage":"' || CASE i WHEN 4 THEN f.stage ELSE 'inquiry' END || '","status":"'
                      || CASE i WHEN 4 THEN f.status ELSE 'open' END || '","text":"What was said of payment '
                      || f.n || ' in step ' || i || '."}' AS content
              FROM fresh f LEFT JOIN audit_entry b ON b.subject_id = f.id AND b.number = i - 1 ORDER BY f.n) AS entries;
    END LOOP;
END
$$;

INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, merchant_id, at)
SELECT ('01990000-0000-700' || a.number || '-8000-' || f.hex)::uuid, 'dispute', f.reference, 'dispute.' || a.action,
    '{"dispute_id":"' || f.reference || '","number":' || a.number || ',"hash":"' || encode(a.hash, 'hex')
        || '","action":"' || a.action || '","entry":' || a.content || '}', f.merchant_id, a.at
FROM fresh f JOIN audit_entry a ON a.subject_id = f.id ORDER BY a.number, f.n;

INSERT INTO dispute (id, reason, stage, status, opened_by, opener, merchant_id, card_token, claimed, currency, text, opened_at,
    due_at, act_at, reminders, ended_at, timeline_number, timeline_hash)
SELECT f.id, f.reason, f.stage, f.status, 'cardholder', 'bench', f.merchant_id, f.card_token, f.amount, 'CNY',
    'I was not there on that day.', f.opened_at, f.due_at, f.now + CASE WHEN f.due_at IS NOT NULL THEN interval '1 day' END,
    2, CASE WHEN f.due_at IS NULL THEN f.opened_at + interval '4 hours' END, 4, a.hash
FROM fresh f JOIN audit_entry a ON a.subject_id = f.id AND a.number = 4 ORDER BY f.n;

INSERT INTO dispute_transaction (dispute_id, transaction_id, booked_under, reason, currency, live, amount, charged, won)
SELECT id, transaction_id, transaction_id, reason, 'CNY', due_at IS NOT NULL, amount, amount,
    CASE status WHEN 'won_by_cardholder' THEN amount ELSE 0 END
FROM fresh ORDER BY n;

-- What was agreed on: a refund, which has arrived but in 50; where not, an offer that the desk's word made an end of.
INSERT INTO refund (id, transaction_id, merchant_id, card_kind, via_wallet, amount, currency, charged, reason, status,
    route, requested_by, requested_at, submitted_at, succeeded_at, expected_by, arrived_at, audit_number, audit_hash)
SELECT ('01990000-0001-7000-8000-' || hex)::uuid, transaction_id, merchant_id, 'DEBIT', false, amount / 2 + 1, 'CNY', amount,
    'agreement', CASE WHEN pending THEN 'submitted' ELSE 'succeeded' END, 'refund', 'bench', opened_at, opened_at,
    CASE WHEN NOT pending THEN opened_at END, now + interval '7 days', CASE WHEN NOT pending THEN opened_at END, 1, ''
FROM (SELECT *, n <= 5000 AND k = 10 AS pending FROM fresh WHERE status = 'agreed') f ORDER BY n;

INSERT INTO proposal (id, dispute_id, party, kind, transaction_id, amount, currency, text, status, proposed_by,
    proposed_at, answered_by, answered_at)
SELECT ('01990000-0002-7000-8000-' || hex)::uuid, id, 'merchant', 'refund', transaction_id, amount / 2 + 1, 'CNY',
    'Half of it.', CASE status WHEN 'agreed' THEN 'accepted' ELSE 'superseded' END, 'bench', opened_at,
    CASE status WHEN 'agreed' THEN 'bench' END, CASE status WHEN 'agreed' THEN opened_at END
FROM fresh WHERE stage <> 'inquiry' OR status = 'agreed' ORDER BY n;

INSERT INTO follow_up (id, dispute_id, merchant_id, kind, owed_by, amount, currency, refund_id, due_at, status, ended_at)
SELECT ('01990000-0003-7000-8000-' || hex)::uuid, id, merchant_id, 'refund', 'merchant', amount / 2 + 1, 'CNY',
    ('01990000-0001-7000-8000-' || hex)::uuid, now + interval '7 days',
    CASE WHEN pending THEN 'promised' ELSE 'executed' END, CASE WHEN NOT pending THEN opened_at END
FROM (SELECT *, n <= 5000 AND k = 10 AS pending FROM fresh WHERE status = 'agreed') f ORDER BY n;

-- Two files to every other dispute; of their content nothing is read.
INSERT INTO evidence (id, dispute_id, type, party, file_name, media_type, size, sha256, storage, added_by,
    sent_by, added_at)
SELECT ('01990000-000' || e.k || '-7000-8000-' || hex)::uuid, id, e.type, 'merchant', e.type || '.pdf', 'application/pdf',
    1000, sha256(hex::bytea), 'postgresql', 'bench', 'merchant', opened_at
FROM fresh, (VALUES (4, 'slip'), (5, 'invoice')) AS e(k, type) WHERE n % 2 = 0 ORDER BY n;

INSERT INTO terminal (id, terminal_id, merchant_id, state, since, registered_by, registered_at)
SELECT ('01990000-0006-7000-8000-' || lpad(to_hex(t), 12, '0'))::uuid, 'T' || t, 'm_' || t % 200, 'active', now(), 'bench',
    now()
FROM generate_series(0, 4999) t ON CONFLICT DO NOTHING;
