-- FILL IN: as soon as the schema of transactions is there, insert into the real table instead of this stand-in.
-- psql variable :rows is the number wanted. Row n must have the id `lpad(to_hex(n), 32, '0')::uuid` (pgbench computes it)
-- and a reference of its own.
CREATE TABLE IF NOT EXISTS bench_transaction (
    id uuid PRIMARY KEY,
    rrn text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    occurred_at timestamptz NOT NULL,
    summary jsonb NOT NULL
);
INSERT INTO bench_transaction
SELECT lpad(to_hex(n), 32, '0')::uuid, lpad(n::text, 12, '0'), 1 + n % 100000, 'CNY',
       timestamptz '2026-01-01' + n * interval '1 second',
       jsonb_build_object('terminal', 'approved', 'acquirer', 'settled', 'amount', 1 + n % 100000, 'note', repeat('x', 120))
FROM generate_series((SELECT count(*) FROM bench_transaction) + 1, :rows) n;
CREATE INDEX IF NOT EXISTS bench_transaction_rrn ON bench_transaction (rrn);
