-- What records must look like. Each change is a version more; a version that all stored records
-- satisfy goes on with the line of the one before.
CREATE TABLE templates (
    id           INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    project_id   BIGINT    CONSTRAINT templates_project REFERENCES projects (id),   -- NULL: shared by all
    kind         TEXT      NOT NULL,                                -- RecordKind
    name         TEXT      NOT NULL,
    name_key     TEXT      NOT NULL,                                -- TemplateName::key
    version      BIGINT    NOT NULL,                                -- the last one
    date_created TIMESTAMP NOT NULL,
    date_retired TIMESTAMP,
    CONSTRAINT templates_name_length CHECK (length(name) BETWEEN 1 AND 128),
    CONSTRAINT templates_kind CHECK (kind IN ('experiment', 'sample', 'protocol', 'instrument'))
);
CREATE UNIQUE INDEX templates_name_in_project ON templates (project_id, kind, name_key)
    WHERE project_id IS NOT NULL;
CREATE UNIQUE INDEX templates_shared_name ON templates (kind, name_key) WHERE project_id IS NULL;

CREATE TABLE template_versions (
    template_id  BIGINT    NOT NULL CONSTRAINT template_versions_template REFERENCES templates (id),
    version      BIGINT    NOT NULL,
    line         BIGINT    NOT NULL,                                -- the first version of its line
    data_schema  TEXT      NOT NULL,                                -- JSON
    body         TEXT      NOT NULL,
    lifecycle    TEXT      NOT NULL,                                -- JSON, Lifecycle
    date_created TIMESTAMP NOT NULL,
    PRIMARY KEY (template_id, version),
    CONSTRAINT template_versions_line CHECK (line BETWEEN 1 AND version)
) WITHOUT ROWID;
CREATE INDEX template_versions_of_line ON template_versions (template_id, line, version);

-- Experiments, samples, protocols and instruments. `state` is what the journal keeps of the last
-- change, word for word; the columns beside it are what lists are sorted and searched by.
CREATE TABLE records (
    id            INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    project_id    BIGINT    NOT NULL CONSTRAINT records_project REFERENCES projects (id),
    kind          TEXT      NOT NULL,                               -- RecordKind
    version       BIGINT    NOT NULL,
    title_key     TEXT      NOT NULL,                               -- Title::key
    status        TEXT      NOT NULL,
    template_id   BIGINT    CONSTRAINT records_template REFERENCES templates (id),
    template_line BIGINT,
    date_changed  TIMESTAMP NOT NULL,
    date_trashed  TIMESTAMP,
    state         TEXT      NOT NULL,
    CONSTRAINT records_kind CHECK (kind IN ('experiment', 'sample', 'protocol', 'instrument')),
    CONSTRAINT records_version CHECK (version >= 1),
    CONSTRAINT records_template_and_line CHECK ((template_id IS NULL) = (template_line IS NULL))
);
CREATE INDEX records_by_id ON records (project_id, kind, id) WHERE date_trashed IS NULL;
CREATE INDEX records_by_title ON records (project_id, kind, title_key, id) WHERE date_trashed IS NULL;
CREATE INDEX records_by_change ON records (project_id, kind, date_changed, id) WHERE date_trashed IS NULL;
CREATE INDEX records_by_status ON records (project_id, kind, status, id) WHERE date_trashed IS NULL;
CREATE INDEX records_in_trash ON records (project_id, kind, id) WHERE date_trashed IS NOT NULL;
CREATE INDEX records_of_template ON records (template_id, template_line, id) WHERE template_id IS NOT NULL;

CREATE TABLE record_tags (
    record_id BIGINT NOT NULL CONSTRAINT record_tags_record REFERENCES records (id),
    tag_key   TEXT   NOT NULL,                                      -- Tag::key
    PRIMARY KEY (record_id, tag_key)
) WITHOUT ROWID;
CREATE INDEX record_tags_key ON record_tags (tag_key, record_id);

CREATE TABLE record_people (
    record_id BIGINT NOT NULL CONSTRAINT record_people_record REFERENCES records (id),
    user_id   BIGINT NOT NULL CONSTRAINT record_people_user REFERENCES users (id),
    PRIMARY KEY (record_id, user_id)
) WITHOUT ROWID;
CREATE INDEX record_people_user_id ON record_people (user_id, record_id);

CREATE TABLE record_links (
    source_id BIGINT NOT NULL CONSTRAINT record_links_source REFERENCES records (id),
    relation  TEXT   NOT NULL,                                      -- Relation
    target_id BIGINT NOT NULL CONSTRAINT record_links_target REFERENCES records (id),
    PRIMARY KEY (source_id, relation, target_id)
) WITHOUT ROWID;
CREATE INDEX record_links_target_id ON record_links (target_id, source_id);

CREATE TABLE record_comments (
    id           INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    record_id    BIGINT    NOT NULL CONSTRAINT record_comments_record REFERENCES records (id),
    author_id    BIGINT    CONSTRAINT record_comments_author REFERENCES users (id),
    version      BIGINT    NOT NULL,
    text         TEXT      NOT NULL,
    date_created TIMESTAMP NOT NULL,
    date_changed TIMESTAMP NOT NULL,
    date_removed TIMESTAMP                                          -- when it was withdrawn
);
CREATE INDEX record_comments_record_id ON record_comments (record_id, id);
CREATE INDEX record_comments_author_id ON record_comments (author_id);
