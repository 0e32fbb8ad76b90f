//! Whether a caller still is one: for answers that last.

use crate::Caller;
use omicron_domain::{Credential, Reference, UserStatus};
use omicron_persistence::{Error, View, tokens, users};

/// The caller as they are at this moment; `None` if they may log in no more, or not with the
/// credential that they came with: the token has ended, or the password is another one.
///
/// ```
/// # use omicron_auth::{Caller, renewed};
/// # use omicron_persistence::{Error, View};
/// # fn go_on(view: &mut View<'_>, caller: &Caller) -> Result<(), Error> {
/// match renewed(view, caller)? {
///     Some(now) => println!("{} may see what {:?} sees", now.user.username, now.viewer()),
///     None => println!("that is all"),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of the database.
pub fn renewed(view: &mut View<'_>, caller: &Caller) -> Result<Option<Caller>, Error> {
    let id = caller.user.id;
    let Some(user) = users::find(view, &Reference::Id(id))? else { return Ok(None) };
    let holds = user.status == UserStatus::Active
        && match caller.credential {
            Credential::Token(id) => {
                let now = view.now();
                tokens::by_id(view, id)?.is_some_and(|(token, ..)| token.is_live(now))
            }
            Credential::Password => {
                let stored = users::find_with_password(view, &user.username)?;
                let proof =
                    |(_, hash): (_, String)| caller.proof.map(|proof| proof.holds_for(&hash));
                stored.and_then(proof).unwrap_or(false)
            }
            Credential::CommandLine => true,
        };
    Ok(holds.then(|| Caller { user, ..caller.clone() }))
}
