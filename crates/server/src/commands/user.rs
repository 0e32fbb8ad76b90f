//! `user`: people.

use super::password::New;
use super::print;
use super::table::{table, time};
use crate::error::Error;
use crate::open;
use crate::settings::Settings;
use clap::Subcommand;
use omicron_domain::{
    Actor, EmailAddress, NewUser, Page, User, UserFilter, UserStatus, Username, Viewer,
};
use omicron_persistence::{Database, View, users};
use omicron_service::users::{Who, change_password, switch};

/// Where passwords come from.
const PASSWORD: &str =
    "The password is asked for on a terminal; without one, it is read from standard input.";

#[derive(Subcommand)]
pub(super) enum Command {
    /// Add a person, who may log in at once
    #[command(after_help = PASSWORD)]
    Create {
        /// The name to log in with
        name: String,
        /// Where to write to
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Let them look after the whole server
        #[arg(long)]
        administrator: bool,
        /// Make a password up, and print it
        #[arg(long)]
        generate: bool,
    },
    /// Give a person another password; all their tokens end
    #[command(after_help = PASSWORD)]
    SetPassword {
        /// The person, by name or id
        name: String,
        /// Make a password up, and print it
        #[arg(long)]
        generate: bool,
    },
    /// Keep a person out; all their tokens end
    Disable {
        /// The person, by name or id
        name: String,
    },
    /// Let a person in again who was kept out
    Enable {
        /// The person, by name or id
        name: String,
    },
    /// Let a person in who has registered and waits
    Approve {
        /// The person, by name or id
        name: String,
    },
    /// List people
    List {
        /// Only those of this status
        #[arg(long, value_parser = ["pending", "active", "disabled"])]
        status: Option<String>,
    },
}

pub(super) fn run(command: Command, settings: &Settings) -> Result<(), Error> {
    let db = &open::existing(settings)?;
    match command {
        Command::Create { name, email, administrator, generate } => {
            create(db, settings, &name, &email, administrator, generate)
        }
        Command::SetPassword { name, generate } => set_password(db, settings, &name, generate),
        Command::Disable { name } => set_disabled(db, &name, true),
        Command::Enable { name } => set_disabled(db, &name, false),
        Command::Approve { name } => approve(db, &name),
        Command::List { status } => list(db, status.as_deref()),
    }
}

fn create(
    db: &Database,
    settings: &Settings,
    name: &str,
    email: &str,
    administrator: bool,
    generate: bool,
) -> Result<(), Error> {
    let username: Username = name.parse().map_err(|error| Error::argument("the name", &error))?;
    let email: EmailAddress =
        email.parse().map_err(|error| Error::argument("the email", &error))?;
    // Before someone types a password.
    let who = Who::Name(username.clone());
    if db.read(Viewer::Nobody, |view| users::find(view, &who))?.is_some() {
        return Err(omicron_persistence::Error::UsernameTaken.into());
    }
    let password = New::choose(generate, settings)?;
    let password_hash = password.hash.clone();
    let new = NewUser { username, email, password_hash, administrator, approved: true };
    let user = db.write(&Actor::command_line(), |tx| users::create(tx, &new))?;
    say(&user, "was added")?;
    password.tell()
}

fn set_password(
    db: &Database,
    settings: &Settings,
    name: &str,
    generate: bool,
) -> Result<(), Error> {
    let who = Who::Id(find(db, name)?.id);
    let password = New::choose(generate, settings)?;
    let user =
        db.write(&Actor::command_line(), |tx| change_password(tx, &who, None, &password.hash))?;
    say(&user, "has another password")?;
    password.tell()
}

fn set_disabled(db: &Database, name: &str, disabled: bool) -> Result<(), Error> {
    let who = Who::Id(find(db, name)?.id);
    let user = db.write(&Actor::command_line(), |tx| switch(tx, &who, disabled))?;
    say(&user, &format!("is {}", user.status))
}

fn approve(db: &Database, name: &str) -> Result<(), Error> {
    let user = find(db, name)?;
    if user.status == UserStatus::Active {
        return say(&user, "has been let in already");
    }
    let user = db.write(&Actor::command_line(), |tx| users::approve(tx, user.id))?;
    say(&user, &format!("is {}", user.status))
}

fn list(db: &Database, status: Option<&str>) -> Result<(), Error> {
    let status = status.and_then(|text| text.parse().ok());
    let filter = UserFilter { status, ..UserFilter::default() };
    let mut rows = Vec::new();
    let mut last = 0;
    loop {
        let page = Page::After { id: last, limit: Page::MOST };
        let part =
            db.read(Viewer::Nobody, |view: &mut View<'_>| users::list(view, &filter, page))?;
        let Some(end) = part.items.last() else { break };
        last = end.user.id.0;
        rows.extend(part.items.into_iter().map(|found| row(&found.user)));
    }
    print(&table(["ID", "NAME", "EMAIL", "STATUS", "ROLE", "CREATED"], &rows))
}

fn row(user: &User) -> [String; 6] {
    let role = if user.administrator { "administrator" } else { "user" };
    [
        user.id.to_string(),
        user.username.to_string(),
        user.email.to_string(),
        user.status.to_string(),
        role.to_owned(),
        time(user.date_created),
    ]
}

/// The person that a command names.
pub(super) fn find(db: &Database, name: &str) -> Result<User, Error> {
    let who = name.parse().unwrap_or(Who::Nothing);
    let found = db.read(Viewer::Nobody, |view| users::find(view, &who))?;
    found.ok_or_else(|| Error::UnknownUser(name.to_owned()))
}

/// On standard error, so that standard output holds nothing but what was asked for.
fn say(user: &User, what: &str) -> Result<(), Error> {
    super::note(&format!("{} {what}", user.username))
}
