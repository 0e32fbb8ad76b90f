//! Requests that may come twice and are done once: the verbs over the table `idempotency_keys`.

use crate::connection::{AnyConnection, MultiBackend};
use crate::tables::idempotency_keys;
use crate::{Error, Failure, Transaction};
use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use omicron_domain::UserId;
use sha2::{Digest, Sha256};

mod forget;

pub(crate) use forget::forget;

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

/// A request that its sender may repeat.
///
/// ```
/// use omicron_persistence::idempotency::Request;
/// let request = Request { route: "/projects".into(), key: "8e03978e".into(), digest: [7; 32] };
/// assert_eq!(request, request.clone());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What kind of request it is: the same key means something else at another route.
    pub route: String,
    /// What its sender calls it.
    pub key: String,
    /// A digest of all of it, which tells it from any other. It should be a keyed one: who reads
    /// the database could guess at what was in the request.
    pub digest: [u8; 32],
}

/// What is answered to a request, rendered.
///
/// ```
/// use omicron_persistence::idempotency::Answer;
/// let made = Answer { status: 201, location: Some("/projects/1".into()), ..Answer::default() };
/// assert!(made.body.is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Where the new thing is.
    pub location: Option<String>,
    /// The tag of the body.
    pub etag: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer, and whether it is one that was given before.
///
/// ```
/// use omicron_persistence::idempotency::{Answer, Outcome};
/// let outcome = Outcome::from(Answer::default());
/// assert!(!outcome.replayed);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The answer.
    pub answer: Answer,
    /// Whether nothing was done now, since it had been done before.
    pub replayed: bool,
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self { answer, replayed: false }
    }
}

/// Does what a request asks for, unless that was done within the last 24 hours: then it gives the
/// answer of that time. The answer is kept in the transaction, so it is there if and only if what
/// it speaks of is; of work that fails, nothing is kept.
///
/// Two transactions with the same key never run at once: the second waits for the first. An
/// actor who is no person has no keys, and the work is always done.
///
/// ```
/// use omicron_domain::{Actor, Credential, NewUser, Viewer};
/// use omicron_persistence::idempotency::{self, Answer, Request};
/// use omicron_persistence::{Database, Error, Options, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// # let new = NewUser {
/// #     username: "ann".parse().unwrap(), email: "ann@example.org".parse().unwrap(),
/// #     password_hash: "!".to_owned(), administrator: false, approved: true,
/// # };
/// let ann = db.write(&Actor::command_line(), |tx| users::create(tx, &new))?;
/// let actor = Actor { user: Some(ann.id), ..Actor::command_line() };
/// let send = |digest| {
///     let request = Request { route: "/greetings".into(), key: "1".into(), digest };
///     db.write(&actor, |tx| {
///         idempotency::once(tx, &request, |_| {
///             Ok::<_, Error>(Answer { status: 200, body: b"hello".into(), ..Answer::default() })
///         })
///     })
/// };
/// assert!(!send([7; 32])?.replayed);
/// assert!(send([7; 32])?.replayed);
/// assert!(matches!(send([8; 32]), Err(Error::KeyReused)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the work; [`Error::KeyReused`] if the key came with another request before;
/// [`Error::KeyInUse`] if the first one takes too long.
pub fn once<E: Failure>(
    tx: &mut Transaction<'_>,
    request: &Request,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<Answer, E>,
) -> Result<Outcome, E> {
    let Some(user) = tx.actor().user else { return work(tx).map(Outcome::from) };
    let key = Key::new(user, request);
    if !claim(tx, &key, request)? {
        return Ok(Outcome { answer: recall(tx, &key, request)?, replayed: true });
    }
    let answer = work(tx)?;
    keep(tx, &key, &answer)?;
    Ok(answer.into())
}

/// What one request is found by.
struct Key<'a> {
    user: i64,
    route: &'a str,
    hash: Vec<u8>,
}

type Found<'a> = diesel::helper_types::Find<idempotency_keys::table, (i64, &'a str, &'a [u8])>;

impl<'a> Key<'a> {
    fn new(user: UserId, request: &'a Request) -> Self {
        Self { user: user.0, route: &request.route, hash: Sha256::digest(&request.key).to_vec() }
    }

    fn row(&self) -> Found<'_> {
        QueryDsl::find(idempotency_keys::table, (self.user, self.route, self.hash.as_slice()))
    }
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
struct NewRow<'a> {
    user_id: i64,
    route: &'a str,
    key_hash: &'a [u8],
    request_hash: &'a [u8],
    status: i16,
    body: &'a [u8],
    expiration_date: NaiveDateTime,
}

/// Takes the key, if it is free or has expired. This comes before everything else in the
/// transaction: whoever wants the same key waits here until its fate is known.
fn claim(tx: &mut Transaction<'_>, key: &Key<'_>, request: &Request) -> Result<bool, Error> {
    let now = tx.now();
    let row = || NewRow {
        user_id: key.user,
        route: key.route,
        key_hash: &key.hash,
        request_hash: &request.digest,
        status: 0,
        body: &[],
        expiration_date: (now + KEPT).naive_utc(),
    };
    macro_rules! claim {
        ($connection:expr) => {
            diesel::insert_into(idempotency_keys::table)
                .values(row())
                .on_conflict(idempotency_keys::table.primary_key())
                .do_update()
                .set(row())
                .filter(idempotency_keys::expiration_date.le(now.naive_utc()))
                .execute($connection)
        };
    }
    let claimed = match tx.connection() {
        AnyConnection::Sqlite(connection) => claim!(connection),
        AnyConnection::Postgres(connection) => claim!(connection),
    };
    match claimed.map_err(Error::from) {
        Ok(rows) => Ok(rows == 1),
        // All that can be waited for here is the key.
        Err(Error::Overloaded) => Err(Error::KeyInUse),
        Err(error) => Err(error),
    }
}

fn keep(tx: &mut Transaction<'_>, key: &Key<'_>, answer: &Answer) -> Result<(), Error> {
    let status = i16::try_from(answer.status)
        .map_err(|error| Error::Corrupt("idempotency_keys.status", Box::new(error)))?;
    diesel::update(key.row())
        .set((
            idempotency_keys::status.eq(status),
            idempotency_keys::location.eq(answer.location.as_deref()),
            idempotency_keys::etag.eq(answer.etag.as_deref()),
            idempotency_keys::body.eq(answer.body.as_slice()),
        ))
        .execute(tx.connection())?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_keys, check_for_backend(MultiBackend))]
struct Row {
    request_hash: Vec<u8>,
    status: i16,
    location: Option<String>,
    etag: Option<String>,
    body: Vec<u8>,
}

fn recall(tx: &mut Transaction<'_>, key: &Key<'_>, request: &Request) -> Result<Answer, Error> {
    let row: Row = QueryDsl::select(key.row(), Row::as_select()).first(tx.connection())?;
    if row.request_hash != request.digest {
        return Err(Error::KeyReused);
    }
    let status = u16::try_from(row.status)
        .map_err(|error| Error::Corrupt("idempotency_keys.status", Box::new(error)))?;
    Ok(Answer { status, location: row.location, etag: row.etag, body: row.body })
}

/// Removes the answers that nobody may ask for any more.
///
/// ```
/// # use omicron_domain::Actor;
/// # use omicron_persistence::{Database, Error, Options, idempotency};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert_eq!(db.write(&Actor::command_line(), idempotency::remove_expired)?, 0);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn remove_expired(tx: &mut Transaction<'_>) -> Result<usize, Error> {
    let now = tx.now().naive_utc();
    let expired =
        diesel::delete(idempotency_keys::table).filter(idempotency_keys::expiration_date.le(now));
    Ok(expired.execute(tx.connection())?)
}
