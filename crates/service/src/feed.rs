//! What happens, in order: for whoever keeps up with it.

use crate::projects::Which;
use crate::{Error, projects};
use omicron_domain::{ProjectId, UserId, Username};
use omicron_persistence::feed::{self, Entry, Filter, Part};
use omicron_persistence::{View, positions, users};
use std::collections::HashMap;

/// Something that happened, and what whoever did it is called now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub entry: Entry,
    /// Who did it, if it was a person.
    pub actor: Option<(UserId, Username)>,
}

/// A part of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What happened, in the order of positions.
    pub events: Vec<Told>,
    /// Where to go on.
    pub next: i64,
    /// The last position so far.
    pub last: i64,
}

/// What happened after a position, as far as the caller may see it now.
///
/// # Errors
/// [`Error::BeyondTheLast`] if there is no such position yet.
pub fn after(
    view: &mut View<'_>,
    position: i64,
    filter: &Filter,
    limit: usize,
) -> Result<News, Error> {
    let Part { entries, next, last } = feed::after(view, position, filter, limit)?;
    if position > last {
        return Err(Error::BeyondTheLast { last });
    }
    Ok(News { events: told(view, entries)?, next, last })
}

/// Everything that happened after a position, up to another one, whoever may see it.
///
/// # Errors
/// Those of the database.
pub fn between(view: &mut View<'_>, from: i64, to: i64) -> Result<Vec<Told>, Error> {
    let entries = feed::between(view, from, to)?;
    told(view, entries)
}

/// Where to begin: after the position that is asked for, or at the present.
///
/// # Errors
/// [`Error::BeyondTheLast`] if there is no such position yet.
pub fn beginning(view: &mut View<'_>, asked: Option<i64>) -> Result<i64, Error> {
    let last = positions::last_position(view)?;
    match asked {
        Some(position) if position > last => Err(Error::BeyondTheLast { last }),
        Some(position) => Ok(position),
        None => Ok(last),
    }
}

/// The project that the feed is to be about.
///
/// # Errors
/// [`Error::NotFound`] also where the caller may not see it.
pub fn about(view: &mut View<'_>, project: &Which) -> Result<ProjectId, Error> {
    Ok(projects::find(view, project)?.project.id)
}

fn told(view: &mut View<'_>, entries: Vec<Entry>) -> Result<Vec<Told>, Error> {
    let mut actors: Vec<UserId> = entries.iter().filter_map(|entry| entry.actor).collect();
    actors.sort_unstable();
    actors.dedup();
    let names = if actors.is_empty() { HashMap::new() } else { users::names(view, &actors)? };
    let tell = |entry: Entry| {
        let actor = entry.actor.and_then(|id| Some((id, names.get(&id)?.clone())));
        Told { entry, actor }
    };
    Ok(entries.into_iter().map(tell).collect())
}
