DROP TABLE record_signatures;
