-- What a token is called, what it is good for, and in which project alone, if in one. Those of
-- service accounts may have no end.
ALTER TABLE tokens
    ADD COLUMN name TEXT CONSTRAINT tokens_name_length CHECK (length(name) BETWEEN 1 AND 64),
    ADD COLUMN scopes TEXT NOT NULL DEFAULT 'admin',                -- Scopes
    ADD COLUMN project_id BIGINT CONSTRAINT tokens_project REFERENCES projects (id),
    ALTER COLUMN expiration_date DROP NOT NULL;
CREATE INDEX tokens_project_id ON tokens (project_id);

-- An account that stands for an instrument: nobody logs in to it, and one project has it.
ALTER TABLE users ADD COLUMN service_account BOOLEAN NOT NULL DEFAULT FALSE;
