DROP TABLE subject_versions;

-- What has lost its position waits for one again.
INSERT INTO unsealed (seq) SELECT seq FROM positions;
DROP TABLE positions;
CREATE TABLE positions (
    position INTEGER NOT NULL PRIMARY KEY,
    seq      BIGINT  NOT NULL CONSTRAINT positions_event REFERENCES events (seq),
    leaf     BLOB    NOT NULL CONSTRAINT positions_leaf_length CHECK (length(leaf) = 32),
    CONSTRAINT positions_seq UNIQUE (seq)
);

CREATE TRIGGER positions_are_not_changed BEFORE UPDATE ON positions
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: UPDATE on positions is refused'); END;
CREATE TRIGGER positions_are_kept BEFORE DELETE ON positions
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: DELETE on positions is refused'); END;
CREATE TRIGGER positions_are_not_replaced BEFORE INSERT ON positions
WHEN EXISTS (SELECT 1 FROM positions WHERE position = NEW.position OR seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: REPLACE on positions is refused'); END;
