-- What was signed is gone: those who keep checkpoints elsewhere can't prove anything against what
-- follows. So what has lost its position waits for one again.
DROP TABLE checkpoints;
DROP TABLE checkpoint_keys;
DROP TABLE tree_nodes;
INSERT INTO unsealed (seq) SELECT seq FROM positions;
DELETE FROM subject_versions;
DROP TABLE positions;
CREATE TABLE positions (
    position  INTEGER   NOT NULL PRIMARY KEY,
    seq       BIGINT    NOT NULL CONSTRAINT positions_event REFERENCES events (seq),
    leaf      BLOB      NOT NULL CONSTRAINT positions_leaf_length CHECK (length(leaf) = 32),
    sealed_at TIMESTAMP NOT NULL,                                   -- never before that of an earlier one
    CONSTRAINT positions_seq UNIQUE (seq)
);
CREATE INDEX positions_sealed_at ON positions (sealed_at, position);

CREATE TRIGGER positions_are_not_changed BEFORE UPDATE ON positions
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: UPDATE on positions is refused'); END;
CREATE TRIGGER positions_are_kept BEFORE DELETE ON positions
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: DELETE on positions is refused'); END;
CREATE TRIGGER positions_are_not_replaced BEFORE INSERT ON positions
WHEN EXISTS (SELECT 1 FROM positions WHERE position = NEW.position)
  OR EXISTS (SELECT 1 FROM positions WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: REPLACE on positions is refused'); END;
