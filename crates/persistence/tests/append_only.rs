//! What is written in the journal stays: whoever holds a connection, and however they try.

use crate::support::{Lab, Raw, lab as fixture};
use omicron_domain::Viewer;
use omicron_persistence::events_of;
use omicron_tests::on_both;

const HASH: &str = "'12345678901234567890123456789012'";

/// A journal with two events and a position, on a connection where nothing guards but triggers.
fn written(lab: &Lab) -> Raw {
    lab.person("ann");
    lab.person("bob");
    let mut raw = Raw::connect(lab.test.url());
    if lab.db.is_embedded() {
        raw.execute("PRAGMA recursive_triggers = OFF; PRAGMA foreign_keys = OFF").unwrap();
    }
    raw.execute(&blobs(lab, &format!("INSERT INTO positions VALUES (1, 1, {HASH}, '2026-11-24')")))
        .unwrap();
    raw.execute(&blobs(
        lab,
        &format!(
            "INSERT INTO tree_nodes VALUES (1, 0, {HASH});
         INSERT INTO checkpoint_keys (id, verifier, date_added) VALUES (1, 'lab+1', '2026-11-24');
         INSERT INTO checkpoints VALUES (1, 1, '2026-11-24', 'lab')"
        ),
    ))
    .unwrap();
    raw
}

/// PostgreSQL reads a text as bytes by itself, SQLite's `length` and ours want them said.
fn blobs(lab: &Lab, sql: &str) -> String {
    if lab.db.is_embedded() {
        sql.replace(HASH, &format!("CAST({HASH} AS BLOB)"))
    } else {
        sql.into()
    }
}

fn refused(lab: &Lab, raw: &mut Raw, sql: &str) {
    let sql = blobs(lab, sql);
    let error = raw.execute(&sql).expect_err(&sql);
    assert!(error.contains("the journal is append-only"), "{sql}: {error}");
}

on_both! {
    fn nothing_is_changed_or_deleted(lab: &Lab) {
        let mut raw = written(lab);
        for sql in [
            "UPDATE events SET actor = 1",
            "UPDATE events SET seq = seq + 100",
            "UPDATE event_payloads SET payload = '{}'",
            "UPDATE event_payloads SET seq = seq + 100",
            "UPDATE positions SET seq = 2",
            "UPDATE positions SET sealed_at = '2020-01-01'",
            "DELETE FROM events",
            "DELETE FROM events WHERE seq = 2",
            "DELETE FROM event_payloads",
            "DELETE FROM positions",
            "UPDATE tree_nodes SET number = 7",
            "UPDATE tree_nodes SET hash = hash",
            "UPDATE checkpoint_keys SET verifier = 'other'",
            "UPDATE checkpoints SET note = 'other'",
            "UPDATE checkpoints SET id = 7",
            "DELETE FROM tree_nodes",
            "DELETE FROM checkpoint_keys",
            "DELETE FROM checkpoints",
        ] {
            refused(lab, &mut raw, sql);
        }
        assert_eq!((lab.count("events"), lab.count("event_payloads")), (2, 2));
        for table in ["positions", "tree_nodes", "checkpoint_keys", "checkpoints"] {
            assert_eq!(lab.count(table), 1, "{table}");
        }
    }

    fn nothing_is_replaced_or_truncated(lab: &Lab) {
        let mut raw = written(lab);
        let event = format!("VALUES (1, '2026-11-24', 'x', 'user:1', {HASH}, 1)");
        let columns = "(seq, at, action, subject, payload_hash, format)";
        if lab.db.is_embedded() {
            for sql in [
                format!("INSERT OR REPLACE INTO events {columns} {event}"),
                format!("REPLACE INTO events {columns} {event}"),
                format!("INSERT OR IGNORE INTO events {columns} {event}"),
                "REPLACE INTO event_payloads VALUES (1, x'00112233445566778899aabbccddeeff', '{}')".into(),
                format!("REPLACE INTO positions VALUES (1, 2, {HASH}, '2026-11-24')"),
                format!("REPLACE INTO positions VALUES (2, 1, {HASH}, '2026-11-24')"),
                format!("REPLACE INTO tree_nodes VALUES (1, 0, {HASH})"),
                "REPLACE INTO checkpoint_keys VALUES (1, 'lab+2', '2026-11-24')".into(),
                "REPLACE INTO checkpoint_keys VALUES (2, 'lab+1', '2026-11-24')".into(),
                "REPLACE INTO checkpoints VALUES (1, 2, '2026-11-24', 'lab')".into(),
                "UPDATE OR REPLACE events SET seq = 1 WHERE seq = 2".into(),
                "UPDATE OR REPLACE event_payloads SET seq = 1 WHERE seq = 2".into(),
            ] {
                refused(lab, &mut raw, &sql);
            }
        } else {
            let replace = "ON CONFLICT (seq) DO UPDATE SET action = excluded.action";
            refused(lab, &mut raw, &format!("INSERT INTO events {columns} {event} {replace}"));
            for sql in [
                "TRUNCATE event_payloads",
                "TRUNCATE positions",
                "TRUNCATE unsealed",
                "TRUNCATE tree_nodes",
                "TRUNCATE checkpoint_keys",
                "TRUNCATE checkpoints",
                "INSERT INTO checkpoints VALUES (1, 2, '2026-11-24', 'lab')
                     ON CONFLICT (id) DO UPDATE SET size = excluded.size",
                "TRUNCATE events, event_payloads, positions, unsealed",
                "TRUNCATE events CASCADE",
                "MERGE INTO events USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
            ] {
                refused(lab, &mut raw, sql);
            }
        }
        assert_eq!((lab.count("events"), lab.count("event_payloads")), (2, 2));
    }

    fn a_payload_goes_exactly_when_an_event_says_so(lab: &Lab) {
        let mut raw = written(lab);
        raw.execute(&blobs(lab, &format!(
            "INSERT INTO events (at, action, subject, payload_hash, format)
             VALUES ('2026-11-24', 'payload.erased', 'event:1', {HASH}, 1)"
        )))
        .unwrap();
        refused(lab, &mut raw, "DELETE FROM event_payloads");
        refused(lab, &mut raw, "DELETE FROM event_payloads WHERE seq = 2");
        raw.execute("DELETE FROM event_payloads WHERE seq = 1").unwrap();
        let history = lab.db.read(Viewer::Everything, |view| {
            events_of(view, omicron_domain::UserId(1), 0)
        });
        let event = history.unwrap().remove(0);
        assert_eq!((event.payload, event.intact), (None, true));
    }

    fn events_number_from_one(lab: &Lab) {
        let mut raw = written(lab);
        let sql = format!(
            "INSERT INTO events (seq, at, action, subject, payload_hash, format)
             VALUES (-1, '2026-11-24', 'x', 'user:1', {HASH}, 1)"
        );
        assert!(raw.execute(&blobs(lab, &sql)).is_err());
        lab.person("eve");
    }
}
