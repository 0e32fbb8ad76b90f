//! Signatures: to what they are bound, and that it shows when that is no longer what it was.

use crate::support::{Lab, lab as fixture, parsed};
use crate::written::content;
use omicron_domain::{Meaning, Page, Record, RecordId, RecordKind, SignatureId, User, Viewer};
use omicron_persistence::records::NewRecord;
use omicron_persistence::signatures::{self, Verified};
use omicron_persistence::{Error, events_of, positions, records};
use omicron_tests::on_both;

impl Lab {
    /// A new sample of this title, and who may sign it.
    fn samples(&self, titles: &[&str]) -> (User, Vec<Record>) {
        let ann = self.person("ann");
        let project = self.project("Alloys", &ann, &[]).project.id;
        let begin = |title: &&str| {
            let new = NewRecord { project, kind: RecordKind::Sample, content: content(title) };
            self.write(|tx| records::create(tx, &new)).unwrap()
        };
        (ann, titles.iter().map(begin).collect())
    }

    fn sign_record(&self, id: RecordId, by: &User, meaning: Meaning) -> Result<SignatureId, Error> {
        self.write(|tx| {
            let record = records::lock(tx, id)?.unwrap();
            let comment = parsed("Run 3 is left out.");
            Ok(signatures::sign(tx, &record, by.id, meaning, Some(&comment))?.id)
        })
    }

    fn signatures(&self, id: RecordId) -> Vec<Verified> {
        self.db
            .read(Viewer::Everything, |view| {
                let record = records::find(view, id)?.unwrap();
                signatures::list(view, &record, Page::default())
            })
            .unwrap()
            .items
    }

    fn intact(&self, record: &Record) -> bool {
        self.signatures(record.id).iter().all(|one| one.intact)
    }

    /// Takes away what keeps these tables as they were written.
    fn unguard(&self) {
        let triggers = if self.db.is_embedded() {
            "DROP TRIGGER events_are_not_changed; DROP TRIGGER event_payloads_are_not_changed;
             DROP TRIGGER event_payloads_are_kept; DROP TRIGGER record_signatures_are_not_changed"
        } else {
            "DROP TRIGGER events_are_kept ON events;
             DROP TRIGGER event_payloads_are_not_changed ON event_payloads;
             DROP TRIGGER event_payloads_are_kept ON event_payloads;
             DROP TRIGGER record_signatures_are_kept ON record_signatures"
        };
        self.sql(triggers).unwrap();
    }
}

on_both! {
    fn a_signature_is_bound_to_the_hash_of_the_version_and_stands_in_the_journal(lab: &Lab) {
        let (ann, samples) = lab.samples(&["Melt"]);
        let id = lab.sign_record(samples[0].id, &ann, Meaning::Approved).unwrap();
        let signed = lab.signatures(samples[0].id).remove(0);
        assert!(signed.current && signed.intact, "{signed:?}");
        assert_eq!(signed.comment, Some(parsed("Run 3 is left out.")));
        let events = |subject: omicron_domain::Subject| {
            lab.db.read(Viewer::Everything, |view| events_of(view, subject, 0)).unwrap()
        };
        let record = omicron_domain::Subject::Record(RecordKind::Sample, samples[0].id);
        let made = events(record);
        assert_eq!(made.len(), 1, "to sign is no change of the record");
        assert_eq!((signed.signature.event, &signed.signature.hash), (made[0].seq, &made[0].payload_hash));
        let given = events(id.into()).remove(0);
        let payload = given.payload.unwrap();
        let digest: String = omicron_tlog::hex(&made[0].payload_hash);
        for part in [&format!(r#""digest":"{digest}""#), r#""meaning":"approved""#, r#""signer":1"#, r#""version":1"#] {
            assert!(payload.contains(part), "{part}: {payload}");
        }
    }

    fn a_later_version_leaves_the_signature_with_the_earlier_one(lab: &Lab) {
        let (ann, samples) = lab.samples(&["Melt"]);
        let id = samples[0].id;
        lab.sign_record(id, &ann, Meaning::Authored).unwrap();
        let again = lab.sign_record(id, &ann, Meaning::Authored);
        assert!(matches!(again, Err(Error::SignedAlready)), "{again:?}");
        lab.sign_record(id, &ann, Meaning::Reviewed).unwrap();
        lab.write(|tx| {
            let record = records::lock(tx, id)?.unwrap();
            records::unlock(tx, &record, &parsed("It was misread.")).map(drop)
        }).unwrap();
        lab.sign_record(id, &ann, Meaning::Authored).unwrap();
        let shown: Vec<_> = lab.signatures(id).iter()
            .map(|one| (one.signature.version, one.current, one.intact)).collect();
        assert_eq!(shown, [(1, false, true), (1, false, true), (2, true, true)]);
        let one = lab.db.read(Viewer::Everything, |view| {
            let record = records::find(view, id)?.unwrap();
            signatures::find(view, &record, SignatureId(3))
        });
        assert_eq!(one.unwrap().as_ref(), lab.signatures(id).last());
    }

    fn what_was_tampered_with_breaks_the_signature(lab: &Lab) {
        let titles = ["Kept", "Payload", "Event", "Row", "Meaning", "Moved", "Gone", "Said"];
        let (ann, samples) = lab.samples(&titles);
        for sample in &samples {
            let meaning =
                if sample.content.title.as_str() == "Moved" { Meaning::Witnessed } else { Meaning::Reviewed };
            lab.sign_record(sample.id, &ann, meaning).unwrap();
        }
        lab.unguard();
        let [kept, payload, event, row, meaning, moved, gone, said] = samples.try_into().unwrap();
        let seq = |record: &Record| lab.signatures(record.id)[0].signature.event;
        let (theirs, ours, emptied) = (seq(&kept), seq(&event), seq(&gone));
        let statements = [
            (&payload, format!("UPDATE event_payloads SET payload = replace(payload, 'Payload', 'Paycheck') WHERE seq = {}", seq(&payload))),
            // An event that is right in itself, and not the one that was signed.
            (&event, format!(
                "UPDATE events SET payload_hash = (SELECT payload_hash FROM events WHERE seq = {theirs}) WHERE seq = {ours};
                 UPDATE event_payloads SET payload = (SELECT payload FROM event_payloads WHERE seq = {theirs}),
                    salt = (SELECT salt FROM event_payloads WHERE seq = {theirs}) WHERE seq = {ours}"
            )),
            (&row, format!("UPDATE records SET state = replace(state, 'Row', 'Raw') WHERE id = {}", row.id)),
            (&meaning, format!("UPDATE record_signatures SET meaning = 'approved' WHERE record_id = {}", meaning.id)),
            (&gone, format!("DELETE FROM event_payloads WHERE seq = {emptied}")),
            (&said, format!(
                "UPDATE event_payloads SET payload = replace(payload, 'Run 3', 'Run 4')
                 WHERE seq = (SELECT seq FROM events WHERE subject = 'signature:{}')", lab.signatures(said.id)[0].signature.id
            )),
        ];
        for (record, sql) in statements {
            assert!(lab.intact(record), "{sql}");
            lab.sql(&sql).unwrap();
            assert!(!lab.intact(record), "{sql}");
        }
        // A signature that was given for another record.
        lab.sql(&format!("UPDATE record_signatures SET record_id = {} WHERE record_id = {}", kept.id, moved.id)).unwrap();
        let intact: Vec<bool> = lab.signatures(kept.id).iter().map(|one| one.intact).collect();
        assert_eq!(intact, [true, false]);
        let refused = lab.sign_record(row.id, &ann, Meaning::Approved);
        assert!(matches!(refused, Err(Error::NotAsWritten)), "{refused:?}");
    }

    fn what_was_signed_by_a_position_is_what_was_signed_then(lab: &Lab) {
        let (ann, samples) = lab.samples(&["Melt", "Ingot"]);
        let sealed = || {
            positions::seal(&lab.db).unwrap();
            lab.db.read(Viewer::Everything, positions::last_position).unwrap()
        };
        let before = sealed();
        lab.sign_record(samples[0].id, &ann, Meaning::Witnessed).unwrap();
        let after = sealed();
        let versions = |position| {
            lab.db.read(Viewer::Everything, |view| signatures::versions(view, &samples, position)).unwrap()
        };
        let signed = std::collections::HashMap::from([(samples[0].id, vec![1])]);
        assert_eq!(versions(Some(after)), signed);
        assert_eq!(versions(None), signed);
        assert!(versions(Some(before)).is_empty());
    }

    fn a_signature_is_neither_changed_nor_deleted(lab: &Lab) {
        let (ann, samples) = lab.samples(&["Melt"]);
        lab.sign_record(samples[0].id, &ann, Meaning::Authored).unwrap();
        let mut statements = vec![
            "UPDATE record_signatures SET meaning = 'approved'",
            "UPDATE record_signatures SET version = 2",
            "DELETE FROM record_signatures",
        ];
        if lab.db.is_embedded() {
            statements.push("REPLACE INTO record_signatures SELECT * FROM record_signatures");
            statements.push(
                "REPLACE INTO record_signatures SELECT 2, record_id, version, signer_id, meaning, date_signed, event, hash FROM record_signatures",
            );
        } else {
            statements.push("TRUNCATE record_signatures");
        }
        for sql in statements {
            let error = lab.sql(sql).expect_err(sql);
            assert!(error.contains("the journal is append-only"), "{sql}: {error}");
        }
        assert_eq!(lab.count("record_signatures"), 1);
        assert!(lab.intact(&samples[0]));
    }
}
