-- The TypeIDs of the sales, in an order that is not theirs.
CREATE FUNCTION pg_temp.typeid(id uuid) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'txn_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz',
        substring(B'00' || ('x' || replace(id::text, '-', ''))::bit(128) FROM 1 + 5 * i FOR 5)::int + 1, 1), '' ORDER BY i)
    FROM generate_series(0, 25) i
$$;
SELECT pg_temp.typeid(id) FROM transaction ORDER BY md5(id::text);
