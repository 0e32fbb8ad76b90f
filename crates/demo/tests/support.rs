//! A lab of a test's own, and all that is in it.

use omicron_demo::{Filled, Plan, fill};
use omicron_domain::{
    Page, Project, ProjectId, Record, RecordFilter, RecordKind, RecordPage, SortKey, Timestamp,
    UserId, UserSummary, Viewer,
};
use omicron_persistence::{Database, Event, Options, View, projects, records, users};
use omicron_tests::{Backend, TestDatabase};
use std::fmt::Write;

pub struct Lab {
    pub db: Database,
    /// Dropped after the database is closed.
    _test: TestDatabase,
}

/// The fixture of `on_both!`.
pub fn lab(backend: Backend) -> Lab {
    let migrate = |url: &str| drop(Database::create(url, Options::default()).unwrap());
    let test = TestDatabase::migrated(backend, migrate);
    Lab { db: Database::open(test.url(), Options::default()).unwrap(), _test: test }
}

/// 2026-11-24T12:00:00Z and some.
pub fn noon() -> Timestamp {
    Timestamp::from_timestamp_micros(1_795_521_600_123_456).unwrap()
}

pub fn plan(size: usize) -> Plan {
    Plan { size, until: Some(noon()), ..Plan::default() }
}

impl Lab {
    pub fn fill(&self, size: usize) -> Filled {
        fill(&self.db, &plan(size), |_| ()).unwrap()
    }

    pub fn projects(&self) -> Vec<Project> {
        let page = Page::After { id: 0, limit: Page::MOST };
        let list = self.db.read(Viewer::Everything, |view| projects::list(view, None, page));
        list.unwrap().items
    }

    pub fn people(&self, ids: &[UserId]) -> Vec<String> {
        let names = self.db.read(Viewer::Everything, |view| users::names(view, ids)).unwrap();
        ids.iter().map(|id| names[id].to_string()).collect()
    }

    pub fn team(&self, project: ProjectId) -> Vec<(UserSummary, String)> {
        let who = omicron_domain::Reference::Id(project);
        let found = self.db.read(Viewer::Everything, |view| projects::details(view, &who));
        let found = found.unwrap().unwrap();
        let members = found.members.iter().map(|one| (one.user.clone(), one.role.to_string()));
        [(found.project.owner.clone(), "owner".to_owned())].into_iter().chain(members).collect()
    }

    /// All records by id, those in the trash too.
    pub fn records(&self) -> Vec<Record> {
        let mut all = Vec::new();
        for project in self.projects() {
            for kind in RecordKind::ALL {
                all.extend(self.of_kind(project.id, kind, false));
                all.extend(self.of_kind(project.id, kind, true));
            }
        }
        all.sort_by_key(|record| record.id);
        all
    }

    fn of_kind(&self, project: ProjectId, kind: RecordKind, trashed: bool) -> Vec<Record> {
        let filter = RecordFilter { trashed, ..RecordFilter::default() };
        let mut page = RecordPage::default();
        let mut all: Vec<Record> = Vec::new();
        loop {
            let some = |view: &mut View<'_>| records::list(view, project, kind, &filter, &page);
            let part = self.db.read(Viewer::Everything, some).unwrap();
            let Some(last) = part.last() else { return all };
            page.after = Some(last.mark(SortKey::Id));
            all.extend(part);
        }
    }

    pub fn history(&self, record: &Record) -> Vec<Event> {
        let all = |view: &mut View<'_>| records::history(view, record.kind, record.id, 0, 1000);
        self.db.read(Viewer::Everything, all).unwrap()
    }

    /// All that is the same for a seed, as text: with places in the place of ids.
    pub fn export(&self) -> String {
        let mut text = String::new();
        for project in self.projects() {
            let team = self.team(project.id);
            let team: Vec<_> =
                team.iter().map(|(user, role)| (user.username.as_str(), role)).collect();
            writeln!(text, "{} {} {team:?}", project.name, project.description).unwrap();
        }
        let records = self.records();
        let place = |id| records.binary_search_by_key(&id, |record| record.id).unwrap();
        for record in &records {
            let content = &record.content;
            let people = self.people(&content.people);
            let links: Vec<_> =
                content.links.iter().map(|link| (link.relation, place(link.target))).collect();
            let Record { kind, version, date_created, date_changed, date_trashed, .. } = record;
            let dates = (date_created, date_changed, date_trashed);
            let (title, status, tags) = (&content.title, &content.status, &content.tags);
            writeln!(
                text,
                "{kind} v{version} {dates:?} {title} {status} {tags:?} {people:?} {links:?}"
            )
            .unwrap();
            writeln!(text, "{} {}", content.data, content.body).unwrap();
        }
        text
    }
}
