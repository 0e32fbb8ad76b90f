//! Checkpoints: what the journal was, signed, small enough to be kept elsewhere.
//!
//! A checkpoint says how many positions there are and the root of the tree over them. Whoever keeps
//! one can see later whether anything before it was changed, or cut off and made again; and whoever
//! has the public key alone can check proofs against it.

use crate::connection::MultiBackend;
use crate::positions::{self, leaf::text_of, tree};
use crate::tables::{checkpoint_keys, checkpoints};
use crate::{Error, Transaction, View};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{Page, Timestamp};
use omicron_tlog::{Checkpoint, SignedCheckpoint, SigningKey, VerifierKey};

/// A checkpoint that is kept.
///
/// ```
/// # fn show(kept: &omicron_persistence::checkpoints::KeptCheckpoint) {
/// println!("{} positions at {}:\n{}", kept.size, kept.signed_at, kept.note);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// Its number, from 1 on, without gaps.
    pub id: i64,
    /// How many positions it vouches for.
    pub size: i64,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// The signed note, as others keep it.
    pub note: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = checkpoints, check_for_backend(MultiBackend))]
struct Row {
    id: i64,
    size: i64,
    signed_at: NaiveDateTime,
    note: String,
}

impl From<Row> for KeptCheckpoint {
    fn from(row: Row) -> Self {
        Self { id: row.id, size: row.size, signed_at: row.signed_at.and_utc(), note: row.note }
    }
}

/// Tells a journal which key is to sign: the first one that it is told of is its key.
///
/// ```
/// use omicron_domain::Actor;
/// use omicron_persistence::{Database, Error, Options, checkpoints};
/// use omicron_tlog::SigningKey;
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let (ours, other) = (SigningKey::new("lab", [1; 32]).unwrap(), SigningKey::new("lab", [2; 32]).unwrap());
/// db.write(&Actor::command_line(), |tx| checkpoints::introduce(tx, ours.verifier()))?;
/// let refused = db.write(&Actor::command_line(), |tx| checkpoints::introduce(tx, other.verifier()));
/// assert!(matches!(refused, Err(Error::OtherKey { .. })));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::OtherKey`] if another one is in use; those of the database.
pub fn introduce(tx: &mut Transaction<'_>, key: &VerifierKey) -> Result<(), Error> {
    positions::wait_for_lock(tx)?;
    match keys(tx.view())?.last() {
        None => add_key(tx, key),
        Some(_) => is_in_use(tx, key),
    }
}

/// The keys that checkpoints were ever signed with, oldest first: the last one is in use.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, checkpoints};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Everything, checkpoints::keys)?.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database; [`Error::Corrupt`] if one is none.
pub fn keys(view: &mut View<'_>) -> Result<Vec<VerifierKey>, Error> {
    let keys: Vec<String> = checkpoint_keys::table
        .order(checkpoint_keys::id)
        .select(checkpoint_keys::verifier)
        .load(view.connection)?;
    let read = |key: &String| key.parse().map_err(|error| corrupt(Box::new(error)));
    keys.iter().map(read).collect()
}

/// Signs all positions that there are, unless the last checkpoint vouches for them already or another
/// process is at it. It never signs anything but what continues the last checkpoint.
///
/// ```
/// use omicron_domain::Actor;
/// use omicron_persistence::{Database, Error, Options, checkpoints};
/// use omicron_tlog::SigningKey;
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let key = SigningKey::new("lab", [1; 32]).unwrap();
/// let signed = db.write(&Actor::command_line(), |tx| {
///     checkpoints::introduce(tx, key.verifier())?;
///     checkpoints::sign(tx, &key)
/// })?;
/// assert_eq!(signed, None); // nothing has happened yet
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::OtherKey`] if the key is not, or no longer, the journal's; [`Error::Forked`] if what the last
/// checkpoint vouches for is gone or another one; those of the database.
pub fn sign(tx: &mut Transaction<'_>, key: &SigningKey) -> Result<Option<KeptCheckpoint>, Error> {
    if !positions::take_lock(tx)? {
        return Ok(None);
    }
    is_in_use(tx, key.verifier())?;
    if is_signed(tx.view())? {
        return Ok(None);
    }
    let size = positions::last_position(tx.view())?;
    sign_with(tx, size, &[key]).map(Some)
}

/// Puts a new key in the place of the one in use. A checkpoint is signed by both: so the new one vouches
/// for all that the old one did. That it is the journal's must be learned from its owner, as of the
/// first: anyone can put a signature of their own below a checkpoint.
///
/// ```
/// use omicron_domain::{Actor, Viewer};
/// use omicron_persistence::{Database, Error, Options, checkpoints};
/// use omicron_tlog::SigningKey;
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let (old, new) = (SigningKey::new("lab", [1; 32]).unwrap(), SigningKey::new("lab", [2; 32]).unwrap());
/// db.write(&Actor::command_line(), |tx| {
///     checkpoints::introduce(tx, old.verifier())?;
///     checkpoints::rotate(tx, &old, &new).map(drop)
/// })?;
/// assert_eq!(db.read(Viewer::Everything, checkpoints::keys)?.len(), 2);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::OtherKey`] if the old one is not in use; [`Error::KeyUsed`] if the new one is or was;
/// [`Error::Forked`] as of [`sign`]; those of the database.
pub fn rotate(
    tx: &mut Transaction<'_>,
    old: &SigningKey,
    new: &SigningKey,
) -> Result<KeptCheckpoint, Error> {
    positions::wait_for_lock(tx)?;
    is_in_use(tx, old.verifier())?;
    if keys(tx.view())?.contains(new.verifier()) {
        return Err(Error::KeyUsed(new.verifier().to_string()));
    }
    add_key(tx, new.verifier())?;
    let size = positions::last_position(tx.view())?;
    sign_with(tx, size, &[old, new])
}

/// Puts a new key in the place of one that is lost. Nobody vouches for it: only that its checkpoints go
/// on where those of the old one end.
///
/// ```
/// use omicron_domain::Actor;
/// use omicron_persistence::{Database, Error, Options, checkpoints};
/// use omicron_tlog::SigningKey;
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let (old, new) = (SigningKey::new("lab", [1; 32]).unwrap(), SigningKey::new("lab", [2; 32]).unwrap());
/// db.write(&Actor::command_line(), |tx| {
///     checkpoints::introduce(tx, old.verifier())?;
///     checkpoints::replace_lost(tx, &new).map(drop)
/// })?;
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn replace_lost(tx: &mut Transaction<'_>, new: &SigningKey) -> Result<KeptCheckpoint, Error> {
    positions::wait_for_lock(tx)?;
    add_key(tx, new.verifier())?;
    let size = positions::last_position(tx.view())?;
    sign_with(tx, size, &[new])
}

/// The last checkpoint.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, checkpoints};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.read(Viewer::Everything, checkpoints::latest)?, None);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn latest(view: &mut View<'_>) -> Result<Option<KeptCheckpoint>, Error> {
    let row: Option<Row> = checkpoints::table
        .order(checkpoints::id.desc())
        .select(Row::as_select())
        .first(view.connection)
        .optional()?;
    Ok(row.map(KeptCheckpoint::from))
}

/// Whether the last checkpoint vouches for all positions that there are.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, checkpoints};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Everything, checkpoints::is_signed)?);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn is_signed(view: &mut View<'_>) -> Result<bool, Error> {
    let signed = latest(view)?.map_or(0, |checkpoint| checkpoint.size);
    Ok(positions::last_position(view)? == signed)
}

/// The last checkpoint of so many positions.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, checkpoints};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.read(Viewer::Everything, |view| checkpoints::of_size(view, 256))?, None);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn of_size(view: &mut View<'_>, size: i64) -> Result<Option<KeptCheckpoint>, Error> {
    let row: Option<Row> = checkpoints::table
        .filter(checkpoints::size.eq(size))
        .order(checkpoints::id.desc())
        .select(Row::as_select())
        .first(view.connection)
        .optional()?;
    Ok(row.map(KeptCheckpoint::from))
}

/// The checkpoints, oldest first.
///
/// ```
/// # use omicron_domain::{Page, Viewer};
/// # use omicron_persistence::{Database, Error, Options, checkpoints};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let page = Page::default();
/// assert!(db.read(Viewer::Everything, |view| checkpoints::list(view, page))?.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn list(view: &mut View<'_>, page: Page) -> Result<Vec<KeptCheckpoint>, Error> {
    let rows: Vec<Row> = checkpoints::table
        .filter(checkpoints::id.gt(page.after_id()))
        .order(checkpoints::id)
        .offset(page.offset())
        .limit(page.limit())
        .select(Row::as_select())
        .load(view.connection)?;
    Ok(rows.into_iter().map(KeptCheckpoint::from).collect())
}

fn add_key(tx: &mut Transaction<'_>, key: &VerifierKey) -> Result<(), Error> {
    let added = (
        checkpoint_keys::verifier.eq(key.to_string()),
        checkpoint_keys::date_added.eq(tx.now().naive_utc()),
    );
    diesel::insert_into(checkpoint_keys::table).values(added).execute(tx.connection())?;
    Ok(())
}

fn is_in_use(tx: &mut Transaction<'_>, key: &VerifierKey) -> Result<(), Error> {
    let keys = keys(tx.view())?;
    match keys.last() {
        Some(in_use) if in_use == key => Ok(()),
        in_use => Err(Error::OtherKey {
            given: key.to_string(),
            in_use: in_use.map_or_else(|| "none".to_owned(), ToString::to_string),
        }),
    }
}

fn sign_with(
    tx: &mut Transaction<'_>,
    size: i64,
    keys: &[&SigningKey],
) -> Result<KeptCheckpoint, Error> {
    let last = latest(tx.view())?;
    if let Some(last) = &last {
        goes_on(tx.view(), last, size)?;
    }
    let now = tx.now();
    let signed_at = last.as_ref().map_or(now, |last| last.signed_at.max(now)).naive_utc();
    let checkpoint = Checkpoint {
        origin: origin(tx, keys)?,
        size: tree::unsigned(size)?,
        root: positions::root(tx.view(), size)?,
        time: text_of(signed_at),
    };
    let signed = checkpoint.sign(keys).map_err(|error| corrupt(Box::new(error)))?;
    let id = last.map_or(1, |last| last.id + 1);
    let row = Row { id, size, signed_at, note: signed.to_string() };
    diesel::insert_into(checkpoints::table).values(&row).execute(tx.connection())?;
    Ok(row.into())
}

/// That a journal of so many positions begins with what a checkpoint vouches for. Whoever holds the
/// database and not the key is not to get the signature for a tail that was cut off or made again.
fn goes_on(view: &mut View<'_>, last: &KeptCheckpoint, size: i64) -> Result<(), Error> {
    let note: SignedCheckpoint = last.note.parse().map_err(|error| corrupt(Box::new(error)))?;
    let said = note.verify(&keys(view)?).map_err(|_| Error::Forked(last.id))?;
    let is_of_it = said.size == tree::unsigned(last.size)? && last.size <= size;
    if is_of_it && positions::root(view, last.size)? == said.root {
        return Ok(());
    }
    Err(Error::Forked(last.id))
}

/// What the journal is called: for ever as its first key is.
fn origin(tx: &mut Transaction<'_>, signers: &[&SigningKey]) -> Result<String, Error> {
    let first = keys(tx.view())?.into_iter().next();
    let named = first.as_ref().or_else(|| signers.first().map(|key| key.verifier()));
    Ok(named.map_or_else(String::new, |key| key.name().to_owned()))
}

fn corrupt(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Corrupt("checkpoints", error)
}
