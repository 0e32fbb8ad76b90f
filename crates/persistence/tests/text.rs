//! Odd texts come back as they went in, the same from both databases, or are refused at the door.

use crate::support::{Lab, lab, new_project, parsed};
use omicron_domain::{Description, Invalid, ProjectChange, ProjectName, Reference, Viewer};
use omicron_persistence::projects;
use omicron_tests::Backend;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

#[test]
fn a_nul_is_refused_before_it_reaches_a_database() {
    assert_eq!("a\0b".parse::<ProjectName>(), Err(Invalid::Forbidden('\0')));
    assert_eq!("a\0b".parse::<Description>(), Err(Invalid::Forbidden('\0')));
}

fn any_text_round_trips(backend: Backend) {
    let lab = lab(backend);
    let ann = lab.person("ann");
    let odd = "x\u{1f9ea}\u{fb01}\u{130}\u{df}\\%_'\"\u{10ffff}";
    let id = lab.write(|tx| projects::create(tx, &new_project(odd, ann.id, &[])));
    let id = id.unwrap().project.id;
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() };
    let texts = ("\\PC{1,140}", "[\\PC\n\r\t]{0,1100}");
    let outcome = TestRunner::new(config).run(&texts, |(name, description)| {
        let (Ok(name), Ok(description)) = (name.parse::<ProjectName>(), description.parse()) else {
            return Ok(());
        };
        let change = ProjectChange { name: Some(name), description: Some(description) };
        let changed = lab.write(|tx| projects::change(tx, id, &change)).unwrap().project;
        prop_assert_eq!(found_by_name(&lab, &changed.name), Some(changed.clone()));
        prop_assert_eq!(Some(changed.description), change.description);
        Ok(())
    });
    outcome.unwrap();
}

fn found_by_name(lab: &Lab, name: &ProjectName) -> Option<omicron_domain::Project> {
    // As someone would type it who has another keyboard.
    let typed: ProjectName = parsed(&name.key());
    let which = Reference::Name(typed);
    lab.db.read(Viewer::Everything, |view| projects::find(view, &which)).unwrap()
}

#[test]
fn any_text_round_trips_on_sqlite() {
    any_text_round_trips(Backend::Sqlite);
}

#[test]
fn any_text_round_trips_on_postgres() {
    any_text_round_trips(Backend::Postgres);
}
