//! The story, written down: each step in the name of whoever acts, and when they act.

mod steps;

use crate::form::Form;
use crate::story::{Act, Step, Story};
use crate::{Plan, fields};
use chrono::TimeDelta;
use omicron_domain::{
    Actor, Credential, Invalid, NewUser, Page, ProjectId, RecordId, TemplateId, Timestamp, UserId,
    Viewer,
};
use omicron_persistence::templates::NewTemplate;
use omicron_persistence::{Database, Failure, Transaction, positions, projects, templates, users};
use std::collections::HashMap;
use steps::{New, Parts};

/// How much is written in one transaction: records, and changes of records.
const BATCH: usize = 500;

/// Why there is no lab.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database holds projects: real ones, or those of such a lab.
    #[error("the database holds projects already")]
    InUse,
    /// The domain refuses what was made up.
    #[error("what was made up is refused")]
    Invalid(#[from] Invalid),
    /// The database failed, or someone has the name of one of the lab's people.
    #[error(transparent)]
    Database(#[from] omicron_persistence::Error),
}

impl Failure for Error {
    fn database(&self) -> Option<&omicron_persistence::Error> {
        match self {
            Self::Database(error) => Some(error),
            Self::InUse | Self::Invalid(_) => None,
        }
    }
}

/// What has been made up.
///
/// ```
/// assert_eq!(omicron_demo::Filled::default().records, 0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    /// People, the visitor among them.
    pub people: usize,
    /// Projects.
    pub projects: usize,
    /// Templates.
    pub templates: usize,
    /// Records, in the trash or not.
    pub records: usize,
    /// Changes of records: versions beside their first.
    pub changes: usize,
    /// Comments.
    pub comments: usize,
}

/// Makes a lab up in a database that holds no project, and says what is in it.
///
/// After each transaction `progress` is told how many records there are. What was written before an
/// error stays; a database that is to be filled again has to be a new one. The people can't log in,
/// but for the visitor. Each change is recorded as made on the command line, in their name.
///
/// The times are those of the last two years, and so are those of the positions in the journal if it
/// was empty before: the lab can be seen as of any day of them.
///
/// # Errors
/// [`Error::InUse`] if there is a project; [`Error::Database`].
pub fn fill(db: &Database, plan: &Plan, mut progress: impl FnMut(usize)) -> Result<Filled, Error> {
    let now = plan.until.unwrap_or_else(|| db.clock().now());
    let mut story = Story::new(plan.size, plan.seed, now);
    let mut lab = Lab::begin(db, plan, &story)?;
    loop {
        let batch = next_batch(&mut story);
        if batch.is_empty() {
            break;
        }
        let new = db.write(&Actor::command_line(), |tx| {
            let mut new = New::of(&lab);
            new.write(tx, &story, &batch)?;
            Ok::<_, Error>(new.into_parts())
        })?;
        lab.add(new);
        progress(lab.filled.records);
    }
    // If a server was at it meanwhile.
    positions::seal(db)?;
    Ok(lab.filled)
}

fn next_batch(story: &mut Story) -> Vec<Step> {
    let mut size = 0;
    let mut batch = Vec::new();
    while size < BATCH {
        let Some(step) = story.next() else { break };
        size += match &step.act {
            Act::Create(planned) => planned.len(),
            _ => 1,
        };
        batch.push(step);
    }
    batch
}

/// What stands in the database, by the numbers of the story.
struct Lab {
    visitor: Option<UserId>,
    people: Vec<UserId>,
    projects: HashMap<usize, ProjectId>,
    /// By project, `None` for those that all share.
    templates: HashMap<(Option<usize>, &'static str), TemplateId>,
    /// By key: there may be millions.
    records: Vec<Option<RecordId>>,
    filled: Filled,
}

impl Lab {
    /// People, and the templates that all projects share.
    fn begin(db: &Database, plan: &Plan, story: &Story) -> Result<Self, Error> {
        let actor = Actor::command_line();
        db.write(&actor, |tx| {
            let page = Page::After { id: 0, limit: 1 };
            if !projects::list(tx.view(), None, page)?.items.is_empty() {
                return Err(Error::InUse);
            }
            let mut people = Vec::with_capacity(story.people.len());
            let mut at = story.begin + TimeDelta::hours(7);
            for person in &story.people {
                let new = NewUser {
                    username: person.username.parse()?,
                    email: person.email.parse()?,
                    password_hash: "!".to_owned(),
                    administrator: false,
                    approved: true,
                };
                at += TimeDelta::seconds(40);
                people.push(users::create(&mut tx.on_behalf(&actor, at), &new)?.id);
            }
            let visitor = plan.visitor.as_ref();
            let visitor = visitor.map(|new| users::create(&mut tx.on_behalf(&actor, at), new));
            let visitor = visitor.transpose()?.map(|user| user.id);
            let mut shared = HashMap::new();
            for form in fields::shared() {
                at += TimeDelta::seconds(15);
                let id = template(&mut tx.on_behalf(&actor, at), None, form)?;
                shared.insert((None, form.name), id);
            }
            seal(tx, at)?;
            let filled = Filled {
                people: people.len() + usize::from(visitor.is_some()),
                templates: shared.len(),
                ..Filled::default()
            };
            let (projects, records) = (HashMap::new(), Vec::new());
            Ok(Self { visitor, people, projects, templates: shared, records, filled })
        })
    }

    fn add(&mut self, (projects, templates, records, filled): Parts) {
        self.projects.extend(projects);
        self.templates.extend(templates);
        for (key, id) in records {
            if self.records.len() <= key {
                self.records.resize(key + 1, None);
            }
            self.records[key] = Some(id);
        }
        self.filled = filled;
    }

    /// Someone of the lab; that it was in truth the command line stands in the journal, too.
    fn actor(&self, who: usize) -> Actor {
        let user = self.people[who];
        Actor {
            user: Some(user),
            credential: Some(Credential::CommandLine),
            request_id: None,
            viewer: Viewer::User(user),
        }
    }
}

fn template(
    tx: &mut Transaction<'_>,
    project: Option<ProjectId>,
    form: &Form,
) -> Result<TemplateId, Error> {
    let new = NewTemplate { project, kind: form.kind, draft: form.draft()? };
    Ok(templates::create(tx, &new)?.id)
}

/// Gives what has happened by then its positions: how the lab was on a day can be asked for.
fn seal(tx: &mut Transaction<'_>, at: Timestamp) -> Result<(), Error> {
    let actor = Actor::command_line();
    positions::seal_some(&mut tx.on_behalf(&actor, at), u32::MAX)?;
    Ok(())
}
