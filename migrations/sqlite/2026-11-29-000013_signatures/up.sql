-- Who stands for which version of a record, and how. A row is written once and stays as it is.
CREATE TABLE record_signatures (
    id          INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    record_id   BIGINT    NOT NULL CONSTRAINT record_signatures_record REFERENCES records (id),
    version     BIGINT    NOT NULL,
    signer_id   BIGINT    NOT NULL CONSTRAINT record_signatures_signer REFERENCES users (id),
    meaning     TEXT      NOT NULL,                                -- Meaning
    date_signed TIMESTAMP NOT NULL,
    event       BIGINT    NOT NULL,                                -- that made the version, in events
    hash        BLOB      NOT NULL CONSTRAINT record_signatures_hash_length CHECK (length(hash) = 32),
    CONSTRAINT record_signatures_once UNIQUE (record_id, version, signer_id, meaning)
);
CREATE INDEX record_signatures_record_id ON record_signatures (record_id, id);
CREATE INDEX record_signatures_signer_id ON record_signatures (signer_id);

CREATE TRIGGER record_signatures_are_not_changed BEFORE UPDATE ON record_signatures
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: UPDATE on record_signatures is refused'); END;
CREATE TRIGGER record_signatures_are_kept BEFORE DELETE ON record_signatures
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: DELETE on record_signatures is refused'); END;
-- REPLACE deletes without a word to the triggers of DELETE unless recursive_triggers is on.
CREATE TRIGGER record_signatures_are_not_replaced BEFORE INSERT ON record_signatures
WHEN EXISTS (
    SELECT 1 FROM record_signatures WHERE id = NEW.id OR (record_id, version, signer_id, meaning)
        = (NEW.record_id, NEW.version, NEW.signer_id, NEW.meaning)
)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: REPLACE on record_signatures is refused'); END;
