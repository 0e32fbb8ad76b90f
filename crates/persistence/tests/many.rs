//! A million events, or as many as `OMICRON_EVENTS` says. Run with `--release -- --ignored --nocapture
//! many::`, to see how long sealing, signing and looking at all of them take.

use crate::ledger::key;
use crate::support::{Lab, lab as fixture};
use omicron_persistence::audit::Expected;
use omicron_persistence::{checkpoints, positions};
use omicron_tests::on_both;
use sha2::{Digest, Sha256};
use std::time::Instant;

fn how_many() -> i64 {
    std::env::var("OMICRON_EVENTS").map_or(1_000_000, |count| count.parse().unwrap())
}

/// Events as projects leave them, whose payloads are what their hashes say, past the crate: what is
/// measured begins with the sealing.
fn fill(lab: &Lab, count: i64) {
    let columns =
        "at, actor, credential, request_id, action, project, subject, payload_hash, format";
    let payload = r#"{"date_archived":null,"date_created":"2026-11-24T12:00:00.123456Z","description":"Hardness of aluminium alloys","members":[{"date_added":"2026-11-24T12:00:00.123456Z","id":1,"role":"member"}],"name":"Alloys","owner":1}"#;
    let mut raw = lab.owner();
    // The hash of the one payload, which no function of SQLite's could make.
    let hash =
        omicron_tlog::hex(&Sha256::new().chain_update([7; 16]).chain_update(payload).finalize());
    let salt = "07".repeat(16);
    let fill = if lab.db.is_embedded() {
        format!(
            "BEGIN;
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
             INSERT INTO events ({columns})
             SELECT '2026-11-24 12:00:' || printf('%02d', n % 60) || printf('.%06d', 1 + n % 999), n % 50,
                    'token:5', NULL, 'project.changed', n % 1000, 'project:' || (n % 20000), x'{hash}', 1 FROM n;
             INSERT INTO event_payloads SELECT seq, x'{salt}', '{payload}' FROM events;
             INSERT INTO unsealed SELECT seq FROM events; COMMIT"
        )
    } else {
        format!(
            "BEGIN;
             INSERT INTO events ({columns})
             SELECT timestamp '2026-11-24 12:00:00' + n * interval '1 microsecond', n % 50, 'token:5', NULL,
                    'project.changed', n % 1000, 'project:' || (n % 20000), decode('{hash}', 'hex'), 1
             FROM generate_series(1, {count}) AS n;
             INSERT INTO event_payloads SELECT seq, decode('{salt}', 'hex'), '{payload}' FROM events;
             INSERT INTO unsealed SELECT seq FROM events; COMMIT; ANALYZE"
        )
    };
    raw.execute(&fill).unwrap();
}

on_both! {
    #[ignore = "takes minutes in a debug build: see the module"]
    fn many_events_are_sealed_signed_and_looked_at(lab: &Lab) {
        let (count, kind) = (how_many(), if lab.db.is_embedded() { "SQLite" } else { "PostgreSQL" });
        lab.introduce(&key(1));
        fill(lab, count);
        let begun = Instant::now();
        let (mut waiting, mut signed) = (count, 0);
        while waiting > 0 {
            waiting -= i64::from(lab.write(|tx| positions::seal_some(tx, 1000)).unwrap());
            lab.write(|tx| checkpoints::sign(tx, &key(1))).unwrap();
            signed += 1;
        }
        let took = begun.elapsed();
        println!("{kind}: {count} events sealed in {took:?}, with {signed} checkpoints");
        let begun = Instant::now();
        let report = lab.verify(&Expected::default());
        println!("{kind}: looked at in {:?}", begun.elapsed());
        assert_eq!((report.positions, report.signed, report.checkpoints), (count, count, signed));
        assert_eq!(report.faults, []);
    }
}
