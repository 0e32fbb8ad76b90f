//! `token`: tokens.

use super::table::{table, time};
use super::{note, print, user};
use crate::error::Error;
use crate::open;
use crate::settings::{Settings, token_secret};
use chrono::TimeDelta;
use clap::Subcommand;
use omicron_auth::TokenText;
use omicron_domain::{
    Actor, Grant, NewToken, ProjectId, Reference, Scope, Scopes, Token, TokenId, TokenName, User,
    UserStatus, Viewer,
};
use omicron_persistence::{Database, Error as Failure, projects, tokens};
use omicron_service::tokens::LONGEST;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a token for a person, and print it, this once
    Create {
        /// The person, by name or id
        user: String,
        /// How long it lives, in seconds; otherwise as the settings say
        #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(1..))]
        expiration: Option<i64>,
        /// What to call it
        #[arg(long, value_name = "NAME")]
        name: Option<TokenName>,
        /// What it is good for: read, write, admin or ingest, several with commas
        #[arg(long, value_name = "SCOPE", value_delimiter = ',', default_value = "admin")]
        scope: Vec<Scope>,
        /// The one project, by name or id, in which it is good for that
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
    },
    /// List a person's live tokens
    List {
        /// The person, by name or id
        user: String,
    },
    /// End a token
    Revoke {
        /// The token's id, as `token list` shows it
        id: i64,
    },
}

pub(super) fn run(command: &Command, settings: &Settings) -> Result<(), Error> {
    let db = &open::existing(settings)?;
    match command {
        Command::Create { user, expiration, name, scope, project } => {
            let user = user::find(db, user)?;
            let lifetime = match expiration {
                Some(seconds) => TimeDelta::try_seconds(*seconds).unwrap_or(LONGEST).min(LONGEST),
                None => settings.token_lifetime(),
            };
            let project = project.as_deref().map(|name| project_named(db, name)).transpose()?;
            // Clap sees to it that there is one.
            let scopes = Scopes::of(scope.iter().copied()).unwrap_or(Scopes::EVERYTHING);
            let grant = Grant { scopes, project };
            create(db, settings, &user, lifetime, name.as_ref(), grant)
        }
        Command::List { user } => list(db, user),
        Command::Revoke { id } => revoke(db, *id),
    }
}

fn project_named(db: &Database, name: &str) -> Result<ProjectId, Error> {
    let which = name.parse().unwrap_or(Reference::Nothing);
    let found = db.read(Viewer::Everything, |view| projects::find(view, &which))?;
    found.map(|project| project.id).ok_or_else(|| Error::UnknownProject(name.to_owned()))
}

fn create(
    db: &Database,
    settings: &Settings,
    user: &User,
    lifetime: TimeDelta,
    name: Option<&TokenName>,
    grant: Grant,
) -> Result<(), Error> {
    if user.status != UserStatus::Active {
        return Err(Error::CantLogIn(user.username.clone(), user.status));
    }
    let text = TokenText::generate()?;
    let hash = text.hash(&token_secret(settings)?);
    let token = db.write(&Actor::command_line(), |tx| {
        let expiration_date = Some(tx.now() + lifetime);
        tokens::create(
            tx,
            &NewToken { user: user.id, name: name.cloned(), grant, expiration_date },
            &hash,
        )
    })?;
    let (id, name, end) = (token.id, &user.username, end(&token));
    note(&format!("token {id} of {name}, good until {end}; it is shown this once:"))?;
    print(&text.expose())
}

fn list(db: &Database, name: &str) -> Result<(), Error> {
    let user = user::find(db, name)?;
    let live = db.read(Viewer::Nobody, |view| tokens::live(view, user.id))?;
    let rows: Vec<_> = live.iter().map(row).collect();
    print(&table(["ID", "NAME", "GOOD FOR", "CREATED", "EXPIRES", "LAST USED"], &rows))
}

fn end(token: &Token) -> String {
    token.expiration_date.map_or_else(|| "never".to_owned(), time)
}

fn row(token: &Token) -> [String; 6] {
    let project = token.grant.project.map(|id| format!(" in project {id}")).unwrap_or_default();
    [
        token.id.to_string(),
        token.name.clone().map(String::from).unwrap_or_default(),
        format!("{}{project}", token.grant.scopes),
        time(token.date_created),
        end(token),
        token.last_used.map_or_else(|| "never".to_owned(), time),
    ]
}

fn revoke(db: &Database, id: i64) -> Result<(), Error> {
    let revoked = db.write(&Actor::command_line(), |tx| tokens::revoke(tx, TokenId(id)));
    revoked.map_err(|error| match error {
        Failure::Gone => Error::UnknownToken(id),
        error => error.into(),
    })?;
    note(&format!("token {id} was revoked"))
}
