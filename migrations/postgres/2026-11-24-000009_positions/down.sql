DROP TABLE subject_versions;

-- What has lost its position waits for one again.
INSERT INTO unsealed (seq) SELECT seq FROM positions;
DROP TABLE positions;
CREATE TABLE positions (
    position BIGINT NOT NULL PRIMARY KEY,
    seq      BIGINT NOT NULL CONSTRAINT positions_event REFERENCES events (seq),
    leaf     BYTEA  NOT NULL CONSTRAINT positions_leaf_length CHECK (length(leaf) = 32),
    CONSTRAINT positions_seq UNIQUE (seq)
);

CREATE TRIGGER positions_are_kept BEFORE UPDATE OR DELETE ON positions
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_history();
CREATE TRIGGER positions_are_not_truncated BEFORE TRUNCATE ON positions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history();
