//! Tokens: the verbs over the table `tokens`. Only keyed hashes are known here.

use crate::connection::{MultiBackend, columns, either};
use crate::tables::{tokens, users};
use crate::users::UserRow;
use crate::{Error, Transaction, View, stored};
use chrono::NaiveDateTime;
use diesel::dsl;
use diesel::prelude::*;
use omicron_domain::{
    Action, Grant, NewToken, ProjectId, Timestamp, Token, TokenId, TokenName, User, UserId,
};

mod end;

pub(crate) use end::revoke_for;
pub use end::{remove_expired, revoke, revoke_all};

#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens, check_for_backend(MultiBackend))]
struct TokenRow {
    id: i64,
    user_id: i64,
    date_created: NaiveDateTime,
    expiration_date: Option<NaiveDateTime>,
    last_used: Option<NaiveDateTime>,
    name: Option<String>,
    scopes: String,
    project_id: Option<i64>,
}

impl TryFrom<TokenRow> for Token {
    type Error = Error;

    fn try_from(row: TokenRow) -> Result<Self, Error> {
        let scopes = row.scopes.parse();
        let scopes = scopes.map_err(|error| Error::Corrupt("tokens.scopes", Box::new(error)))?;
        Ok(Self {
            id: TokenId(row.id),
            user: UserId(row.user_id),
            name: row.name.map(|name| stored("tokens.name", name)).transpose()?,
            grant: Grant { scopes, project: row.project_id.map(ProjectId) },
            date_created: row.date_created.and_utc(),
            expiration_date: row.expiration_date.map(|time| time.and_utc()),
            last_used: row.last_used.map(|time| time.and_utc()),
        })
    }
}

/// Adds a token for a person, of which only the keyed hash is known here.
///
/// ```
/// # use omicron_domain::{Actor, Grant, NewToken, UserId};
/// # use omicron_persistence::{Database, Error, Options, tokens};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let new = NewToken {
///     user: UserId(404),
///     name: None,
///     grant: Grant::EVERYTHING,
///     expiration_date: None,
/// };
/// let nobody = db.write(&Actor::command_line(), |tx| tokens::create(tx, &new, &[7; 32]));
/// assert!(matches!(nobody, Err(Error::Gone)));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::Gone`] if there is no such person, or no such project.
pub fn create(tx: &mut Transaction<'_>, new: &NewToken, hash: &[u8; 32]) -> Result<Token, Error> {
    let NewToken { user, name, grant, expiration_date } = new.clone();
    let date_created = tx.now();
    let id: i64 = diesel::insert_into(tokens::table)
        .values((
            tokens::user_id.eq(user.0),
            tokens::token_hash.eq(hash.to_vec()),
            tokens::date_created.eq(date_created.naive_utc()),
            tokens::expiration_date.eq(expiration_date.map(|date| date.naive_utc())),
            tokens::name.eq(name.as_ref().map(TokenName::as_str)),
            tokens::scopes.eq(grant.scopes.to_string()),
            tokens::project_id.eq(grant.project.map(|project| project.0)),
        ))
        .returning(tokens::id)
        .get_result(tx.connection())?;
    let id = TokenId(id);
    let token = Token { id, user, name, grant, date_created, expiration_date, last_used: None };
    tx.record(Action::TokenIssued, id, None, &token)?;
    Ok(token)
}

/// The token with this keyed hash, live or not, and the person it stands for.
///
/// ```
/// # use omicron_domain::Viewer;
/// # use omicron_persistence::{Database, Error, Options, tokens};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Nobody, |view| tokens::find(view, &[7; 32]))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn find(view: &mut View<'_>, hash: &[u8; 32]) -> Result<Option<(Token, User)>, Error> {
    let found = tokens::table
        .inner_join(users::table)
        .filter(tokens::token_hash.eq(hash.to_vec()))
        .select((columns::<TokenRow>(), columns::<UserRow>()));
    let row: Option<(TokenRow, UserRow)> =
        either!(view.connection, connection => found.get_result(connection)).optional()?;
    row.map(|(token, user)| Ok((token.try_into()?, user.try_into()?))).transpose()
}

/// The token of this id, live or not, its keyed hash, and the person it stands for.
///
/// ```
/// # use omicron_domain::{TokenId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, tokens};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Nobody, |view| tokens::by_id(view, TokenId(1)))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn by_id(view: &mut View<'_>, id: TokenId) -> Result<Option<(Token, [u8; 32], User)>, Error> {
    let row: Option<(TokenRow, Vec<u8>, UserRow)> = tokens::table
        .inner_join(users::table)
        .filter(tokens::id.eq(id.0))
        .select((TokenRow::as_select(), tokens::token_hash, UserRow::as_select()))
        .get_result(view.connection)
        .optional()?;
    let Some((token, hash, user)) = row else { return Ok(None) };
    let hash = <[u8; 32]>::try_from(hash.as_slice())
        .map_err(|error| Error::Corrupt("tokens.token_hash", Box::new(error)))?;
    Ok(Some((token.try_into()?, hash, user.try_into()?)))
}

/// A person's newest live token.
///
/// ```
/// # use omicron_domain::{UserId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, tokens};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Nobody, |view| tokens::newest(view, UserId(1)))?.is_none());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn newest(view: &mut View<'_>, user: UserId) -> Result<Option<Token>, Error> {
    Ok(first_live(view, user, 1)?.pop())
}

/// A person's live tokens, newest first: at most 1000.
///
/// ```
/// # use omicron_domain::{UserId, Viewer};
/// # use omicron_persistence::{Database, Error, Options, tokens};
/// # let db = Database::create("sqlite://", Options::default())?;
/// assert!(db.read(Viewer::Nobody, |view| tokens::live(view, UserId(1)))?.is_empty());
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn live(view: &mut View<'_>, user: UserId) -> Result<Vec<Token>, Error> {
    first_live(view, user, 1000)
}

fn first_live(view: &mut View<'_>, user: UserId, most: i64) -> Result<Vec<Token>, Error> {
    let rows: Vec<TokenRow> = tokens::table
        .filter(tokens::user_id.eq(user.0))
        .filter(is_live(view.now()))
        .order(tokens::id.desc())
        .limit(most)
        .select(TokenRow::as_select())
        .load(view.connection)?;
    rows.into_iter().map(Token::try_from).collect()
}

/// Whether a token is accepted at this moment.
fn is_live(now: Timestamp) -> IsLive {
    tokens::expiration_date.is_null().or(tokens::expiration_date.gt(now.naive_utc()))
}

type IsLive =
    dsl::Or<dsl::IsNull<tokens::expiration_date>, dsl::Gt<tokens::expiration_date, NaiveDateTime>>;

/// Notes when tokens were last used: often, of little weight, and so not in the journal.
///
/// ```
/// # use omicron_domain::{Actor, Timestamp, TokenId};
/// # use omicron_persistence::{Database, Error, Options, tokens};
/// # let db = Database::create("sqlite://", Options::default())?;
/// let used = [(TokenId(1), Timestamp::UNIX_EPOCH)];
/// db.write(&Actor::command_line(), |tx| tokens::note_use(tx, &used))?; // gone meanwhile: no matter
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of the database.
pub fn note_use(tx: &mut Transaction<'_>, used: &[(TokenId, Timestamp)]) -> Result<(), Error> {
    let mut used = used.to_vec();
    // In one order, or two servers that do this at the same time could wait for each other.
    used.sort_unstable();
    for (id, time) in used {
        let time = time.naive_utc();
        let earlier = tokens::last_used.is_null().or(tokens::last_used.lt(time));
        diesel::update(tokens::table.filter(tokens::id.eq(id.0)).filter(earlier))
            .set(tokens::last_used.eq(time))
            .execute(tx.connection())?;
    }
    Ok(())
}
