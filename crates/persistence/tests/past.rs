//! The past as of a position: states of one thing, and of all of a kind.

use crate::support::{Lab, lab as fixture, parsed};
use omicron_domain::{MemberRole, ProjectChange, ProjectId, Subject, UserId, Viewer};
use omicron_persistence::{Event, positions, projects, users};
use omicron_tests::on_both;

fn state(lab: &Lab, subject: impl Into<Subject>, position: i64) -> Option<Event> {
    let subject = subject.into();
    lab.db.read(Viewer::Nobody, |view| positions::state_at(view, subject, position)).unwrap()
}

fn states(lab: &Lab, project: Option<ProjectId>, at: i64, after: i64, most: i64) -> Vec<String> {
    let page = lab.db.read(Viewer::Nobody, |view| {
        positions::states_at(view, "project", project, at, after, most)
    });
    page.unwrap().into_iter().map(|(id, event)| format!("{id} {}", event.action)).collect()
}

fn rename(lab: &Lab, id: ProjectId, name: &str) {
    let change = ProjectChange { name: Some(parsed(name)), description: None };
    lab.write(|tx| projects::change(tx, id, &change)).unwrap();
}

/// Positions 1 and 2 are people, 3 to 5 projects, and then something happens to each.
fn eventful(lab: &Lab) -> [ProjectId; 3] {
    let (ann, bob) = (lab.person("ann"), lab.person("bob"));
    let ids = ["Alloys", "Bronze", "Copper"].map(|name| lab.project(name, &ann, &[]).project.id);
    positions::seal(&lab.db).unwrap();
    rename(lab, ids[0], "Alloys 2"); // 6
    rename(lab, ids[0], "Alloys 3"); // 7
    lab.write(|tx| projects::delete(tx, ids[1])).unwrap(); // 8
    lab.write(|tx| projects::add_member(tx, ids[2], bob.id, MemberRole::Member)).unwrap(); // 9
    positions::seal(&lab.db).unwrap();
    rename(lab, ids[0], "Alloys 4"); // not sealed
    ids
}

on_both! {
    fn a_subject_is_as_it_was(lab: &Lab) {
        let [alloys, bronze, _] = eventful(lab);
        let name = |position| {
            let payload = state(lab, alloys, position)?.payload.unwrap();
            Some(payload.split_once(r#""name":""#).unwrap().1.split('"').next().unwrap().to_owned())
        };
        let names: Vec<_> = [2, 3, 5, 6, 7, 99].map(name).into_iter().flatten().collect();
        assert_eq!(names, ["Alloys", "Alloys", "Alloys 2", "Alloys 3", "Alloys 3"]);
        assert_eq!(state(lab, bronze, 8).unwrap().action, "project.deleted");
        assert_eq!(state(lab, ProjectId(404), 9), None);
        assert!(state(lab, alloys, 7).unwrap().intact);
    }

    fn all_of_a_kind_are_as_they_were(lab: &Lab) {
        let [alloys, ..] = eventful(lab);
        let created = ["1 project.created", "2 project.created", "3 project.created"];
        assert_eq!(states(lab, None, 5, 0, 10), created);
        assert_eq!(states(lab, None, 4, 0, 10), created[..2]);
        assert_eq!(states(lab, None, 2, 0, 10), [""; 0]);
        let now = ["1 project.changed", "2 project.deleted", "3 project.member_added"];
        assert_eq!(states(lab, None, 9, 0, 10), now);
        assert_eq!(states(lab, None, 9, 0, 2), now[..2]);
        assert_eq!(states(lab, None, 9, 2, 2), now[2..]);
        assert_eq!(states(lab, Some(alloys), 9, 0, 10), now[..1]);
        assert_eq!(states(lab, Some(alloys), 5, 0, 10), created[..1]);
    }

    fn what_is_erased_has_no_state_in_the_past_either(lab: &Lab) {
        let ann = lab.person("ann");
        positions::seal(&lab.db).unwrap();
        assert!(state(lab, ann.id, 1).unwrap().payload.is_some());
        lab.write(|tx| users::anonymise(tx, ann.id)).unwrap();
        positions::seal(&lab.db).unwrap();
        let before = state(lab, ann.id, 1).unwrap();
        assert_eq!((before.payload, before.intact), (None, true));
        let now = state(lab, ann.id, 3).unwrap();
        assert_eq!(now.action, "user.anonymised");
        // An event that says that another was erased is about no state.
        assert_eq!(state(lab, Subject::Event(1), 3), None);
        assert_eq!(state(lab, UserId(1), 0), None);
    }
}
