SELECT id, rrn, amount, currency, occurred_at, summary FROM bench_transaction WHERE id = $1
