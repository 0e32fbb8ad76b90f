//! What the journal keeps of records, templates and comments: each version, word for word.

use crate::journal::{Change, Work};
use crate::support::{Lab, actor, lab as fixture, new_project, noon, parsed};
use omicron_domain::{
    Action, Actor, CommentId, Content, Lifecycle, Link, Meaning, ProjectId, RecordId, RecordKind,
    Relation, SignatureId, Subject, TemplateDraft, TemplateId, UserId, Version, Viewer,
};
use omicron_persistence::records::NewRecord;
use omicron_persistence::templates::NewTemplate;
use omicron_persistence::{
    Error, Event, Transaction, comments, events_of, projects, records, signatures, templates,
};
use omicron_tests::on_both;

const ANN: UserId = UserId(1);
const MELT: RecordId = RecordId(1);
const TEMPLATE: TemplateId = TemplateId(1);
/// The first project was deleted: its id is nobody's any more.
const STEELS: ProjectId = ProjectId(2);

/// A sample that says nothing but its title.
pub fn content(title: &str) -> Content {
    Content {
        title: parsed(title),
        status: Lifecycle::of(RecordKind::Sample).first().clone(),
        template: None,
        data: "{}".to_owned(),
        body: parsed(""),
        tags: vec![],
        people: vec![],
        links: vec![],
        start: None,
        end: None,
    }
}

/// A template for samples that asks for nothing.
pub fn template(project: Option<ProjectId>, name: &str) -> NewTemplate {
    let lifecycle = Lifecycle::of(RecordKind::Sample);
    let (schema, body) = ("{}".to_owned(), parsed("# Notes"));
    let draft = TemplateDraft { name: parsed(name), schema, body, lifecycle };
    NewTemplate { project, kind: RecordKind::Sample, draft }
}

fn sample(project: ProjectId, content: Content) -> NewRecord {
    NewRecord { project, kind: RecordKind::Sample, content }
}

/// One change of each kind; the ids are those of a database in which one project was made before.
pub fn changes() -> Vec<Change> {
    let record = |action, change: Work| {
        (action, Subject::Record(RecordKind::Sample, MELT), Some(STEELS), change)
    };
    let template = |action, change: Work| (action, Subject::Template(TEMPLATE), None, change);
    vec![
        (Action::ProjectCreated, Subject::Project(STEELS), Some(STEELS), |tx| {
            projects::create(tx, &new_project("Steels", ANN, &[])).map(drop)
        }),
        record(Action::RecordCreated, |tx| {
            records::create(tx, &sample(STEELS, content("Melt"))).map(drop)
        }),
        record(Action::RecordChanged, |tx| store(tx, content("Melt 2"), Action::RecordChanged)),
        record(Action::RecordReverted, |tx| store(tx, content("Melt"), Action::RecordReverted)),
        (Action::RecordSigned, Subject::Signature(SignatureId(1)), Some(STEELS), |tx| {
            let melt = records::lock(tx, MELT)?.unwrap();
            signatures::sign(tx, &melt, ANN, Meaning::Authored, None).map(drop)
        }),
        record(Action::RecordUnlocked, |tx| {
            let melt = records::lock(tx, MELT)?.unwrap();
            records::unlock(tx, &melt, &parsed("The mass was misread.")).map(drop)
        }),
        record(Action::RecordTrashed, |tx| set_trashed(tx, true)),
        record(Action::RecordRestored, |tx| set_trashed(tx, false)),
        template(Action::TemplateCreated, |tx| {
            templates::create(tx, &self::template(None, "Melt")).map(drop)
        }),
        template(Action::TemplateChanged, |tx| {
            let before = templates::lock(tx, TEMPLATE)?.unwrap();
            let draft = self::template(None, "Melts").draft;
            templates::store(tx, &before, draft, true).map(drop)
        }),
        template(Action::TemplateRetired, |tx| set_retired(tx, true)),
        template(Action::TemplateRestored, |tx| set_retired(tx, false)),
    ]
}

fn store(tx: &mut Transaction<'_>, content: Content, action: Action) -> Result<(), Error> {
    let before = records::lock(tx, MELT)?.unwrap();
    records::store(tx, &before, content, action).map(drop)
}

fn set_trashed(tx: &mut Transaction<'_>, trashed: bool) -> Result<(), Error> {
    let before = records::lock(tx, MELT)?.unwrap();
    records::set_trashed(tx, &before, trashed).map(drop)
}

fn set_retired(tx: &mut Transaction<'_>, retired: bool) -> Result<(), Error> {
    let before = templates::lock(tx, TEMPLATE)?.unwrap();
    templates::set_retired(tx, &before, retired).map(drop)
}

fn history(lab: &Lab, subject: impl Into<Subject>) -> Vec<Event> {
    let subject = subject.into();
    lab.db.read(Viewer::Everything, |view| events_of(view, subject, 0)).unwrap()
}

/// What the row of the only record holds.
fn row(lab: &Lab) -> String {
    lab.values("SELECT state AS value FROM records").remove(0)
}

on_both! {
    fn a_record_is_kept_word_for_word_and_its_row_says_the_same(lab: &Lab) {
        let ann = lab.person("ann");
        let project = lab.project("Alloys", &ann, &[]).project.id;
        let melt = lab.write(|tx| {
            let template = templates::create(tx, &template(None, "Melt"))?;
            let other = records::create(tx, &sample(project, content("Ingot")))?;
            records::create(tx, &sample(project, Content {
                template: Some(Version { template: template.id, line: 1 }),
                data: r#"{"a":{"x":1.0},"b":12345678901234567890}"#.to_owned(),
                tags: vec![parsed("steel"), parsed("Alloy"), parsed("STEEL")],
                people: vec![ann.id, ann.id],
                links: vec![Link { relation: Relation::DerivedFrom, target: other.id }],
                start: Some(noon()),
                ..content("Melt")
            }))
        }).unwrap();
        let event = history(lab, Subject::Record(melt.kind, melt.id)).remove(0);
        let expected = concat!(
            r#"{"content":{"body":"","data":"{\"a\":{\"x\":1.0},\"b\":12345678901234567890}","#,
            r#""end":null,"links":[{"relation":"derived_from","target":1}],"people":[1],"#,
            r#""start":"2026-11-24T12:00:00.123456Z","status":"available","#,
            r#""tags":["Alloy","steel"],"template":{"line":1,"template":1},"title":"Melt"},"#,
            r#""date_changed":"2026-11-24T12:00:00.123456Z","#,
            r#""date_created":"2026-11-24T12:00:00.123456Z","date_trashed":null,"#,
            r#""kind":"sample","project":1,"version":1}"#
        );
        assert_eq!(event.payload.as_deref(), Some(expected));
        let stored = lab.values("SELECT state AS value FROM records ORDER BY id").remove(1);
        assert_eq!(stored, expected);
        assert_eq!(records::of_event(melt.id, &event).unwrap(), Some(melt.clone()));
        let found = lab.db.read(Viewer::Everything, |view| records::find(view, melt.id));
        assert_eq!(found.unwrap(), Some(melt));
    }

    fn each_version_is_an_event_and_the_last_one_is_the_row(lab: &Lab) {
        let ann = lab.person("ann");
        let project = lab.project("Alloys", &ann, &[]).project.id;
        let new = sample(project, content("Melt"));
        let record = lab.write(|tx| records::create(tx, &new)).unwrap();
        let steps: [Work; 3] = [
            |tx| store(tx, content("Melt 2"), Action::RecordChanged),
            |tx| set_trashed(tx, true),
            |tx| set_trashed(tx, false),
        ];
        for (step, seconds) in steps.into_iter().zip([1, 1, -7]) {
            lab.clock.advance(chrono::TimeDelta::seconds(seconds));
            lab.write(step).unwrap();
            let last = history(lab, Subject::Record(record.kind, record.id)).pop().unwrap();
            assert_eq!(last.payload, Some(row(lab)));
        }
        let after = |after, limit| {
            let events = lab.db.read(Viewer::Everything, |view| {
                records::history(view, record.kind, record.id, after, limit)
            });
            let events: Vec<Event> = events.unwrap();
            let read = |event: &Event| records::of_event(record.id, event).unwrap().unwrap();
            events.iter().map(read).collect::<Vec<_>>()
        };
        let all = after(0, 10);
        assert_eq!(all.iter().map(|one| one.version).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(all[1].content.title.as_str(), "Melt 2");
        let trashed: Vec<bool> = all.iter().map(|one| one.date_trashed.is_some()).collect();
        assert_eq!(trashed, [false, false, true, false]);
        let changed: Vec<_> = all.iter().map(|one| (one.date_changed - noon()).num_seconds()).collect();
        assert_eq!(changed, [0, 1, 2, 2], "time never runs backwards in a record");
        assert_eq!((after(1, 2), after(4, 9)), (all[1..3].to_vec(), vec![]));
    }

    fn what_is_said_is_kept_when_it_is_put_differently_and_when_it_is_withdrawn(lab: &Lab) {
        let ann = lab.person("ann");
        let project = lab.project("Alloys", &ann, &[]).project.id;
        let new = sample(project, content("Melt"));
        let record = lab.write(|tx| records::create(tx, &new)).unwrap();
        let by_ann = Actor { user: Some(ann.id), ..actor() };
        let write = |work: &dyn Fn(&mut Transaction<'_>) -> Result<(), Error>| {
            lab.db.write(&by_ann, work).unwrap();
            let event = history(lab, CommentId(1)).pop().unwrap();
            assert_eq!((event.actor, event.project), (Some(ann.id), Some(project)));
            (event.action, event.payload.unwrap())
        };
        let first = |tx: &mut Transaction<'_>| {
            Ok::<_, Error>(comments::find(tx.view(), record.id, CommentId(1))?.unwrap())
        };
        let said = |version: i64, text: &str, removed: bool| format!(
            r#"{{"author":1,"date_changed":"2026-11-24T12:00:00.123456Z","date_created":"2026-11-24T12:00:00.123456Z","record":1,"removed":{removed},"text":"{text}","version":{version}}}"#
        );
        let added = write(&|tx| comments::add(tx, &record, &parsed("Fine.")).map(drop));
        assert_eq!(added, ("comment.added".to_owned(), said(1, "Fine.", false)));
        let changed = write(&|tx| {
            let comment = first(tx)?;
            comments::change(tx, &record, &comment, &parsed("Good.")).map(drop)
        });
        assert_eq!(changed, ("comment.changed".to_owned(), said(2, "Good.", false)));
        let removed = write(&|tx| {
            let comment = first(tx)?;
            comments::remove(tx, &record, &comment)
        });
        assert_eq!(removed, ("comment.removed".to_owned(), said(3, "Good.", true)));
        let left = lab.db.read(Viewer::Everything, |view| {
            Ok::<_, Error>((
                comments::find(view, record.id, CommentId(1))?,
                comments::list(view, record.id, omicron_domain::Page::default())?,
            ))
        }).unwrap();
        assert_eq!((left.0, left.1.items, left.1.total), (None, vec![], Some(0)));
    }
}
