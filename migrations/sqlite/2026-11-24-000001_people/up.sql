CREATE TABLE users (
    id            INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    username      TEXT      NOT NULL,
    username_key  TEXT      NOT NULL,                               -- Username::key
    email         TEXT      NOT NULL,
    password_hash TEXT      NOT NULL,
    administrator BOOLEAN   NOT NULL,
    approved      BOOLEAN   NOT NULL,
    disabled      BOOLEAN   NOT NULL,
    date_created  TIMESTAMP NOT NULL,                               -- UTC, microseconds
    CONSTRAINT users_username_key UNIQUE (username_key),
    CONSTRAINT users_username_length CHECK (length(username) BETWEEN 1 AND 20),
    CONSTRAINT users_email_length CHECK (length(email) BETWEEN 1 AND 64)
);

CREATE TABLE tokens (
    id              INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id         BIGINT    NOT NULL CONSTRAINT tokens_user REFERENCES users (id),
    token_hash      BLOB      NOT NULL,                             -- HMAC-SHA256 of the token
    date_created    TIMESTAMP NOT NULL,
    expiration_date TIMESTAMP NOT NULL,
    last_used       TIMESTAMP,
    CONSTRAINT tokens_token_hash UNIQUE (token_hash),
    CONSTRAINT tokens_token_hash_length CHECK (length(token_hash) = 32)
);
CREATE INDEX tokens_user_id ON tokens (user_id);
CREATE INDEX tokens_expiration_date ON tokens (expiration_date);
