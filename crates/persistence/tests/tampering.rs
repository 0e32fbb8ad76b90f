//! Whatever an owner of the database changes in the journal, behind all that guards it, is named.

use crate::ledger::{elsewhere, key, public};
use crate::support::{Lab, Raw, lab as fixture};
use omicron_persistence::audit::{Expected, Fault, Report};
use omicron_persistence::checkpoints::KeptCheckpoint;
use omicron_persistence::{Error, checkpoints, positions, users};
use omicron_tests::on_both;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// What is put back after each attempt.
const TABLES: [&str; 5] = ["events", "event_payloads", "positions", "tree_nodes", "checkpoints"];

/// A column: its table, its name, and what is in it.
type Column = (&'static str, &'static str, Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Small,
    Text,
    Bytes,
    Time,
}

use Kind::{Bytes, Number, Small, Text, Time};

const COLUMNS: [Column; 24] = [
    ("events", "seq", Number),
    ("events", "at", Time),
    ("events", "actor", Number),
    ("events", "credential", Text),
    ("events", "request_id", Text),
    ("events", "action", Text),
    ("events", "project", Number),
    ("events", "subject", Text),
    ("events", "payload_hash", Bytes),
    ("events", "format", Small),
    ("event_payloads", "seq", Number),
    ("event_payloads", "salt", Bytes),
    ("event_payloads", "payload", Text),
    ("positions", "position", Number),
    ("positions", "seq", Number),
    ("positions", "leaf", Bytes),
    ("positions", "sealed_at", Time),
    ("tree_nodes", "level", Small),
    ("tree_nodes", "number", Number),
    ("tree_nodes", "hash", Bytes),
    ("checkpoints", "id", Number),
    ("checkpoints", "size", Number),
    ("checkpoints", "signed_at", Time),
    ("checkpoints", "note", Text),
];

/// The column that tells the rows of a table apart.
fn id_of(table: &str) -> &'static str {
    match table {
        "events" | "event_payloads" => "seq",
        "positions" => "position",
        "tree_nodes" => "number",
        _ => "id",
    }
}

#[derive(Debug, Clone)]
enum Attack {
    /// One byte of a value, or one bit of a number.
    Flip {
        column: Column,
        row: usize,
        byte: usize,
        bit: u8,
    },
    Delete {
        table: &'static str,
        row: usize,
    },
    Swap {
        table: &'static str,
        rows: (usize, usize),
    },
    /// A copy of a row, with an id of its own.
    Insert {
        table: &'static str,
        row: usize,
    },
}

fn attacks() -> impl Strategy<Value = Attack> {
    let table = || prop::sample::select(&TABLES[..]);
    let row = || any::<prop::sample::Index>().prop_map(|index| index.index(1 << 16));
    prop_oneof![
        6 => (prop::sample::select(&COLUMNS[..]), row(), 0..4096_usize, 0..8_u8)
            .prop_map(|(column, row, byte, bit)| Attack::Flip { column, row, byte, bit }),
        1 => (table(), row()).prop_map(|(table, row)| Attack::Delete { table, row }),
        1 => (table(), row(), row()).prop_map(|(table, a, b)| Attack::Swap { table, rows: (a, b) }),
        1 => (table(), row()).prop_map(|(table, row)| Attack::Insert { table, row }),
    ]
}

/// A journal whose owner tampers with it.
struct Tampered<'a> {
    lab: &'a Lab,
    raw: Raw,
    ids: Vec<(&'static str, Vec<i64>)>,
    last: i64,
}

impl<'a> Tampered<'a> {
    fn new(lab: &'a Lab) -> Self {
        lab.ledger();
        let mut raw = lab.owner();
        for table in TABLES {
            raw.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).unwrap();
        }
        let read = |raw: &mut Raw, table| {
            let id = id_of(table);
            let ids = format!("SELECT CAST({id} AS TEXT) AS value FROM {table} ORDER BY {id}");
            raw.values(&ids).iter().map(|id| id.parse().unwrap()).collect()
        };
        let ids = TABLES.into_iter().map(|table| (table, read(&mut raw, table))).collect();
        Self { last: lab.latest().size, lab, raw, ids }
    }

    fn id(&self, table: &str, row: usize) -> i64 {
        let (_, ids) = self.ids.iter().find(|(name, _)| *name == table).unwrap();
        ids[row % ids.len()]
    }

    /// Does it, if the database lets its owner; says which rows were hit.
    fn attack(&mut self, attack: &Attack) -> Option<(&'static str, Vec<i64>)> {
        match *attack {
            Attack::Flip { column: column @ (table, ..), row, byte, bit } => {
                let id = self.id(table, row);
                let sql = self.flipped(column, id, byte, bit)?;
                self.raw.execute(&sql).ok()?;
                Some((table, vec![id]))
            }
            Attack::Delete { table, row } => {
                let id = self.id(table, row);
                // That the last checkpoint is gone is seen by nobody who does not have it.
                if (table, id) == ("checkpoints", 4) {
                    return None;
                }
                self.raw
                    .execute(&format!("DELETE FROM {table} WHERE {} = {id}", id_of(table)))
                    .unwrap();
                Some((table, vec![id]))
            }
            Attack::Swap { table, rows: (a, b) } => {
                let (a, b, id) = (self.id(table, a), self.id(table, b), id_of(table));
                let step = |from: i64, to: i64| {
                    format!("UPDATE {table} SET {id} = {to} WHERE {id} = {from};")
                };
                let aside = 1 << 40;
                self.raw.execute(&[step(a, aside), step(b, a), step(aside, b)].concat()).unwrap();
                (a != b).then_some((table, vec![a, b]))
            }
            Attack::Insert { table, row } => self.inserted(table, row),
        }
    }

    fn inserted(&mut self, table: &'static str, row: usize) -> Option<(&'static str, Vec<i64>)> {
        let id = self.id(table, row);
        // A copy of the last checkpoint says nothing new.
        if (table, id) == ("checkpoints", 4) {
            return None;
        }
        let new = match table {
            "checkpoints" => 5,
            "positions" => self.last + 1,
            _ => 100_000,
        };
        let names =
            COLUMNS.iter().filter(|(name, ..)| *name == table).map(|(_, column, _)| *column);
        let values: Vec<String> = names
            .clone()
            .map(|name| match (table, name) {
                (_, name) if name == id_of(table) => new.to_string(),
                ("positions", "seq") => "100000".to_owned(),
                (_, name) => name.to_owned(),
            })
            .collect();
        let (into, values) = (names.collect::<Vec<_>>().join(", "), values.join(", "));
        let from = format!("FROM {table} WHERE {} = {id}", id_of(table));
        self.raw.execute(&format!("INSERT INTO {table} ({into}) SELECT {values} {from}")).unwrap();
        // It is seen where the next one should be, which is not after the second, but after the third.
        let place = [0, 2, 4, 4];
        let seen = usize::try_from(id).ok().filter(|_| table == "checkpoints");
        Some((table, vec![seen.map_or(new, |id| place[id])]))
    }

    /// The statement that sets a column of a row to a value of which one byte is another one.
    fn flipped(
        &mut self,
        (table, name, kind): Column,
        id: i64,
        byte: usize,
        bit: u8,
    ) -> Option<String> {
        let sqlite = self.lab.db.is_embedded();
        let row = format!("WHERE {} = {id}", id_of(table));
        let set = |value: String| Some(format!("UPDATE {table} SET {name} = {value} {row}"));
        let bits = u32::from(bit) + 8 * u32::try_from(byte % 8).unwrap();
        let bytes = match (kind, sqlite) {
            (Number, _) => {
                return set(format!(
                    "coalesce(({name} | {0}) - ({name} & {0}), {0})",
                    1_i64 << bits.min(60)
                ));
            }
            (Small, _) => {
                let bit = 1 << (bits % 14);
                return set(format!("({name} | {bit}) - ({name} & {bit})"));
            }
            (Time, false) => {
                let micros = 1_i64 << bits.min(50);
                return set(format!("{name} + interval '{micros} microseconds'"));
            }
            (Text | Time | Bytes, true) => format!("hex(CAST({name} AS BLOB))"),
            (Text, false) => format!("encode(convert_to({name}, 'UTF8'), 'hex')"),
            (Bytes, false) => format!("encode({name}, 'hex')"),
        };
        let hex =
            self.raw.values(&format!("SELECT coalesce({bytes}, '') AS value FROM {table} {row}"));
        let hex = hex.first()?; // the payload that was erased
        let mut value: Vec<u8> = (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        if value.is_empty() {
            return set("'x'".to_owned());
        }
        let at = byte % value.len();
        value[at] ^= 1 << bit;
        let hex = omicron_tlog::hex(&value);
        match (kind, sqlite) {
            (Bytes, true) => set(format!("x'{hex}'")),
            (_, true) => set(format!("CAST(x'{hex}' AS TEXT)")),
            (Bytes, false) => set(format!("decode('{hex}', 'hex')")),
            (_, false) => set(format!("convert_from(decode('{hex}', 'hex'), 'UTF8')")),
        }
    }

    fn restore(&mut self) {
        let restore =
            |table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table};");
        self.raw.execute(&TABLES.map(restore).concat()).unwrap();
    }

    /// Whether a fault names the row.
    fn is_named(report: &Report, table: &str, id: i64) -> bool {
        report.faults.iter().any(|fault| match (table, fault) {
            ("checkpoints", fault) => {
                let text = format!("{fault} ");
                text.contains(&format!("checkpoint {id} "))
                    || text.contains(&format!("checkpoint {id}:"))
            }
            ("tree_nodes", Fault::NodeChanged { level: 1, number }) => {
                i64::try_from(*number).unwrap() == id
            }
            ("tree_nodes", Fault::NodeUnplaced { number, .. }) => *number == id,
            ("events", Fault::EventUnplaced { seq } | Fault::EventMissing { seq, .. }) => {
                *seq == id
            }
            ("event_payloads", Fault::PayloadUnplaced { seq }) => *seq == id,
            // Of the last position, that it is gone.
            ("positions", Fault::TailMissing { positions, .. }) => positions + 1 == id,
            ("events" | "event_payloads" | "positions", fault) => {
                // In this journal, an event's position is its number.
                fault.position() == Some(id) && !matches!(fault, Fault::RootChanged { .. })
            }
            _ => false,
        })
    }
}

fn sound(lab: &Lab, expected: &Expected) {
    assert_eq!(lab.verify(expected).faults, []);
}

on_both! {
    fn whatever_is_changed_in_a_row_is_named(lab: &Lab) {
        let tampered = std::cell::RefCell::new(Tampered::new(lab));
        let cases = std::env::var("PROPTEST_CASES").map_or(120, |cases| cases.parse().unwrap());
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&attacks(), |attack| {
            let mut tampered = tampered.borrow_mut();
            let hit = tampered.attack(&attack);
            let report = hit.as_ref().map(|_| lab.verify(&Expected::default()));
            tampered.restore();
            let (Some((table, rows)), Some(report)) = (hit, report) else { return Ok(()) };
            let mut named = rows.iter().map(|id| Tampered::is_named(&report, table, *id));
            // Of two checkpoints that have changed places, it is one that is not in its own.
            let all = if table == "checkpoints" { named.any(|is| is) } else { named.all(|is| is) };
            prop_assert!(all, "{table} {rows:?}: {:?}", report.faults);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
        sound(lab, &Expected::default());
    }

    fn one_byte_of_each_column_is_named(lab: &Lab) {
        let mut tampered = Tampered::new(lab);
        for (number, column) in COLUMNS.into_iter().enumerate() {
            let tries = (0..20).map(|more| Attack::Flip { column, row: 100 + number + more, byte: 17 * more, bit: 2 });
            let mut done = 0;
            for attack in tries {
                let hit = tampered.attack(&attack);
                if let Some((table, rows)) = hit {
                    let report = lab.verify(&Expected::default());
                    assert!(Tampered::is_named(&report, table, rows[0]), "{attack:?}: {:?}", report.faults);
                    done += 1;
                }
                tampered.restore();
                if done == 2 {
                    break;
                }
            }
            assert!(done > 0, "{column:?} was never changed");
        }
    }

    fn what_is_no_time_and_no_text_is_named_as_any_other(lab: &Lab) {
        lab.ledger();
        if !lab.db.is_embedded() {
            return; // PostgreSQL keeps none
        }
        let mut raw = lab.owner();
        raw.execute("UPDATE checkpoints SET signed_at = '2026-11-24 12:p0:04' WHERE id = 4").unwrap();
        raw.execute("UPDATE checkpoints SET note = CAST(x'ff' AS TEXT) WHERE id = 3").unwrap();
        raw.execute("UPDATE events SET action = CAST(x'ff' AS TEXT), at = CAST(x'ff' AS TEXT) WHERE seq = 7").unwrap();
        let report = lab.verify(&Expected::default());
        for (table, id) in [("checkpoints", 4), ("checkpoints", 3), ("events", 7)] {
            assert!(Tampered::is_named(&report, table, id), "{table} {id}: {:?}", report.faults);
        }
    }

    fn after_a_row_that_is_gone_the_others_are_still_looked_at(lab: &Lab) {
        lab.ledger();
        lab.owner().execute(
            "DELETE FROM positions WHERE position = 5; UPDATE events SET actor = 1 WHERE seq = 400",
        ).unwrap();
        let faults = lab.verify(&Expected::default()).faults;
        assert_eq!(faults[..2], [
            Fault::PositionMissing { position: 5 },
            Fault::EventChanged { position: 400, seq: 400 },
        ]);
    }

    fn a_leaf_that_was_made_anew_is_given_away_by_the_tree(lab: &Lab) {
        lab.ledger();
        // Two events that change places, with all that is said of them by themselves.
        let size = lab.latest().size;
        let mut raw = lab.owner();
        let leaf = |at: i64| format!("(SELECT leaf FROM positions WHERE position = {at})");
        raw.execute(&format!("UPDATE positions SET leaf = {} WHERE position = {size}", leaf(7))).unwrap();
        let faults = lab.verify(&Expected::default()).faults;
        assert_eq!(faults[0], Fault::EventChanged { position: size, seq: size });
        assert!(matches!(&faults[1], Fault::RootChanged { name, since, .. } if name == "checkpoint 4" && *since == 450));
    }

    fn a_record_and_the_index_of_the_past_say_what_the_journal_says(lab: &Lab) {
        for (.., change) in crate::journal::changes() {
            lab.write(change).unwrap();
        }
        positions::seal(&lab.db).unwrap();
        sound(lab, &Expected::default());
        let mut raw = lab.owner();
        let said = |raw: &mut Raw, sql: &str| {
            raw.execute(sql).unwrap();
            let faults = lab.verify(&Expected::default()).faults;
            faults.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let found = said(&mut raw, "UPDATE records SET state = replace(state, 'Melt', 'Malt')");
        assert_eq!(found, ["sample 1 is not what the journal says of it"]);
        raw.execute("UPDATE records SET state = replace(state, 'Malt', 'Melt')").unwrap();
        let index = |at: &str| {
            format!("the index of the past says something else of user 1 from position {at} on than the journal")
        };
        let found = said(&mut raw, "UPDATE subject_versions SET project = 1 WHERE from_position = 2");
        assert_eq!(found, [index("2")]);
        let found = said(&mut raw, "UPDATE subject_versions SET project = NULL, to_position = 9 WHERE from_position = 2");
        assert_eq!(found, [index("2")]);
        let found = said(&mut raw, "DELETE FROM subject_versions WHERE from_position = 2");
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0], index("1"));
    }

    fn a_tail_that_was_cut_off_is_missed_by_whoever_has_a_checkpoint(lab: &Lab) {
        let kept = ledger_of_two(lab);
        let mut raw = lab.owner();
        cut(&mut raw, 449);
        let tail = |fault: &Fault, name: &str, size| {
            *fault == Fault::TailMissing { name: name.to_owned(), size, positions: 449 }
        };
        let faults = lab.verify(&Expected::default()).faults;
        assert!(tail(&faults[0], "checkpoint 2", 450), "{faults:?}");
        assert_eq!(faults[0].position(), Some(450));
        // The checkpoints went with it: nothing here knows.
        raw.execute("DELETE FROM checkpoints WHERE size > 449").unwrap();
        sound(lab, &Expected::default());
        let faults = lab.verify(&elsewhere(&kept)).faults;
        assert!(tail(&faults[0], "the checkpoint that was given", kept.size.unsigned_abs()), "{faults:?}");
    }

    fn a_tail_that_was_made_again_without_the_key_is_not_signed_by_it(lab: &Lab) {
        let kept = tail_made_again(lab);
        // As far as the server goes, which has the key: it does not put its name below that.
        let refused = lab.write(|tx| checkpoints::sign(tx, &key(2)).map(drop));
        assert!(matches!(refused, Err(Error::Forked(4))), "{refused:?}");
        let faults = lab.verify(&Expected::default()).faults;
        assert!(matches!(&faults[0], Fault::RootChanged { name, since: 450, .. } if name == "checkpoint 4"), "{faults:?}");
        // With another key, which stands in the database in the place of the right one.
        let mut raw = lab.owner();
        raw.execute(&format!(
            "DELETE FROM checkpoints WHERE id = 4;
             INSERT INTO checkpoint_keys (id, verifier, date_added) VALUES (3, '{}', '2026-11-24 12:00:00')",
            public(9)
        )).unwrap();
        lab.write(|tx| checkpoints::sign(tx, &key(9))).unwrap().unwrap();
        let faults = lab.verify(&Expected { keys: vec![public(2)], checkpoints: vec![] }).faults;
        assert!(matches!(&faults[0], Fault::Unsigned { name, .. } if name == "checkpoint 4"), "{faults:?}");
        let faults = lab.verify(&elsewhere(&kept)).faults;
        assert!(is_given_away(&faults[0]), "{faults:?}");
    }

    fn a_tail_that_was_made_again_with_the_key_is_given_away_by_a_checkpoint_from_elsewhere(lab: &Lab) {
        let kept = tail_made_again(lab);
        lab.owner().execute("DELETE FROM checkpoints WHERE id = 4").unwrap();
        lab.write(|tx| checkpoints::sign(tx, &key(2))).unwrap().unwrap();
        sound(lab, &Expected { keys: vec![public(2)], checkpoints: vec![] });
        let expected = Expected { keys: vec![public(2)], ..elsewhere(&kept) };
        let faults = lab.verify(&expected).faults;
        assert!(is_given_away(&faults[0]), "{faults:?}");
        assert_eq!(faults[0].position(), Some(451), "up to which all is well");
    }

    fn a_journal_that_was_signed_by_others_is_not_the_journal(lab: &Lab) {
        lab.introduce(&key(9));
        lab.signed("a", 3, &key(9));
        sound(lab, &Expected::default());
        let faults = lab.verify(&Expected { keys: vec![public(1)], checkpoints: vec![] }).faults;
        assert_eq!(faults[0].to_string(), "checkpoint 1: none of the known keys signed it");
    }
}

/// Takes out all that follows a position, and leaves no trace of it but the checkpoints.
fn cut(raw: &mut Raw, last: i64) {
    raw.execute(&format!(
        "DELETE FROM subject_versions WHERE from_position > {last};
         UPDATE subject_versions SET to_position = NULL WHERE to_position > {last};
         DELETE FROM tree_nodes WHERE (number + 1) * 256 > {last};
         DELETE FROM positions WHERE position > {last};
         DELETE FROM event_payloads WHERE seq > {last};
         DELETE FROM events WHERE seq > {last};"
    ))
    .unwrap();
}

/// A journal without erasures, whose key has changed at position 450; gives its last checkpoint.
fn ledger_of_two(lab: &Lab) -> KeptCheckpoint {
    lab.introduce(&key(1));
    lab.signed("a", 250, &key(1));
    lab.signed("b", 200, &key(1));
    lab.write(|tx| checkpoints::rotate(tx, &key(1), &key(2))).unwrap();
    lab.signed("c", 100, &key(2))
}

/// After position 450, something else has happened now; gives the last checkpoint from before.
fn tail_made_again(lab: &Lab) -> KeptCheckpoint {
    let kept = ledger_of_two(lab);
    cut(&mut lab.owner(), 450);
    let ids = if lab.db.is_embedded() {
        "DELETE FROM users WHERE id > 450"
    } else {
        "DELETE FROM users WHERE id > 450; SELECT setval(pg_get_serial_sequence('events', 'seq'), 450)"
    };
    lab.owner().execute(ids).unwrap();
    lab.events("other", 100);
    lab.write(|tx| users::set_disabled(tx, omicron_domain::UserId(1), true)).unwrap();
    positions::seal(&lab.db).unwrap();
    kept
}

fn is_given_away(fault: &Fault) -> bool {
    matches!(fault, Fault::RootChanged { name, .. } if name == "the checkpoint that was given")
}
