-- Of each kind of row as many as refunds were accepted, and the balances are the sums of the refunds.
SELECT format('refund %s idempotency_key %s audit_entry %s outbox %s balance %s', count(*),
    (SELECT count(*) FROM idempotency_key WHERE status = 201 AND body IS NOT NULL),
    (SELECT count(*) FROM audit_entry WHERE number = 1 AND action = 'requested'),
    (SELECT count(*) FROM outbox WHERE type = 'refund.requested'),
    (SELECT sum(refunds) FROM refund_balance) = sum(amount) FILTER (WHERE status NOT IN ('failed', 'rejected', 'canceled')))
FROM refund;
