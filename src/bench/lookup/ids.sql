-- FILL IN with the real table: one line "id rrn" for each of the transactions that the load asks for.
SELECT id || ' ' || rrn FROM bench_transaction TABLESAMPLE SYSTEM (10) LIMIT 200000
