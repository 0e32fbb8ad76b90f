-- The nonces of signed requests, each of which a token may use once, for as long as it could be
-- used again. No reference to the token: its id is never given twice, and what is left of it goes
-- with its time.
CREATE TABLE signature_nonces (
    token_id        BIGINT    NOT NULL,
    nonce           TEXT      NOT NULL COLLATE "C",
    expiration_date TIMESTAMP NOT NULL,
    PRIMARY KEY (token_id, nonce),
    CONSTRAINT signature_nonces_nonce_length CHECK (length(nonce) BETWEEN 1 AND 128)
);
CREATE INDEX signature_nonces_expiration_date ON signature_nonces (expiration_date);
