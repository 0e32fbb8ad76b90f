//! Signing.

use super::state::State;
use crate::error::OrTaken as _;
use crate::records::{history, of_event};
use crate::tables::record_signatures;
use crate::{Error, Transaction};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{Action, CommentText, Meaning, Record, Signature, SignatureId, UserId};

#[derive(Insertable)]
#[diesel(table_name = record_signatures)]
struct NewRow<'a> {
    record_id: i64,
    version: i64,
    signer_id: i64,
    meaning: &'static str,
    date_signed: NaiveDateTime,
    event: i64,
    hash: &'a [u8],
}

/// Signs a record that was [locked](crate::records::lock), in the version that it has.
///
/// ```
/// # use omicron_domain::{Actor, Meaning, RecordId, UserId};
/// # use omicron_persistence::{Database, Error, Options, records, signatures};
/// # let db = Database::create("sqlite://", Options::default())?;
/// db.write(&Actor::command_line(), |tx| {
///     let Some(record) = records::lock(tx, RecordId(7))? else { return Ok(()) };
///     signatures::sign(tx, &record, UserId(1), Meaning::Reviewed, None).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::SignedAlready`]; [`Error::NotAsWritten`] if the record is not what the journal has of its
/// version.
pub fn sign(
    tx: &mut Transaction<'_>,
    record: &Record,
    signer: UserId,
    meaning: Meaning,
    comment: Option<&CommentText>,
) -> Result<Signature, Error> {
    // Asked before, since SQLite's trigger against REPLACE would speak first.
    if is_there(tx, record, signer, meaning)? {
        return Err(Error::SignedAlready);
    }
    let made = history(tx.view(), record.kind, record.id, record.version - 1, 1)?.pop();
    let same = |event: &crate::Event| {
        event.intact && of_event(record.id, event).ok().flatten().as_ref() == Some(record)
    };
    let event = made.filter(same).ok_or(Error::NotAsWritten)?;
    let mut signature = Signature {
        id: SignatureId(0),
        record: record.id,
        version: record.version,
        signer,
        meaning,
        // Nobody signs what is not written yet, whatever the clock says.
        date_signed: tx.now().max(record.date_changed),
        event: event.seq,
        hash: event.payload_hash,
    };
    let row = NewRow {
        record_id: record.id.0,
        version: record.version,
        signer_id: signer.0,
        meaning: meaning.as_str(),
        date_signed: signature.date_signed.naive_utc(),
        event: signature.event,
        hash: &signature.hash,
    };
    let id: i64 = diesel::insert_into(record_signatures::table)
        .values(row)
        .returning(record_signatures::id)
        .get_result(tx.connection())
        .or_taken(Error::SignedAlready)?;
    signature.id = SignatureId(id);
    let state = State::of(&signature, comment.cloned());
    tx.record(Action::RecordSigned, signature.id, Some(record.project), &state)?;
    Ok(signature)
}

fn is_there(
    tx: &mut Transaction<'_>,
    record: &Record,
    signer: UserId,
    meaning: Meaning,
) -> Result<bool, Error> {
    let same: Option<i64> = record_signatures::table
        .filter(record_signatures::record_id.eq(record.id.0))
        .filter(record_signatures::version.eq(record.version))
        .filter(record_signatures::signer_id.eq(signer.0))
        .filter(record_signatures::meaning.eq(meaning.as_str()))
        .select(record_signatures::id)
        .first(tx.connection())
        .optional()?;
    Ok(same.is_some())
}
