//! What people say about records.

use crate::records::{Base, Location, located, located_in};
use crate::since::changes_between;
use crate::{Error, projects::held};
use omicron_auth::Caller;
use omicron_domain::{
    Comment, CommentId, CommentText, Listing, Page, Permission, Record, UserId, Username,
};
use omicron_persistence::{Transaction, View, comments, users};
use std::collections::HashMap;

/// A comment, and what its author is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The comment.
    pub comment: Comment,
    /// Who said it, if it was a person.
    pub author: Option<Username>,
}

/// What was said about a record, oldest first.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see the record.
pub fn list(view: &mut View<'_>, location: &Location, page: Page) -> Result<Listing<Said>, Error> {
    let record = located(view, location)?;
    let found = comments::list(view, record.id, page)?;
    let authors: Vec<UserId> = found.items.iter().filter_map(|comment| comment.author).collect();
    let names = users::names(view, &authors)?;
    Ok(found.map(|comment| said(comment, &names)))
}

/// Says something about a record.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Archived`], [`Error::Trashed`].
pub fn add(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    location: &Location,
    text: &CommentText,
) -> Result<Said, Error> {
    let record = commented(tx, caller, location, Permission::Comment)?;
    let comment = comments::add(tx, &record, text)?;
    Ok(by_caller(caller, comment))
}

/// Puts differently what the caller has said.
///
/// # Errors
/// Those of [`add`]; [`Error::NotFound`] of the comment, [`Error::Outdated`]; [`Error::NotTheirs`] if
/// someone else has said it.
pub fn change(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    (location, id): (&Location, CommentId),
    base: &Base,
    text: &CommentText,
) -> Result<Said, Error> {
    let record = commented(tx, caller, location, Permission::Comment)?;
    let comment = comments::find(tx.view(), record.id, id)?.ok_or(Error::NotFound("comment"))?;
    if comment.author != Some(caller.user.id) {
        return Err(Error::NotTheirs);
    }
    based(tx, &comment, base)?;
    if comment.text == *text {
        return Ok(by_caller(caller, comment));
    }
    let comment = comments::change(tx, &record, &comment, text)?;
    Ok(by_caller(caller, comment))
}

/// Withdraws a comment: one's own, or anyone's for those who look after the project.
///
/// # Errors
/// Those of [`change`]; [`Error::Forbidden`] if it is someone else's.
pub fn remove(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    (location, id): (&Location, CommentId),
    base: &Base,
) -> Result<(), Error> {
    let record = commented(tx, caller, location, Permission::Comment)?;
    let comment = comments::find(tx.view(), record.id, id)?.ok_or(Error::NotFound("comment"))?;
    if comment.author != Some(caller.user.id) {
        held(tx, caller, &location.project, Permission::ModerateComments)?;
    }
    based(tx, &comment, base)?;
    Ok(comments::remove(tx, &record, &comment)?)
}

/// That the change is made on what the caller has seen; else, what has changed since.
fn based(tx: &mut Transaction<'_>, comment: &Comment, base: &Base) -> Result<(), Error> {
    let (id, version) = (comment.id.into(), comment.version);
    base.check_since(version, |seen| changes_between(tx.view(), id, (seen, version), &["text"]))
}

/// The record, which others may comment on in the meantime only after this.
fn commented(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    location: &Location,
    permission: Permission,
) -> Result<Record, Error> {
    let place = held(tx, caller, &location.project, permission)?;
    let record = located_in(tx, place.id, location)?;
    if record.date_trashed.is_some() {
        return Err(Error::Trashed);
    }
    Ok(record)
}

fn said(comment: Comment, names: &HashMap<UserId, Username>) -> Said {
    let author = comment.author.and_then(|id| names.get(&id).cloned());
    Said { comment, author }
}

fn by_caller(caller: &Caller, comment: Comment) -> Said {
    Said { comment, author: Some(caller.user.username.clone()) }
}
