-- What each member is in the project. Of the owner it says what they were made before.
ALTER TABLE project_members ADD COLUMN role TEXT NOT NULL DEFAULT 'member'
    CONSTRAINT project_members_role CHECK (role IN ('viewer', 'member', 'maintainer'));

-- Nothing in an archived project is changed.
ALTER TABLE projects ADD COLUMN date_archived TIMESTAMP;
