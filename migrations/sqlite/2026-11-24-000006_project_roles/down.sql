ALTER TABLE projects DROP COLUMN date_archived;
ALTER TABLE project_members DROP COLUMN role;
