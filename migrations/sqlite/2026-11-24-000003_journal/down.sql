DROP TABLE unsealed;
DROP TABLE positions;
DROP TABLE event_payloads;
DROP TABLE events;
