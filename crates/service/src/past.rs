//! How things were.

use crate::Error;
use omicron_domain::AsOf;
use omicron_persistence::{View, positions};

/// How something was.
///
/// ```
/// # fn show(past: &omicron_service::Past<String>) {
/// println!("{} as of position {}", past.state, past.position);
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past<T> {
    /// As of which position in the journal.
    pub position: i64,
    /// How it was.
    pub state: T,
}

/// Looks at a thing as it was, once it is known as of which position.
pub(crate) fn look<T>(
    view: &mut View<'_>,
    as_of: AsOf,
    state: impl FnOnce(&mut View<'_>, i64) -> Result<T, Error>,
) -> Result<Past<T>, Error> {
    let Some(position) = positions::resolve(view, as_of)? else {
        return Err(Error::StillToCome { last: positions::last_position(view)? });
    };
    Ok(Past { position, state: state(view, position)? })
}
