//! Records: what may stand in one, and who puts it there.

use crate::support::{Lab, assert_refused, lab as fixture, noon, parsed};
use omicron_auth::Caller;
use omicron_domain::{MemberRole, Permission, ProjectId, RecordId, RecordKind, Relation};
use omicron_service::Error;
use omicron_service::projects::Which;
use omicron_service::records::{self, Base, Change, Location, Shown, Target};
use omicron_tests::on_both;

const SAMPLE: RecordKind = RecordKind::Sample;

/// Ann, whose the project is, Bob, who is a member of it, Carl, who only looks, and Eve.
pub fn four(lab: &Lab) -> (ProjectId, [Caller; 4]) {
    let people = ["ann", "bob", "carl", "eve"].map(|name| lab.person(name));
    let id = lab.project("Alloys", &people[0]).project.id;
    lab.join(id, &people[1], MemberRole::Member);
    lab.join(id, &people[2], MemberRole::Viewer);
    (id, people)
}

pub fn titled(title: &str) -> Change {
    Change { title: Some(parsed(title)), ..Change::default() }
}

fn links(links: &[(Relation, RecordId)]) -> Change {
    let links = links.iter().map(|(relation, id)| (*relation, Target::Record(*id)));
    Change { links: Some(links.collect()), ..Change::default() }
}

pub fn place(project: ProjectId, shown: &Shown) -> Location {
    Location { project: Which::Id(project), kind: shown.record.kind, id: shown.record.id }
}

/// Where something was wrong.
#[track_caller]
pub fn pointers<T>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Invalid(wrong)) => wrong.into_iter().map(|found| found.pointer).collect(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nothing was wrong"),
    }
}

/// What is said of the only thing that is wrong.
#[track_caller]
pub fn told<T>(outcome: Result<T, Error>) -> String {
    match outcome {
        Err(error @ Error::Invalid(_)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nothing was wrong"),
    }
}

impl Lab {
    pub fn begin_record(
        &self,
        by: &Caller,
        project: ProjectId,
        draft: &Change,
    ) -> Result<Shown, Error> {
        self.write(by, |tx| records::create(tx, by, &Which::Id(project), SAMPLE, draft))
    }

    pub fn change_record(
        &self,
        by: &Caller,
        at: &Location,
        change: &Change,
    ) -> Result<Shown, Error> {
        self.write(by, |tx| records::change(tx, by, at, &Base::Any, change))
    }
}

on_both! {
    fn those_who_write_records_begin_change_and_trash_them(lab: &Lab) {
        let (id, [ann, bob, carl, eve]) = four(lab);
        let root = lab.administrator("root");
        let made = lab.begin_record(&bob, id, &titled("Ingot")).unwrap();
        let at = place(id, &made);
        for by in [&ann, &bob, &root] {
            lab.attempt(by, |tx| records::change(tx, by, &at, &Base::Any, &titled("Bar"))).unwrap();
            lab.attempt(by, |tx| records::set_trashed(tx, by, &at, &Base::Any, true)).unwrap();
        }
        assert_refused!(lab.begin_record(&carl, id, &titled("x")), Error::Forbidden(Permission::WriteRecords));
        assert_refused!(lab.change_record(&carl, &at, &titled("x")), Error::Forbidden(Permission::WriteRecords));
        assert_refused!(lab.begin_record(&eve, id, &titled("x")), Error::NotFound("project"));
        assert_refused!(lab.change_record(&eve, &at, &titled("x")), Error::NotFound("project"));
        assert_refused!(lab.read(&eve, |view| records::find(view, &at)), Error::NotFound("sample"));
        assert_refused!(lab.read(&eve, |view| records::find_anywhere(view, at.id)), Error::NotFound("record"));
        lab.read(&carl, |view| records::find(view, &at)).unwrap();
        lab.archive(id);
        assert_refused!(lab.begin_record(&ann, id, &titled("x")), Error::Archived);
        assert_refused!(lab.change_record(&ann, &at, &titled("x")), Error::Archived);
    }

    fn a_record_is_found_where_it_is_alone(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let other = lab.project("Steels", &ann).project.id;
        let at = place(id, &lab.begin_record(&ann, id, &titled("Ingot")).unwrap());
        let wrong = [
            Location { project: Which::Id(other), ..at.clone() },
            Location { kind: RecordKind::Protocol, ..at.clone() },
            Location { id: RecordId(99), ..at.clone() },
        ];
        for at in &wrong {
            assert_refused!(lab.read(&ann, |view| records::find(view, at)), Error::NotFound(_));
            assert_refused!(lab.change_record(&ann, at, &titled("x")), Error::NotFound(_));
            let trashed = lab.write(&ann, |tx| records::set_trashed(tx, &ann, at, &Base::Any, true));
            assert_refused!(trashed, Error::NotFound(_));
        }
        let named = Location { project: Which::Name(parsed("ALLOYS")), ..at };
        lab.read(&ann, |view| records::find(view, &named)).unwrap();
    }

    fn a_change_is_made_on_what_was_seen(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let at = place(id, &lab.begin_record(&ann, id, &titled("v1")).unwrap());
        for number in 2..=4 {
            lab.change_record(&ann, &at, &titled(&format!("v{number}"))).unwrap();
        }
        let on = |base: Base| lab.attempt(&ann, |tx| records::change(tx, &ann, &at, &base, &titled("x")));
        assert_refused!(on(Base::Unsaid), Error::Unbased);
        on(Base::Any).unwrap();
        on(Base::Versions(vec![9, 4])).unwrap();
        // Of what was seen, the last counts; what is to come was not seen.
        for (seen, before) in [(vec![1, 3, 9], Some("v3")), (vec![1], Some("v1")), (vec![9], None), (vec![0], None), (vec![], None)] {
            let Err(Error::Outdated { version, changes }) = on(Base::Versions(seen)) else { panic!() };
            let told: Vec<_> = changes.iter().map(|found| found.from.clone().unwrap()).collect();
            assert_eq!((version, told), (4, before.map(serde_json::Value::from).into_iter().collect()));
        }
        let gone = |base: Base| lab.attempt(&ann, |tx| records::set_trashed(tx, &ann, &at, &base, true));
        assert_refused!(gone(Base::Unsaid), Error::Unbased);
        assert_refused!(gone(Base::Versions(vec![3])), Error::Outdated { version: 4, .. });
    }

    fn that_a_record_went_to_the_trash_is_a_change_like_others(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let at = place(id, &lab.begin_record(&ann, id, &titled("Ingot")).unwrap());
        let set = |base, trashed| lab.attempt(&ann, |tx| records::set_trashed(tx, &ann, &at, &base, trashed));
        lab.write(&ann, |tx| records::set_trashed(tx, &ann, &at, &Base::Any, true)).unwrap();
        let outdated = set(Base::Versions(vec![1]), false);
        assert_refused!(outdated, Error::Outdated { version: 2, changes }
            if changes[0].pointer == "/date_trashed" && changes[0].from == Some(serde_json::Value::Null));
        let told = lab.read(&ann, |view| records::difference(view, &at, 1, 2)).unwrap();
        assert_eq!((told.len(), &*told[0].pointer), (1, "/date_trashed"));
    }

    fn no_patches_make_a_record_larger_than_one_may_be(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let with = |name: &str, length| {
            let data = serde_json::Map::from_iter([(name.to_owned(), "x".repeat(length).into())]);
            Change { data: Some(Some(data)), ..titled("Ingot") }
        };
        let most = 1024 * 1024 - r#"{"a":""}"#.len();
        assert_eq!(pointers(lab.begin_record(&ann, id, &with("a", most + 1))), ["/data"]);
        let at = place(id, &lab.begin_record(&ann, id, &with("a", most)).unwrap());
        assert_eq!(pointers(lab.change_record(&ann, &at, &with("b", 1))), ["/data"]);
        lab.change_record(&ann, &at, &titled("Bar")).unwrap();
        lab.change_record(&ann, &at, &with("a", 1)).unwrap();
        lab.change_record(&ann, &at, &with("b", 1)).unwrap();
    }

    fn what_is_in_the_trash_is_only_restored(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let at = place(id, &lab.begin_record(&ann, id, &titled("Ingot")).unwrap());
        let set = |trashed| lab.write(&ann, |tx| records::set_trashed(tx, &ann, &at, &Base::Any, trashed));
        assert_eq!(set(false).unwrap().record.version, 1);
        assert_eq!(set(true).unwrap().record.version, 2);
        assert_eq!(set(true).unwrap().record.version, 2);
        assert_refused!(lab.change_record(&ann, &at, &titled("x")), Error::Trashed);
        let back = lab.write(&ann, |tx| records::revert(tx, &ann, &at, &Base::Any, (1, None)));
        assert_refused!(back, Error::Trashed);
        assert_eq!(set(false).unwrap().record.date_trashed, None);
        lab.change_record(&ann, &at, &titled("x")).unwrap();
    }

    fn everything_that_is_wrong_is_told(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let hidden = lab.project("Secret", &bob).project.id;
        let hidden = lab.begin_record(&bob, hidden, &titled("Hidden")).unwrap().record.id;
        let draft = Change {
            template: Some(Some(omicron_domain::TemplateId(9))),
            people: Some(["eve", "", "bob"].map(str::to_owned).to_vec()),
            start: Some(Some(noon())),
            end: Some(Some(noon() - chrono::TimeDelta::microseconds(1))),
            links: links(&[(Relation::Uses, hidden)]).links,
            ..Change::default()
        };
        let mut told = pointers(lab.begin_record(&ann, id, &draft));
        assert_eq!(told, ["/template", "/people/0", "/people/1", "/links/0/target", "/title"]);
        told = pointers(lab.begin_record(&ann, id, &Change { title: Some(parsed("x")), ..draft.clone() }));
        assert_eq!(told.last().unwrap(), "/end");
        let same = Change { end: draft.start, ..titled("x") };
        lab.begin_record(&ann, id, &Change { start: draft.start, ..same }).unwrap();
    }

    fn who_is_new_in_charge_belongs_to_the_project_and_who_was_may_stay(lab: &Lab) {
        let (id, [ann, bob, _, eve]) = four(lab);
        let people = |names: &[&str]| {
            Change { people: Some(names.iter().map(|&name| name.to_owned()).collect()), ..titled("x") }
        };
        let at = place(id, &lab.begin_record(&ann, id, &people(&["bob", "Carl"])).unwrap());
        let who = crate::support::id_of(&bob);
        lab.write(&bob, |tx| omicron_service::members::remove(tx, &bob, &Which::Id(id), &who, &|_| true)).unwrap();
        let kept = lab.change_record(&ann, &at, &people(&["BOB", "ann"])).unwrap();
        assert_eq!(kept.record.content.people, [ann.user.id, bob.user.id]);
        assert_eq!(pointers(lab.change_record(&ann, &at, &people(&["bob", "eve"]))), ["/people/1"]);
        lab.change_record(&ann, &at, &people(&[])).unwrap();
        assert_eq!(pointers(lab.change_record(&ann, &at, &people(&["bob"]))), ["/people/0"]);
        lab.join(id, &eve, MemberRole::Viewer);
        lab.change_record(&ann, &at, &people(&["eve"])).unwrap();
    }

    fn a_link_that_stands_may_stay_when_its_target_is_hidden(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let secret = lab.project("Secret", &bob).project.id;
        let hidden = lab.begin_record(&bob, secret, &titled("Hidden")).unwrap().record.id;
        let at = place(id, &lab.begin_record(&bob, id, &Change { ..titled("Ingot") }).unwrap());
        lab.change_record(&bob, &at, &links(&[(Relation::Uses, hidden)])).unwrap();
        let other = lab.begin_record(&ann, id, &titled("Melt")).unwrap().record.id;
        let both = links(&[(Relation::Uses, hidden), (Relation::Uses, other)]);
        lab.change_record(&ann, &at, &both).unwrap();
        let told = pointers(lab.change_record(&ann, &at, &links(&[(Relation::PartOf, hidden)])));
        assert_eq!(told, ["/links/0/target"], "another relation is a new link");
        assert_eq!(pointers(lab.change_record(&ann, &at, &links(&[(Relation::Uses, at.id)]))), ["/links/0/target"]);
    }
}
