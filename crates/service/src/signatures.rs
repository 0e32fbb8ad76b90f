//! Signatures of records by people.

use crate::projects::{Which, held};
use crate::records::{Base, Location, based, located, located_in};
use crate::{Error, require};
use omicron_auth::{Caller, PasswordProof};
use omicron_domain::{
    CommentText, Listing, Meaning, Page, Permission, SignatureId, Target, UserId, UserStatus,
    Username,
};
use omicron_persistence::signatures::{self, Verified};
use omicron_persistence::{self as persistence, Transaction, View, projects, users};
use std::collections::HashMap;

/// A signature, and what its signer is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The signature, compared with what is stored.
    pub verified: Verified,
    /// Who signed, by name.
    pub signer: Username,
}

/// The signatures of a record, of all its versions, oldest first.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see the record.
pub fn list(
    view: &mut View<'_>,
    location: &Location,
    page: Page,
) -> Result<Listing<Signed>, Error> {
    let record = located(view, location)?;
    let Listing { items, total } = signatures::list(view, &record, page)?;
    let signers: Vec<UserId> = items.iter().map(|one| one.signature.signer).collect();
    let names = users::names(view, &signers)?;
    let items = items.into_iter().map(|one| named(one, &names)).collect::<Result<_, _>>()?;
    Ok(Listing { items, total })
}

/// One signature of a record.
///
/// # Errors
/// [`Error::NotFound`] of the record or the signature.
pub fn find(view: &mut View<'_>, location: &Location, id: SignatureId) -> Result<Signed, Error> {
    let record = located(view, location)?;
    let found = signatures::find(view, &record, id)?.ok_or(Error::NotFound("signature"))?;
    let names = users::names(view, &[found.signature.signer])?;
    named(found, &names)
}

/// That the caller may sign a record, to be asked before a password is compared.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Archived`], [`Error::NoSigner`].
pub fn admit(view: &mut View<'_>, caller: &Caller, location: &Location) -> Result<(), Error> {
    let record = located(view, location)?;
    let place = projects::place_of(view, caller.user.id, &Which::Id(record.project))?;
    let place = place.ok_or(Error::NotFound("project"))?;
    let target = Target::Project { id: place.id, role: place.role, archived: place.archived };
    require(caller, Permission::SignRecords, target)?;
    if caller.user.service_account { Err(Error::NoSigner) } else { Ok(()) }
}

/// Signs the version of a record that the caller has seen. They show the proof that they have just
/// given their password, whatever credential they came with.
///
/// # Errors
/// Those of [`admit`]; [`Error::Unbased`] unless exactly one version is named;
/// [`Error::StaleCredentials`] if the password has changed since, or its owner was switched off;
/// [`Error::Outdated`], [`Error::Trashed`]; the version is signed so already.
pub fn sign(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    (location, base): (&Location, &Base),
    proof: PasswordProof,
    meaning: Meaning,
    comment: Option<&CommentText>,
) -> Result<Signed, Error> {
    let place = held(tx, caller, &location.project, Permission::SignRecords)?;
    let (user, stored) = users::reserve(tx, caller.user.id)?;
    if user.service_account {
        return Err(Error::NoSigner);
    }
    if !proof.holds_for(&stored) || user.status != UserStatus::Active {
        return Err(Error::StaleCredentials);
    }
    let record = located_in(tx, place.id, location)?;
    // Nobody signs whatever may stand there by now.
    if !matches!(base, Base::Versions(versions) if versions.len() == 1) {
        return Err(Error::Unbased);
    }
    based(tx, &record, base)?;
    if record.date_trashed.is_some() {
        return Err(Error::Trashed);
    }
    let signature = signatures::sign(tx, &record, user.id, meaning, comment)?;
    let comment = comment.cloned();
    let verified = Verified { signature, comment, current: true, intact: true };
    Ok(Signed { verified, signer: user.username })
}

fn named(verified: Verified, names: &HashMap<UserId, Username>) -> Result<Signed, Error> {
    let signer = names.get(&verified.signature.signer).cloned();
    // Nobody who has signed is ever deleted: the row refers to them.
    Ok(Signed { verified, signer: signer.ok_or(persistence::Error::Gone)? })
}
