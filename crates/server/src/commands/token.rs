//! `token`: tokens.

use super::table::{table, time};
use super::{note, print, user};
use crate::error::Error;
use crate::open;
use crate::settings::{Settings, token_secret};
use clap::Subcommand;
use omicron_auth::TokenText;
use omicron_domain::{Actor, Token, TokenId, UserStatus, Viewer};
use omicron_persistence::{Database, Error as Failure, tokens};
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
        Command::Create { user, expiration } => create(db, settings, user, *expiration),
        Command::List { user } => list(db, user),
        Command::Revoke { id } => revoke(db, *id),
    }
}

fn create(
    db: &Database,
    settings: &Settings,
    name: &str,
    expiration: Option<i64>,
) -> Result<(), Error> {
    let user = user::find(db, name)?;
    if user.status != UserStatus::Active {
        return Err(Error::CantLogIn(user.username, user.status));
    }
    let lifetime = match expiration {
        Some(seconds) => chrono::TimeDelta::try_seconds(seconds).unwrap_or(LONGEST).min(LONGEST),
        None => settings.token_lifetime(),
    };
    let text = TokenText::generate()?;
    let hash = text.hash(&token_secret(settings)?);
    let token = db.write(&Actor::command_line(), |tx| {
        let expires = tx.now() + lifetime;
        tokens::create(tx, user.id, &hash, expires)
    })?;
    let (id, name, end) = (token.id, &user.username, time(token.expiration_date));
    note(&format!("token {id} of {name}, good until {end}; it is shown this once:"))?;
    print(&text.expose())
}

fn list(db: &Database, name: &str) -> Result<(), Error> {
    let user = user::find(db, name)?;
    let live = db.read(Viewer::Nobody, |view| tokens::live(view, user.id))?;
    let rows: Vec<_> = live.iter().map(row).collect();
    print(&table(["ID", "CREATED", "EXPIRES", "LAST USED"], &rows))
}

fn row(token: &Token) -> [String; 4] {
    [
        token.id.to_string(),
        time(token.date_created),
        time(token.expiration_date),
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
