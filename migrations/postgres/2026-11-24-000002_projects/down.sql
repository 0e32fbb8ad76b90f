ALTER TABLE projects DROP CONSTRAINT projects_owner_is_member;
DROP TABLE project_members;
DROP TABLE projects;
