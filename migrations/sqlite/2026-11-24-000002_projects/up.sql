CREATE TABLE projects (
    id           INTEGER   NOT NULL PRIMARY KEY AUTOINCREMENT,
    name         TEXT      NOT NULL,
    name_key     TEXT      NOT NULL,                                -- ProjectName::key
    description  TEXT      NOT NULL,
    owner_id     BIGINT    NOT NULL CONSTRAINT projects_owner REFERENCES users (id),
    date_created TIMESTAMP NOT NULL,
    CONSTRAINT projects_name_key UNIQUE (name_key),
    CONSTRAINT projects_name_length CHECK (length(name) BETWEEN 1 AND 128),
    CONSTRAINT projects_description_length CHECK (length(description) <= 1000),
    -- The owner is one of the members. Checked at the commit, since each row needs the other.
    CONSTRAINT projects_owner_is_member FOREIGN KEY (id, owner_id)
        REFERENCES project_members (project_id, user_id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX projects_owner_id ON projects (owner_id, id);

-- Everyone who belongs to a project, its owner too: one place says who may see it.
CREATE TABLE project_members (
    project_id BIGINT    NOT NULL CONSTRAINT project_members_project REFERENCES projects (id),
    user_id    BIGINT    NOT NULL CONSTRAINT project_members_user REFERENCES users (id),
    date_added TIMESTAMP NOT NULL,
    PRIMARY KEY (project_id, user_id)
) WITHOUT ROWID;
CREATE INDEX project_members_user_id ON project_members (user_id, project_id);
