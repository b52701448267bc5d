-- Events in one order that readers can follow, and what makes them where nothing but time or completeness comes.

-- What was written into the outbox and has no position yet. A number is drawn while the change is not yet committed, so
-- numbers appear in another order than they count: only for what concerns one thing is their order that of the changes.
CREATE TABLE outbox_new (
    number bigserial PRIMARY KEY,
    event_id uuid NOT NULL,
    -- One of each statement: see below.
    hint boolean NOT NULL DEFAULT false
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

INSERT INTO outbox_new (event_id) SELECT id FROM outbox ORDER BY at, id;

CREATE FUNCTION take_note_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox_new (event_id, hint)
        SELECT id, id = (SELECT max(id::text)::uuid FROM added) FROM added ORDER BY id;
    RETURN NULL;
END
$$;
CREATE TRIGGER outbox_new_events AFTER INSERT ON outbox
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION take_note_of_events();

-- Whoever notifies holds a lock of the whole database from here to the end of its commit. So only one does at a time:
-- whoever commits meanwhile is found by the same look or by the one that follows it.
CREATE FUNCTION hint_at_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_try_advisory_xact_lock(7263, 11) THEN
        PERFORM pg_notify('paywitness_events', '');
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER outbox_new_hint AFTER INSERT ON outbox_new DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.hint) EXECUTE FUNCTION hint_at_events();

-- How far positions have been given out. Its row is the lock of whoever gives them.
CREATE TABLE event_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL CHECK (position >= 0)
);
INSERT INTO event_head (position) VALUES (0);

-- The order: positions become visible one after the other, without a gap.
CREATE TABLE event_position (
    position bigint PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE REFERENCES outbox (id) ON DELETE CASCADE,
    merchant_id text,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    type text NOT NULL
);
CREATE INDEX event_position_merchant ON event_position (merchant_id, position);

-- What was last told of each live transaction, and when to look at it again though nothing is heard of it.
CREATE TABLE verdict_standing (
    transaction_id uuid PRIMARY KEY REFERENCES transaction (id) ON DELETE CASCADE,
    -- '*' while no merchant is known: what is complete for all merchants is complete for it.
    merchant_id text NOT NULL,
    told text NOT NULL,
    -- From when on time alone, and through when data that is complete, may change something; null: nothing more will.
    look_at timestamptz,
    terminal_at timestamptz,
    acquirer_at timestamptz,
    bank_at timestamptz,
    wallet_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX verdict_standing_look ON verdict_standing (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX verdict_standing_terminal ON verdict_standing (merchant_id, terminal_at) WHERE terminal_at IS NOT NULL;
CREATE INDEX verdict_standing_acquirer ON verdict_standing (merchant_id, acquirer_at) WHERE acquirer_at IS NOT NULL;
CREATE INDEX verdict_standing_bank ON verdict_standing (merchant_id, bank_at) WHERE bank_at IS NOT NULL;
CREATE INDEX verdict_standing_wallet ON verdict_standing (merchant_id, wallet_at) WHERE wallet_at IS NOT NULL;

-- Completeness that has advanced and has not been followed to its end.
CREATE TABLE completeness_follow (
    merchant_id text NOT NULL,
    source text NOT NULL CHECK (source IN ('terminal', 'acquirer', 'bank', 'wallet')),
    through timestamptz NOT NULL,
    -- Whoever began to write before this may have read what was complete before, and not be committed yet.
    until xid8,
    PRIMARY KEY (merchant_id, source)
);

-- How far transactions of the version before have been given a standing. Its row is the lock, too.
CREATE TABLE verdict_standing_walk (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    after uuid NOT NULL
);
INSERT INTO verdict_standing_walk (after) VALUES ('00000000-0000-0000-0000-000000000000');
