ALTER TABLE users DROP COLUMN service_account;

CREATE TABLE old_tokens (
    id              INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id         BIGINT    NOT NULL CONSTRAINT tokens_user REFERENCES users (id),
    token_hash      BLOB      NOT NULL,                             -- HMAC-SHA256 of the token
    date_created    TIMESTAMP NOT NULL,
    expiration_date TIMESTAMP NOT NULL,
    last_used       TIMESTAMP,
    CONSTRAINT tokens_token_hash UNIQUE (token_hash),
    CONSTRAINT tokens_token_hash_length CHECK (length(token_hash) = 32)
);
-- A token that was limited, or whose end is not known, must not become one that may do all.
INSERT INTO old_tokens (id, user_id, token_hash, date_created, expiration_date, last_used)
    SELECT id, user_id, token_hash, date_created, expiration_date, last_used FROM tokens
    WHERE scopes = 'admin' AND project_id IS NULL AND expiration_date IS NOT NULL;
DELETE FROM sqlite_sequence WHERE name = 'old_tokens';
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'old_tokens', seq FROM sqlite_sequence WHERE name = 'tokens';
DROP TABLE tokens;
ALTER TABLE old_tokens RENAME TO tokens;
CREATE INDEX tokens_user_id ON tokens (user_id);
CREATE INDEX tokens_expiration_date ON tokens (expiration_date);
