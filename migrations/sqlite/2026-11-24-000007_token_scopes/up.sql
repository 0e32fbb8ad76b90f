-- What a token is called, what it is good for, and in which project alone, if in one. Those of
-- service accounts may have no end.
CREATE TABLE new_tokens (
    id              INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id         BIGINT    NOT NULL CONSTRAINT tokens_user REFERENCES users (id),
    token_hash      BLOB      NOT NULL,                             -- HMAC-SHA256 of the token
    date_created    TIMESTAMP NOT NULL,
    expiration_date TIMESTAMP,
    last_used       TIMESTAMP,
    name            TEXT,
    scopes          TEXT      NOT NULL DEFAULT 'admin',             -- Scopes
    project_id      BIGINT    CONSTRAINT tokens_project REFERENCES projects (id),
    CONSTRAINT tokens_token_hash UNIQUE (token_hash),
    CONSTRAINT tokens_token_hash_length CHECK (length(token_hash) = 32),
    CONSTRAINT tokens_name_length CHECK (length(name) BETWEEN 1 AND 64)
);
INSERT INTO new_tokens (id, user_id, token_hash, date_created, expiration_date, last_used)
    SELECT id, user_id, token_hash, date_created, expiration_date, last_used FROM tokens;
-- No id is given twice, not even that of a token that is gone.
DELETE FROM sqlite_sequence WHERE name = 'new_tokens';
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'new_tokens', seq FROM sqlite_sequence WHERE name = 'tokens';
DROP TABLE tokens;
ALTER TABLE new_tokens RENAME TO tokens;
CREATE INDEX tokens_user_id ON tokens (user_id);
CREATE INDEX tokens_expiration_date ON tokens (expiration_date);
CREATE INDEX tokens_project_id ON tokens (project_id);

-- An account that stands for an instrument: nobody logs in to it, and one project has it.
ALTER TABLE users ADD COLUMN service_account BOOLEAN NOT NULL DEFAULT FALSE;
