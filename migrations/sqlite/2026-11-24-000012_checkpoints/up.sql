-- The Merkle tree over the leaves of all positions: the roots of its complete subtrees of 256^level
-- leaves, by their number from the left. The leaves themselves, level 0, are in positions.
CREATE TABLE tree_nodes (
    level  SMALLINT NOT NULL CONSTRAINT tree_nodes_level CHECK (level BETWEEN 1 AND 7),
    number BIGINT   NOT NULL CONSTRAINT tree_nodes_number CHECK (number >= 0),
    hash   BLOB     NOT NULL CONSTRAINT tree_nodes_hash_length CHECK (length(hash) = 32),
    PRIMARY KEY (level, number)
) WITHOUT ROWID;

-- The keys that checkpoints are signed with: the last one is the one in use.
CREATE TABLE checkpoint_keys (
    id         INTEGER   NOT NULL PRIMARY KEY,
    verifier   TEXT      NOT NULL CONSTRAINT checkpoint_keys_verifier UNIQUE,   -- name+hash+public key
    date_added TIMESTAMP NOT NULL
);

-- What was signed: so many positions, with this root. Ids have no gaps, so that none is lost unseen.
CREATE TABLE checkpoints (
    id        INTEGER   NOT NULL PRIMARY KEY,
    size      BIGINT    NOT NULL,
    signed_at TIMESTAMP NOT NULL,
    note      TEXT      NOT NULL
);
CREATE INDEX checkpoints_size ON checkpoints (size, id);

CREATE TRIGGER tree_nodes_are_not_changed BEFORE UPDATE ON tree_nodes
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: UPDATE on tree_nodes is refused'); END;
CREATE TRIGGER tree_nodes_are_kept BEFORE DELETE ON tree_nodes
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: DELETE on tree_nodes is refused'); END;
CREATE TRIGGER tree_nodes_are_not_replaced BEFORE INSERT ON tree_nodes
WHEN EXISTS (SELECT 1 FROM tree_nodes WHERE level = NEW.level AND number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: REPLACE on tree_nodes is refused'); END;

CREATE TRIGGER checkpoint_keys_are_not_changed BEFORE UPDATE ON checkpoint_keys
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: UPDATE on checkpoint_keys is refused'); END;
CREATE TRIGGER checkpoint_keys_are_kept BEFORE DELETE ON checkpoint_keys
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: DELETE on checkpoint_keys is refused'); END;
CREATE TRIGGER checkpoint_keys_are_not_replaced BEFORE INSERT ON checkpoint_keys
WHEN EXISTS (SELECT 1 FROM checkpoint_keys WHERE id = NEW.id OR verifier = NEW.verifier)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: REPLACE on checkpoint_keys is refused'); END;

CREATE TRIGGER checkpoints_are_not_changed BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: UPDATE on checkpoints is refused'); END;
CREATE TRIGGER checkpoints_are_kept BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: DELETE on checkpoints is refused'); END;
CREATE TRIGGER checkpoints_are_not_replaced BEFORE INSERT ON checkpoints
WHEN EXISTS (SELECT 1 FROM checkpoints WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only: REPLACE on checkpoints is refused'); END;

-- A leaf vouches for its position and the time of its giving now. Nothing has vouched for the old
-- leaves yet: no checkpoint was ever signed, and there is no release. So all positions are given anew.
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
