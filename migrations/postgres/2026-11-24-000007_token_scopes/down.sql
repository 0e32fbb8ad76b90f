ALTER TABLE users DROP COLUMN service_account;

-- A token that was limited, or whose end is not known, must not become one that may do all.
DELETE FROM tokens WHERE scopes <> 'admin' OR project_id IS NOT NULL OR expiration_date IS NULL;
DROP INDEX tokens_project_id;
ALTER TABLE tokens
    ALTER COLUMN expiration_date SET NOT NULL,
    DROP COLUMN project_id,
    DROP COLUMN scopes,
    DROP COLUMN name;
