DROP TABLE record_comments;
DROP TABLE record_links;
DROP TABLE record_people;
DROP TABLE record_tags;
DROP TABLE records;
DROP TABLE template_versions;
DROP TABLE templates;
