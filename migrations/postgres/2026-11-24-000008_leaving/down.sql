ALTER TABLE users DROP COLUMN date_anonymised;
DROP TABLE password_resets;
