//! Whether a signature still is one of what it was given for.

use super::Row;
use super::state::State;
use crate::journal::{all_of, events_numbered};
use crate::records::of_event;
use crate::{Error, Event, View};
use omicron_domain::{CommentText, Record, Signature, Subject};
use std::collections::HashMap;

/// A signature, compared with what is stored.
///
/// ```
/// # fn show(signed: &omicron_persistence::signatures::Verified) {
/// println!("{}: {}", signed.signature.meaning, if signed.intact { "intact" } else { "broken" });
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The signature.
    pub signature: Signature,
    /// What its signer said with it.
    pub comment: Option<CommentText>,
    /// Whether the record still is in the version that was signed.
    pub current: bool,
    /// Whether what is stored of that version, and of the signature, is what it was when it was signed.
    pub intact: bool,
}

/// The signatures of a record, each compared with what the journal has of it and of the version; a
/// current one with the record itself as well.
pub(super) fn verified(
    view: &mut View<'_>,
    record: &Record,
    rows: Vec<Row>,
) -> Result<Vec<Verified>, Error> {
    let signatures: Vec<Signature> =
        rows.into_iter().map(Signature::try_from).collect::<Result<_, _>>()?;
    if signatures.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<i64> = signatures.iter().map(|signature| signature.event).collect();
    let subjects: Vec<Subject> = signatures.iter().map(|signature| signature.id.into()).collect();
    let made = events_numbered(view, &numbers)?;
    let made: HashMap<i64, &Event> = made.iter().map(|event| (event.seq, event)).collect();
    let given = all_of(view, &subjects)?;
    let one = |signature: Signature| {
        let subject = Subject::from(signature.id).to_string();
        let given = given.iter().find(|event| event.subject == subject);
        let state = given.filter(|event| event.intact).and_then(state_of);
        let comment = state.as_ref().and_then(|state| state.comment.clone());
        let as_given = state.is_some_and(|state| state == State::of(&signature, comment.clone()));
        let current = signature.version == record.version;
        let signed = made.get(&signature.event).and_then(|event| signed(record, &signature, event));
        let as_signed = signed.is_some_and(|signed| !current || signed == *record);
        Verified { signature, comment, current, intact: as_given && as_signed }
    };
    Ok(signatures.into_iter().map(one).collect())
}

fn state_of(event: &Event) -> Option<State> {
    serde_json::from_str(event.payload.as_deref()?).ok()
}

/// The version that was signed, if the event has it still, and as it was.
fn signed(record: &Record, signature: &Signature, event: &Event) -> Option<Record> {
    let subject = Subject::Record(record.kind, record.id).to_string();
    let same = event.intact && event.payload_hash == signature.hash && event.subject == subject;
    let version = same.then(|| of_event(record.id, event).ok().flatten()).flatten()?;
    (version.version == signature.version).then_some(version)
}
