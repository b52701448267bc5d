-- Lines "uuid rrn typeid" of transactions to ask for: the bare server takes the UUID, the service the TypeID.
CREATE FUNCTION pg_temp.typeid(id uuid) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'txn_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz',
        substring(B'00' || ('x' || replace(id::text, '-', ''))::bit(128) FROM 1 + 5 * i FOR 5)::int + 1, 1), '' ORDER BY i)
    FROM generate_series(0, 25) i
$$;
SELECT id || ' ' || rrn || ' ' || pg_temp.typeid(id)
FROM (SELECT id, rrn FROM transaction TABLESAMPLE SYSTEM (10) LIMIT 200000) AS sample;
