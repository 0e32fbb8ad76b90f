//! To whom it is told what happens: webhooks of a project, for those who look after it, and of the whole
//! laboratory, for administrators.

use crate::projects::{Which, held};
use crate::records::Base;
use crate::{Error, require};
use omicron_auth::Caller;
use omicron_domain::{
    Delivery, DeliveryId, DeliveryState, EventFilter, Listing, Page, Permission, ProjectId, Target,
    Webhook, WebhookDraft, WebhookId,
};
use omicron_persistence::{Transaction, View, positions, projects, webhooks};
use omicron_schema::Violation;

mod address;

pub use address::Plain;

/// Makes a webhook.
///
/// # Errors
/// [`Error::NotFound`] of the project, [`Error::Forbidden`], [`Error::Archived`]; [`Error::Invalid`];
/// [`omicron_persistence::Error::TooManyWebhooks`].
pub fn create(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    project: Option<&Which>,
    draft: &WebhookDraft,
    plain: Plain,
) -> Result<Webhook, Error> {
    let project = match project {
        None => {
            require(caller, Permission::ManageLabWebhooks, Target::Laboratory)?;
            None
        }
        Some(which) => Some(held(tx, caller, which, Permission::ManageWebhooks)?.id),
    };
    let draft = checked(draft.clone(), plain)?;
    Ok(webhooks::create(tx, project, &draft)?)
}

/// The webhooks of a project, or of the whole laboratory.
///
/// # Errors
/// [`Error::NotFound`] of the project, [`Error::Forbidden`], [`Error::Archived`].
pub fn list(
    view: &mut View<'_>,
    caller: &Caller,
    project: Option<&Which>,
    page: Page,
) -> Result<Listing<Webhook>, Error> {
    let project = match project {
        None => None,
        Some(which) => Some(projects::find(view, which)?.ok_or(Error::NotFound("project"))?.id),
    };
    may_manage(view, caller, project)?;
    Ok(webhooks::list(view, project, page)?)
}

/// One webhook.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Archived`].
pub fn find(view: &mut View<'_>, caller: &Caller, id: WebhookId) -> Result<Webhook, Error> {
    let webhook = webhooks::find(view, id)?.ok_or(Error::NotFound("webhook"))?;
    may_manage(view, caller, webhook.project)?;
    Ok(webhook)
}

/// Changes a webhook. If it says already what it is to say, it stays as it is.
///
/// # Errors
/// Those of [`find`]; [`Error::Outdated`], [`Error::Invalid`].
pub fn change(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    id: WebhookId,
    base: &Base,
    change: &dyn Fn(WebhookDraft) -> WebhookDraft,
    plain: Plain,
) -> Result<Webhook, Error> {
    let webhook = locked(tx, caller, id)?;
    base.check(webhook.version)?;
    let draft = checked(change(webhook.draft.clone()), plain)?;
    if draft == webhook.draft {
        return Ok(webhook);
    }
    Ok(webhooks::store(tx, &webhook, draft)?)
}

/// Deletes a webhook, with what was on its way.
///
/// # Errors
/// Those of [`find`]; [`Error::Outdated`].
pub fn delete(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    id: WebhookId,
    base: &Base,
) -> Result<(), Error> {
    let webhook = locked(tx, caller, id)?;
    base.check(webhook.version)?;
    Ok(webhooks::remove(tx, &webhook)?)
}

/// Gives a webhook another secret, with which all that is posted from now on is signed.
///
/// # Errors
/// Those of [`find`].
pub fn rotate(tx: &mut Transaction<'_>, caller: &Caller, id: WebhookId) -> Result<Webhook, Error> {
    let webhook = locked(tx, caller, id)?;
    Ok(webhooks::rotate(tx, &webhook)?)
}

/// Has all that happened from a position on delivered, again where it was before; what is still on its
/// way is forgotten.
///
/// # Errors
/// Those of [`find`]; [`Error::Invalid`] of a position that is still to come.
pub fn replay(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    id: WebhookId,
    from: i64,
) -> Result<Webhook, Error> {
    let webhook = locked(tx, caller, id)?;
    let next = positions::last_position(tx.view())? + 1;
    if !(1..=next).contains(&from) {
        return Err(wrong("/from".to_owned(), format!("must be a position, from 1 to {next}")));
    }
    Ok(webhooks::replay(tx, &webhook, from)?)
}

/// The deliveries of a webhook, oldest first: all, or those in one state.
///
/// # Errors
/// Those of [`find`].
pub fn deliveries(
    view: &mut View<'_>,
    caller: &Caller,
    id: WebhookId,
    state: Option<DeliveryState>,
    page: Page,
) -> Result<Listing<Delivery>, Error> {
    let webhook = find(view, caller, id)?;
    Ok(webhooks::deliveries(view, webhook.id, state, page)?)
}

/// Has something delivered now, whatever became of it before.
///
/// # Errors
/// Those of [`find`]; [`Error::NotFound`] of the delivery.
pub fn retry(
    tx: &mut Transaction<'_>,
    caller: &Caller,
    id: WebhookId,
    delivery: DeliveryId,
) -> Result<Delivery, Error> {
    let webhook = locked(tx, caller, id)?;
    webhooks::retry(tx, webhook.id, delivery)?.ok_or(Error::NotFound("delivery"))
}

/// Whether the caller looks after webhooks there.
fn may_manage(
    view: &mut View<'_>,
    caller: &Caller,
    project: Option<ProjectId>,
) -> Result<(), Error> {
    let Some(id) = project else {
        return require(caller, Permission::ManageLabWebhooks, Target::Laboratory);
    };
    let place = projects::place_of(view, caller.user.id, &Which::Id(id))?;
    let place = place.ok_or(Error::NotFound("project"))?;
    let target = Target::Project { id: place.id, role: place.role, archived: place.archived };
    require(caller, Permission::ManageWebhooks, target)
}

/// The webhook, as nobody else changes it, if the caller looks after it.
fn locked(tx: &mut Transaction<'_>, caller: &Caller, id: WebhookId) -> Result<Webhook, Error> {
    let missing = || Error::NotFound("webhook");
    let project = webhooks::find(tx.view(), id)?.ok_or_else(missing)?.project;
    match project {
        None => require(caller, Permission::ManageLabWebhooks, Target::Laboratory)?,
        // Projects are held before what is in them.
        Some(project) => {
            held(tx, caller, &Which::Id(project), Permission::ManageWebhooks)?;
        }
    }
    webhooks::lock(tx, id)?.ok_or_else(missing)
}

fn checked(draft: WebhookDraft, plain: Plain) -> Result<WebhookDraft, Error> {
    let url = address::checked(&draft.url, plain)
        .map_err(|message| wrong("/url".to_owned(), message.to_owned()))?;
    if let Some(pointer) = draft.filter.nonsense() {
        return Err(wrong(pointer, "must be one that the journal knows".to_owned()));
    }
    let EventFilter { mut kinds, mut actions } = draft.filter;
    for list in [&mut kinds, &mut actions] {
        list.sort();
        list.dedup();
    }
    let filter = EventFilter { kinds, actions };
    Ok(WebhookDraft { url, filter, ..draft })
}

fn wrong(pointer: String, message: String) -> Error {
    Error::Invalid(vec![Violation { pointer, message }])
}
