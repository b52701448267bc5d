-- Lines "dispute transaction" of disputes to ask for, in an order that is not theirs.
CREATE FUNCTION pg_temp.typeid(prefix text, id uuid) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT prefix || '_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz',
        substring(B'00' || ('x' || replace(id::text, '-', ''))::bit(128) FROM 1 + 5 * i FOR 5)::int + 1, 1), '' ORDER BY i)
    FROM generate_series(0, 25) i
$$;
SELECT pg_temp.typeid('dsp', dispute_id) || ' ' || pg_temp.typeid('txn', transaction_id)
FROM (SELECT dispute_id, transaction_id FROM dispute_transaction ORDER BY md5(dispute_id::text) LIMIT 20000) AS sample;
