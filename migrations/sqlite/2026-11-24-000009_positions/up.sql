-- The final order, without gaps, and when each position was given: a time leads to a position. Nothing
-- has given positions so far, so nothing is lost with the old table.
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

-- From which position to before which one an event's state was that of its subject. Made from events
-- and positions by the sealer, and can be made again from them: so it may be changed, and refers to
-- nothing.
CREATE TABLE subject_versions (
    kind          TEXT   NOT NULL,                                  -- of a subject: project of project:12
    id            BIGINT NOT NULL,                                  -- of a subject: 12 of project:12
    from_position BIGINT NOT NULL,
    to_position   BIGINT,                                           -- none for the state that lasts
    project       BIGINT,                                           -- as the event has it
    seq           BIGINT NOT NULL,                                  -- the event
    CONSTRAINT subject_versions_order CHECK (to_position > from_position),
    PRIMARY KEY (kind, id, from_position)
) WITHOUT ROWID;
CREATE INDEX subject_versions_project ON subject_versions (kind, project, id, from_position)
    WHERE project IS NOT NULL;
-- The one state of a subject that lasts, which its next event ends.
CREATE UNIQUE INDEX subject_versions_lasting ON subject_versions (kind, id) WHERE to_position IS NULL;
