DROP TABLE unsealed;
DROP TABLE positions;
DROP TABLE event_payloads;
DROP TABLE events;
DROP FUNCTION refuse_to_forget_unsaid();
DROP FUNCTION refuse_to_rewrite_history();
