-- Addresses to which what happens is posted. A deleted one leaves no row: the journal knows of it.
CREATE TABLE webhooks (
    id           INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    project_id   BIGINT    CONSTRAINT webhooks_project REFERENCES projects (id),    -- NULL: all of the laboratory
    url          TEXT      NOT NULL,
    description  TEXT      NOT NULL,
    filter       TEXT      NOT NULL,                                -- JSON, WebhookFilter
    enabled      BOOLEAN   NOT NULL,
    salt         BLOB      NOT NULL,                                -- another one, another secret
    cursor       BIGINT    NOT NULL,                                -- the last position with a delivery, if it asks for one
    version      BIGINT    NOT NULL,
    date_created TIMESTAMP NOT NULL,
    date_changed TIMESTAMP NOT NULL,
    CONSTRAINT webhooks_url_length CHECK (length(url) BETWEEN 1 AND 2048),
    CONSTRAINT webhooks_salt_length CHECK (length(salt) = 16),
    CONSTRAINT webhooks_cursor CHECK (cursor >= 0),
    CONSTRAINT webhooks_version CHECK (version >= 1)
);
CREATE INDEX webhooks_of_project ON webhooks (project_id, id);
CREATE INDEX webhooks_enabled ON webhooks (id) WHERE enabled;

-- Events on their way to them. Whoever takes one puts off its next attempt, so that nobody else takes
-- it meanwhile; if they end before they say what became of it, it is tried again.
CREATE TABLE webhook_deliveries (
    id           INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    webhook_id   BIGINT    NOT NULL CONSTRAINT webhook_deliveries_webhook REFERENCES webhooks (id),
    position     BIGINT    NOT NULL,
    subject      TEXT      NOT NULL,                                -- Subject
    body         TEXT      NOT NULL,
    state        TEXT      NOT NULL,                                -- DeliveryState
    attempts     SMALLINT  NOT NULL,
    next_attempt TIMESTAMP NOT NULL,
    last_status  SMALLINT,
    last_error   TEXT,
    date_created TIMESTAMP NOT NULL,
    date_ended   TIMESTAMP,
    CONSTRAINT webhook_deliveries_position UNIQUE (webhook_id, position),
    CONSTRAINT webhook_deliveries_state CHECK (state IN ('pending', 'delivered', 'dead')),
    CONSTRAINT webhook_deliveries_end CHECK ((state = 'pending') = (date_ended IS NULL))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt, webhook_id) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (webhook_id, position) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (webhook_id, state, id);
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (date_ended) WHERE state <> 'pending';
