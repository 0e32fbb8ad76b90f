-- What was signed is gone: those who keep checkpoints elsewhere can't prove anything against what
-- follows. So what has lost its position waits for one again.
DROP TABLE checkpoints;
DROP TABLE checkpoint_keys;
DROP TABLE tree_nodes;
INSERT INTO unsealed (seq) SELECT seq FROM positions;
DELETE FROM subject_versions;
DROP TABLE positions;
CREATE TABLE positions (
    position  BIGINT    NOT NULL PRIMARY KEY,
    seq       BIGINT    NOT NULL CONSTRAINT positions_event REFERENCES events (seq),
    leaf      BYTEA     NOT NULL CONSTRAINT positions_leaf_length CHECK (length(leaf) = 32),
    sealed_at TIMESTAMP NOT NULL,                                   -- never before that of an earlier one
    CONSTRAINT positions_seq UNIQUE (seq)
);
CREATE INDEX positions_sealed_at ON positions (sealed_at, position);

CREATE TRIGGER positions_are_kept BEFORE UPDATE OR DELETE ON positions
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_history();
CREATE TRIGGER positions_are_not_truncated BEFORE TRUNCATE ON positions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history();
