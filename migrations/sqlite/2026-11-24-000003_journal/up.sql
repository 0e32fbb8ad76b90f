-- What happened: ids only, no names, no free text.
CREATE TABLE events (
    seq          INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    at           TIMESTAMP NOT NULL,
    actor        BIGINT,                                            -- a user's id
    credential   TEXT,                                              -- Credential
    request_id   TEXT,
    action       TEXT      NOT NULL,                                -- Action
    project      BIGINT,
    subject      TEXT      NOT NULL,                                -- Subject, such as project:12
    payload_hash BLOB      NOT NULL CONSTRAINT events_payload_hash_length CHECK (length(payload_hash) = 32),
    format       SMALLINT  NOT NULL,                                -- of the payload
    CONSTRAINT events_seq_positive CHECK (seq > 0)
);
CREATE INDEX events_subject ON events (subject, seq);
CREATE INDEX events_project ON events (project, seq);

-- The state that each event left, as canonical JSON: the very bytes that were hashed with the salt.
CREATE TABLE event_payloads (
    seq     INTEGER NOT NULL PRIMARY KEY CONSTRAINT event_payloads_event REFERENCES events (seq),
    salt    BLOB    NOT NULL CONSTRAINT event_payloads_salt_length CHECK (length(salt) = 16),
    payload TEXT    NOT NULL
);

-- The final order, without gaps, which the sealer gives.
CREATE TABLE positions (
    position INTEGER NOT NULL PRIMARY KEY,
    seq      BIGINT  NOT NULL CONSTRAINT positions_event REFERENCES events (seq),
    leaf     BLOB    NOT NULL CONSTRAINT positions_leaf_length CHECK (length(leaf) = 32),
    CONSTRAINT positions_seq UNIQUE (seq)
);

-- What has no position yet: each write adds to it, the sealer empties it.
CREATE TABLE unsealed (
    seq INTEGER NOT NULL PRIMARY KEY CONSTRAINT unsealed_event REFERENCES events (seq)
);

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: UPDATE on events is refused'); END;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: DELETE on events is refused'); END;
-- REPLACE deletes without a word to the triggers of DELETE unless recursive_triggers is on.
CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: REPLACE on events is refused'); END;

CREATE TRIGGER event_payloads_are_not_changed BEFORE UPDATE ON event_payloads
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: UPDATE on event_payloads is refused'); END;
-- A payload may go once an event says that it is erased: the chain still verifies without it.
CREATE TRIGGER event_payloads_are_kept BEFORE DELETE ON event_payloads
WHEN NOT EXISTS (
    SELECT 1 FROM events WHERE action = 'payload.erased' AND subject = 'event:' || OLD.seq
)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: the payload is not said to be erased'); END;
CREATE TRIGGER event_payloads_are_not_replaced BEFORE INSERT ON event_payloads
WHEN EXISTS (SELECT 1 FROM event_payloads WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: REPLACE on event_payloads is refused'); END;

CREATE TRIGGER positions_are_not_changed BEFORE UPDATE ON positions
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: UPDATE on positions is refused'); END;
CREATE TRIGGER positions_are_kept BEFORE DELETE ON positions
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: DELETE on positions is refused'); END;
CREATE TRIGGER positions_are_not_replaced BEFORE INSERT ON positions
WHEN EXISTS (SELECT 1 FROM positions WHERE position = NEW.position OR seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: REPLACE on positions is refused'); END;
