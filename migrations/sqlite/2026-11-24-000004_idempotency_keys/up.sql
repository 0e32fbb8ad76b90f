-- Requests that their senders may repeat, and what was answered to the first of each.
CREATE TABLE idempotency_keys (
    user_id         BIGINT    NOT NULL CONSTRAINT idempotency_keys_user REFERENCES users (id),
    route           TEXT      NOT NULL,                             -- such as /projects
    key_hash        BLOB      NOT NULL,                             -- SHA-256 of the key
    request_hash    BLOB      NOT NULL,                             -- keyed: a body may hold a password
    status          SMALLINT  NOT NULL,                             -- 0 until there is an answer, never after a commit
    location        TEXT,
    etag            TEXT,
    body            BLOB      NOT NULL,
    expiration_date TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, route, key_hash),
    CONSTRAINT idempotency_keys_key_hash_length CHECK (length(key_hash) = 32),
    CONSTRAINT idempotency_keys_request_hash_length CHECK (length(request_hash) = 32)
);
CREATE INDEX idempotency_keys_expiration_date ON idempotency_keys (expiration_date);
