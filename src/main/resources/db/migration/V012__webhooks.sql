-- Who wants to be told of events, and what became of telling them.

CREATE TABLE webhook_endpoint (
    id uuid PRIMARY KEY,
    merchant_id text NOT NULL,
    url text NOT NULL,
    description text,
    -- Types as events have them, refund.* for all of one kind, * for all.
    event_types text[] NOT NULL CHECK (cardinality(event_types) > 0),
    status text NOT NULL CHECK (status IN ('enabled', 'disabled', 'deleted')),
    -- Who or what disabled it: a person, receivers that say 410, days of failures.
    disabled_because text CHECK (disabled_because IN ('asked', 'gone', 'failing')),
    disabled_at timestamptz,
    -- Sealed, each with the id of its key before it (paywitness.webhook.keys). The one before is valid until its end.
    secret text,
    secret_before text,
    secret_before_until timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    -- Events up to here, where it was made or enabled, are none of its business; the largest number until that is known.
    from_position bigint NOT NULL,
    -- Deliveries that have not come to their end.
    waiting bigint NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    -- Since when no attempt has succeeded; null: the last one did.
    failing_since timestamptz,
    -- Until when its receiver asked to be left alone.
    paused_until timestamptz,
    -- When a sender has something to do for it; null: nothing waits.
    work_at timestamptz,
    -- Whoever sends holds it until then, and only the latest claim may record.
    leased_until timestamptz,
    claim bigint NOT NULL DEFAULT 0,
    CHECK ((status = 'disabled') = (disabled_because IS NOT NULL)),
    CHECK ((disabled_because IS NULL) = (disabled_at IS NULL)),
    CHECK ((status = 'deleted') = (secret IS NULL)),
    CHECK ((secret_before IS NULL) = (secret_before_until IS NULL))
) WITH (fillfactor = 50);

CREATE INDEX webhook_endpoint_merchant ON webhook_endpoint (merchant_id, id) WHERE status <> 'deleted';
CREATE INDEX webhook_endpoint_work ON webhook_endpoint (work_at) WHERE status = 'enabled' AND work_at IS NOT NULL;
CREATE INDEX webhook_endpoint_waiting ON webhook_endpoint (id) WHERE status = 'enabled' AND waiting > 0;

-- One event for one endpoint.
CREATE TABLE webhook_delivery (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoint (id),
    event_id uuid NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    type text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    created_at timestamptz NOT NULL,
    -- When the next attempt is due; null: none.
    due_at timestamptz,
    ended_at timestamptz,
    -- All that were made, and those since the schedule began, which a redelivery begins anew.
    attempts integer NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,
    -- The latest attempts, the first of them first.
    log jsonb NOT NULL DEFAULT '[]',
    CHECK ((status = 'pending') = (due_at IS NOT NULL)),
    CHECK ((status = 'pending') = (ended_at IS NULL))
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX webhook_delivery_once ON webhook_delivery (event_id, endpoint_id);
CREATE INDEX webhook_delivery_log ON webhook_delivery (endpoint_id, id);
-- First attempts are made in the order of events, later ones when they are due.
CREATE INDEX webhook_delivery_first ON webhook_delivery (endpoint_id, position) WHERE status = 'pending' AND attempts = 0;
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, due_at) WHERE status = 'pending' AND attempts > 0;

-- A delivery that leaves before its end, with its event, waits no more.
CREATE FUNCTION webhook_delivery_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE webhook_endpoint SET waiting = waiting - 1 WHERE id = OLD.endpoint_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER webhook_delivery_leaves AFTER DELETE ON webhook_delivery FOR EACH ROW
    WHEN (OLD.status = 'pending') EXECUTE FUNCTION webhook_delivery_leaves();

-- How far events have been handed to endpoints. Its row is the lock of whoever hands them. Who comes later reads on from
-- here: what was before is nobody's.
CREATE TABLE webhook_cursor (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL CHECK (position >= 0)
);
INSERT INTO webhook_cursor (position) SELECT position FROM event_head;
