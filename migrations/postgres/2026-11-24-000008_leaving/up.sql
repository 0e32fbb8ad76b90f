-- The code of a link with which someone may set a new password, once: one for each person.
CREATE TABLE password_resets (
    user_id         BIGINT    NOT NULL PRIMARY KEY CONSTRAINT password_resets_user REFERENCES users (id),
    code_hash       BYTEA     NOT NULL,                             -- HMAC-SHA256 of the code
    expiration_date TIMESTAMP NOT NULL,
    CONSTRAINT password_resets_code_hash UNIQUE (code_hash),
    CONSTRAINT password_resets_code_hash_length CHECK (length(code_hash) = 32)
);

-- Someone who was made unknown: what they were called is kept nowhere.
ALTER TABLE users ADD COLUMN date_anonymised TIMESTAMP;
