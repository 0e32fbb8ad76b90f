//! `demo`: a lab that is made up.

use super::progress::Progress;
use super::{healthcheck, print};
use crate::error::Error;
use crate::settings::Settings;
use crate::{generate, open};
use clap::Args;
use omicron_auth::Passwords;
use omicron_demo::{Filled, Plan, fill};
use omicron_domain::{NewUser, Page, ProjectId, Viewer};
use omicron_persistence::{Database, Error as Failure, projects};
use std::time::{Duration, Instant};

pub(super) const ABOUT: &str = "\
The lab is made up in an empty database, which is made if there is none; one that holds a project
is left alone. Its people can't log in, but for `demo`, who looks after all projects and whose
password is printed once. The same size and seed always give the same lab.";

/// Who can log in to the lab.
const VISITOR: (&str, &str) = ("demo", "demo@lab.example");

#[derive(Args)]
pub(super) struct Arguments {
    /// How many records; people and projects grow with it, more slowly
    #[arg(long, value_name = "N", default_value_t = 1000)]
    size: usize,
    /// Another number, another lab
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Do so with STATE=PROD, too
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(arguments: &Arguments, settings: &Settings) -> Result<(), Error> {
    if settings.is_production() && !arguments.yes {
        return Err(Error::NotInProduction);
    }
    let db = &open::to_fill(settings)?;
    let (password, text) = generate::password()?;
    let password_hash = Passwords::start(settings.bcrypt_cost)?.hash_blocking(&password)?;
    let plan = Plan {
        size: arguments.size,
        seed: arguments.seed,
        visitor: Some(visitor(password_hash)?),
        until: None,
    };
    let start = Instant::now();
    let mut progress = Progress::of("records", plan.size);
    let filled = fill(db, &plan, |done| progress.tell(done)).map_err(explained)?;
    progress.end();
    let project = first_project(db)?;
    print(&summary(&filled, start.elapsed(), &text, project, settings))
}

fn visitor(password_hash: String) -> Result<NewUser, Error> {
    let (name, address) = VISITOR;
    Ok(NewUser {
        username: name.parse().map_err(|error| Error::argument("the name", &error))?,
        email: address.parse().map_err(|error| Error::argument("the email", &error))?,
        password_hash,
        administrator: false,
        approved: true,
    })
}

fn explained(error: omicron_demo::Error) -> Error {
    match error {
        omicron_demo::Error::InUse => Error::NotEmpty("holds projects"),
        omicron_demo::Error::Database(Failure::UsernameTaken) => {
            Error::NotEmpty("holds people who are called as some of the lab")
        }
        error => Error::Demo(error),
    }
}

/// A project to look into.
fn first_project(db: &Database) -> Result<Option<ProjectId>, Error> {
    let page = Page::After { id: 0, limit: 1 };
    let list = db.read(Viewer::Everything, |view| projects::list(view, None, page))?;
    Ok(list.items.first().map(|project| project.id))
}

fn summary(
    filled: &Filled,
    took: Duration,
    password: &str,
    project: Option<ProjectId>,
    settings: &Settings,
) -> String {
    let Filled { people, projects, templates, records, changes, comments } = filled;
    let data = settings.database_file().map_or_else(
        || settings.database_url.masked(),
        |file| std::path::absolute(&file).unwrap_or(file).display().to_string(),
    );
    let url = format!("{}://{}", settings.scheme(), healthcheck::address(settings));
    let (name, _) = VISITOR;
    let milliseconds = took.as_millis().max(1);
    let rate = u128::try_from(*records).unwrap_or(0) * 1000 / milliseconds;
    let project = project.map_or(1, |id| id.0);
    format!(
        "
  A lab was made up, in {}.{} s: {rate} records a second.

    Data            {data}
    People          {people}
    Projects        {projects}
    Templates       {templates}
    Records         {records}, changed {changes} times, with {comments} comments

    User            {name}
    Password        {password}   (shown this once, and kept nowhere)

  Start the server on it:

    omicron-server

  Look around in another terminal:

    curl -u {name}:{password} {url}/api/v1/projects
    curl -u {name}:{password} '{url}/api/v1/projects/{project}/experiments?status=approved'

  The documentation is at {url}/docs/
",
        milliseconds / 1000,
        milliseconds % 1000 / 100,
    )
}
