//! What a lab is like: always the same, of the size that was asked for, and never in another's place.

use crate::support::{Lab, lab as fixture, noon, plan};
use omicron_demo::{Error, Plan, fill};
use omicron_domain::{Actor, NewProject, NewUser, RecordKind, Relation, Viewer};
use omicron_persistence::{positions, projects, users};
use omicron_tests::{Backend, on_both};
use std::collections::HashMap;

fn visitor(name: &str) -> NewUser {
    NewUser {
        username: name.parse().unwrap(),
        email: "visitor@example.org".parse().unwrap(),
        password_hash: "!".to_owned(),
        administrator: false,
        approved: true,
    }
}

on_both! {
    fn a_lab_is_as_large_as_was_asked_for(lab: &Lab) {
        let mut told = Vec::new();
        let filled = fill(&lab.db, &plan(700), |done| told.push(done)).unwrap();
        let records = lab.records();
        assert_eq!((filled.records, records.len()), (700, 700));
        assert!(told.is_sorted() && told.last() == Some(&700), "{told:?}");
        let changes = records.iter().map(|record| usize::try_from(record.version).unwrap() - 1);
        assert_eq!(filled.changes, changes.sum::<usize>());
        assert!(filled.changes > 700 && filled.comments > 10, "{filled:?}");
        assert_eq!(lab.projects().len(), filled.projects);
        assert!(lab.db.read(Viewer::Nobody, positions::is_sealed).unwrap());
    }

    fn a_lab_has_something_of_everything(lab: &Lab) {
        let _ = lab.fill(1000);
        let records = lab.records();
        for kind in RecordKind::ALL {
            assert!(records.iter().filter(|record| record.kind == kind).count() > 10, "{kind}");
        }
        assert!(records.iter().any(|record| record.date_trashed.is_some()));
        assert_eq!(lab.projects().iter().filter(|one| one.date_archived.is_some()).count(), 1);
        let mut statuses: HashMap<&str, usize> = HashMap::new();
        for record in &records {
            *statuses.entry(record.content.status.as_str()).or_default() += 1;
        }
        for status in ["planned", "measured", "approved", "cancelled", "consumed", "published"] {
            assert!(statuses.contains_key(status), "{statuses:?}");
        }
        let mut depths = HashMap::new();
        for record in &records {
            let parents = record.content.links.iter().filter(|link| link.relation == Relation::DerivedFrom);
            let depth = parents.map(|link| depths[&link.target] + 1).max().unwrap_or(0);
            depths.insert(record.id, depth);
        }
        assert!(depths.values().max() >= Some(&3), "samples come of samples of samples");
    }

    fn the_history_spans_two_years_in_order(lab: &Lab) {
        let _ = lab.fill(300);
        let records = lab.records();
        assert!(records.is_sorted_by_key(|record| record.date_created));
        let (first, last) = (records[0].date_created, records[records.len() - 1].date_created);
        assert!((last - first).num_weeks() > 75 && last < noon(), "{first} {last}");
        // How the lab was in its middle can be asked for by the time.
        let middle = first + (last - first) / 2;
        let (then, now) = lab.db.read(Viewer::Everything, |view| {
            Ok::<_, omicron_persistence::Error>((
                positions::position_at(view, middle)?,
                positions::last_position(view)?,
            ))
        }).unwrap();
        assert!(then > now / 5 && then < now * 4 / 5, "{then} {now}");
    }

    fn a_lab_that_is_in_use_is_left_alone(lab: &Lab) {
        lab.db.write(&Actor::command_line(), |tx| {
            let ann = users::create(tx, &visitor("ann"))?;
            let (name, description) = ("Alloys".parse().unwrap(), "Ours".parse().unwrap());
            projects::create(tx, &NewProject { name, description, owner: ann.id, members: vec![] })
        }).unwrap();
        let refused = fill(&lab.db, &plan(50), |_| ()).unwrap_err();
        assert!(matches!(refused, Error::InUse), "{refused:?}");
        assert_eq!(lab.projects().len(), 1);
    }

    fn a_visitor_looks_after_every_project(lab: &Lab) {
        let plan = Plan { visitor: Some(visitor("demo")), ..plan(50) };
        let filled = fill(&lab.db, &plan, |_| ()).unwrap();
        for project in lab.projects() {
            let team = lab.team(project.id);
            let found = team.iter().find(|(user, _)| user.username.as_str() == "demo").unwrap();
            assert_eq!(found.1, "maintainer");
        }
        assert_eq!(filled.people, 8, "six and one for a larger lab, and the visitor");
    }

    fn a_lab_can_be_empty_or_of_one_record(lab: &Lab) {
        let filled = lab.fill(0);
        assert_eq!((filled.records, filled.changes, filled.projects), (0, 0, 2));
        let other = fixture(Backend::Sqlite);
        assert_eq!((other.fill(1).records, other.records().len()), (1, 1));
        let small = fixture(Backend::Sqlite);
        assert_eq!((small.fill(50).records, small.records().len()), (50, 50));
    }
}

#[test]
fn a_seed_always_gives_the_same_lab_on_any_database() {
    let labs = [Backend::Sqlite, Backend::Sqlite, Backend::Postgres].map(fixture);
    let texts = labs.each_ref().map(|lab| {
        let _ = lab.fill(600);
        lab.export()
    });
    assert!(texts[0] == texts[1] && texts[0] == texts[2]);
    let other = fixture(Backend::Sqlite);
    let _ = fill(&other.db, &Plan { seed: 2, ..plan(600) }, |_| ()).unwrap();
    assert_ne!(other.export(), texts[0]);
}
