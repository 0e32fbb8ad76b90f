//! What a unit of work holds: the connection, and on whose behalf.

use crate::connection::AnyConnection;
use crate::{Error, journal};
use omicron_domain::{Action, Actor, ProjectId, Subject, Timestamp, Viewer};
use serde::Serialize;

/// A look at the database with someone's eyes.
///
/// ```
/// use omicron_domain::{Page, UserFilter, Viewer};
/// use omicron_persistence::{Database, Error, Options, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let listing = db.read(Viewer::Everything, |view| {
///     users::list(view, &UserFilter::default(), Page::default())
/// })?;
/// assert_eq!(listing.total, Some(0));
/// # Ok::<(), Error>(())
/// ```
pub struct View<'a> {
    pub(crate) connection: &'a mut AnyConnection,
    viewer: Viewer,
    now: Timestamp,
}

impl<'a> View<'a> {
    pub(crate) fn new(connection: &'a mut AnyConnection, viewer: Viewer, now: Timestamp) -> Self {
        Self { connection, viewer, now }
    }

    /// Whose eyes these are.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        self.viewer
    }

    /// The moment of the look.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
}

/// A change of the database: everything in it happens, with its events, or nothing does.
///
/// ```
/// use omicron_domain::{Actor, NewUser};
/// use omicron_persistence::{Database, Error, Options, users};
///
/// let db = Database::create("sqlite://", Options::default())?;
/// let ann = NewUser {
///     username: "ann".parse().unwrap(),
///     email: "ann@example.org".parse().unwrap(),
///     password_hash: "!".to_owned(), // nobody can log in with it
///     administrator: false,
///     approved: true,
/// };
/// let ann = db.write(&Actor::command_line(), |tx| users::create(tx, &ann))?;
/// assert_eq!(ann.username.as_str(), "ann");
/// # Ok::<(), Error>(())
/// ```
pub struct Transaction<'a> {
    view: View<'a>,
    actor: &'a Actor,
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(connection: &'a mut AnyConnection, actor: &'a Actor, now: Timestamp) -> Self {
        Self { view: View::new(connection, actor.viewer, now), actor }
    }

    /// The database as the actor sees it, with what this transaction has changed so far.
    pub fn view(&mut self) -> &mut View<'a> {
        &mut self.view
    }

    /// Who makes the change.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        self.actor
    }

    /// The moment of the change.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.view.now
    }

    /// The same transaction in the name of someone else and at another moment: for a history that
    /// is brought in from elsewhere, each change by whoever made it, when they made it.
    ///
    /// ```
    /// use omicron_domain::{Actor, NewUser, Timestamp, Viewer};
    /// use omicron_persistence::{Database, Error, Options, events_of, users};
    ///
    /// let db = Database::create("sqlite://", Options::default())?;
    /// # let new = NewUser {
    /// #     username: "ann".parse().unwrap(), email: "ann@example.org".parse().unwrap(),
    /// #     password_hash: "!".to_owned(), administrator: false, approved: true,
    /// # };
    /// let importer = Actor::command_line();
    /// let ann = db.write(&importer, |tx| {
    ///     users::create(&mut tx.on_behalf(&importer, Timestamp::UNIX_EPOCH), &new)
    /// })?;
    /// assert_eq!(ann.date_created, Timestamp::UNIX_EPOCH);
    /// let history = db.read(Viewer::Everything, |view| events_of(view, ann.id, 0))?;
    /// assert_eq!(history[0].at, Timestamp::UNIX_EPOCH);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on_behalf<'b>(&'b mut self, actor: &'b Actor, now: Timestamp) -> Transaction<'b> {
        Transaction::new(self.view.connection, actor, now)
    }

    /// The database as it is, whatever the actor may see of it.
    pub(crate) fn all_seeing(&mut self) -> View<'_> {
        View::new(self.view.connection, Viewer::Everything, self.view.now)
    }

    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        self.view.connection
    }

    /// Says in the journal what was done, to what, and the state that it left.
    pub(crate) fn record(
        &mut self,
        action: Action,
        subject: impl Into<Subject>,
        project: Option<ProjectId>,
        state: &impl Serialize,
    ) -> Result<(), Error> {
        let payload = journal::canonical(state)?;
        journal::append(self, action, subject.into(), project, &payload)
    }

    /// As [`Transaction::record`], of a state that is canonical JSON already.
    pub(crate) fn record_text(
        &mut self,
        action: Action,
        subject: impl Into<Subject>,
        project: Option<ProjectId>,
        state: &str,
    ) -> Result<(), Error> {
        journal::append(self, action, subject.into(), project, state)
    }
}
