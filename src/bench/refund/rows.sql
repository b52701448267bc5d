-- Fills the service's own table up to :rows charged sales of the last days, each with what four observations say of it,
-- and makes the table of the bare inserts: a refund's columns, its primary key and one index.
CREATE OR REPLACE FUNCTION pg_temp.fact(source text, outcome text, code text, at timestamptz, n bigint, k int)
RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT E'\n' || source || E'\t' || outcome || E'\t' || code || E'\t'
        || (extract(epoch FROM at) * 1000000)::bigint || E'\t' || 1000 + n % 90000 || E'CNY\t\tobs_01kaf3v6n8e8q'
        || k || lpad(n::text, 12, '0')
$$;

INSERT INTO completeness_now (merchant_id, bank)
SELECT m, now() FROM (SELECT '*' UNION ALL SELECT 'm_' || g FROM generate_series(0, 999) g) AS k(m)
ON CONFLICT DO NOTHING;

INSERT INTO transaction (id, version, merchant_id, terminal_id, batch, stan, rrn, card_token, card_first6, card_last4,
    amount, currency, occurred_at, summary)
SELECT lpad(to_hex(n), 32, '0')::uuid, 4, 'm_' || n % 1000, 'T' || n % 5000, '000001', lpad((n % 1000000)::text, 6, '0'),
       lpad(n::text, 12, '0'), 'card_01' || lpad((n % 90000)::text, 26, '0'), '622848', lpad((n % 10000)::text, 4, '0'),
       1000 + n % 90000, 'CNY', at,
       E'1\tPURCHASE\tDEBIT\t0\tchip\t123456\tunionpay\t\t\t\t\t0\t'
       || pg_temp.fact('terminal', 'approved', '00', at, n, 1) || pg_temp.fact('terminal', 'slip_printed', '', at, n, 2)
       || pg_temp.fact('acquirer', 'captured', '00', at, n, 3) || pg_temp.fact('bank', 'debited', '', at, n, 4)
FROM (SELECT n, date_trunc('day', now()) - interval '5 days' + n % 300000 * interval '1 second' AS at
      FROM generate_series((SELECT count(*) FROM transaction) + 1, :rows) n) AS numbers;

CREATE TABLE IF NOT EXISTS bare_refund (LIKE refund INCLUDING DEFAULTS);
ALTER TABLE bare_refund ADD PRIMARY KEY (id);
CREATE INDEX ON bare_refund (transaction_id);
