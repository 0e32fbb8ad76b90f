//! Many records at once.

use crate::lineage::{at, derived};
use crate::records::{four, pointers, titled, told};
use crate::support::{Lab, assert_refused, lab as fixture};
use omicron_auth::Caller;
use omicron_domain::{
    ProjectId, RecordFilter, RecordId, RecordKind, RecordPage, Relation, Subject, TemplateId,
};
use omicron_service::Error;
use omicron_service::projects::Which;
use omicron_service::records::{self, Base, Change, Done, Item, Target};
use omicron_tests::on_both;

const SAMPLE: RecordKind = RecordKind::Sample;

fn create(name: Option<&str>, draft: Change) -> Item {
    Item::Create { kind: SAMPLE, name: name.map(str::to_owned), draft }
}

fn change(id: RecordId, version: i64, change: Change) -> Item {
    Item::Change { id, version, change }
}

/// A record that uses what an earlier item has made.
fn uses(name: &str) -> Change {
    let target = Target::Item(name.to_owned());
    Change { links: Some(vec![(Relation::Uses, target)]), ..titled("x") }
}

fn in_charge(names: &[&str]) -> Change {
    Change { people: Some(names.iter().map(|&name| name.to_owned()).collect()), ..titled("x") }
}

impl Lab {
    fn bulk(&self, by: &Caller, project: ProjectId, items: &[Item]) -> Result<Vec<Done>, Error> {
        self.write(by, |tx| records::bulk(tx, by, &Which::Id(project), items, false))
    }
}

on_both! {
    fn a_rehearsal_keeps_nothing_and_says_what_would_be_done(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let made = lab.begin_record(&ann, id, &titled("Melt")).unwrap().record.id;
        let items = [
            Item::Create { kind: SAMPLE, name: Some("a".to_owned()), draft: titled("Ingot") },
            Item::Create { kind: SAMPLE, name: None, draft: Change {
                links: Some(vec![(Relation::Uses, Target::Item("a".to_owned()))]), ..titled("Bar")
            }},
            Item::Change { id: made, version: 1, change: titled("Melt 2") },
        ];
        let bulk = |rehearse| lab.write(&ann, |tx| records::bulk(tx, &ann, &Which::Id(id), &items, rehearse));
        let versions = |done: &[records::Done]| done.iter().map(|one| one.version).collect::<Vec<_>>();
        assert_refused!(bulk(true), Error::Rehearsed(done) if versions(&done) == [1, 1, 2]);
        let melt = lab.read(&ann, |view| records::find_anywhere(view, made)).unwrap();
        assert_eq!(melt.record.version, 1);
        let done = bulk(false).unwrap();
        assert_eq!(versions(&done), [1, 1, 2]);
        let bar = lab.read(&ann, |view| records::find_anywhere(view, done[1].id)).unwrap();
        assert_eq!(bar.record.content.links[0].target, done[0].id);
    }

    fn an_item_that_is_wrong_is_named_and_nothing_is_kept(lab: &Lab) {
        let (project, [ann, _, carl, eve]) = four(lab);
        let made = derived(lab, &ann, project, &[]);
        let items = [
            create(Some("a"), titled("fine")),
            create(Some("a"), titled("the name again")),
            create(None, uses("later")),
            create(Some("later"), Change::default()),
            change(RecordId(999), 1, titled("x")),
            change(made, 7, titled("x")),
        ];
        let bulk = |who: &Caller, items: &[Item]| lab.bulk(who, project, items);
        let told = pointers(bulk(&ann, &items));
        let expected = ["/items/1/ref", "/items/2/record/links/0/target", "/items/3/record/title", "/items/4/id", "/items/5/version"];
        assert_eq!(told, expected);
        let found = lab.read(&ann, |view| {
            records::list(view, &Which::Id(project), SAMPLE, &RecordFilter::default(), &RecordPage::default())
        });
        assert_eq!(found.unwrap().total.unwrap().count, 1);
        assert_refused!(bulk(&carl, &items[..1]), Error::Forbidden(_));
        assert_refused!(bulk(&eve, &items[..1]), Error::NotFound("project"));
        assert_eq!(bulk(&ann, &items[..1]).unwrap().len(), 1);
    }

    fn after_a_mistake_the_rest_is_checked_as_if_there_were_none(lab: &Lab) {
        let (project, [ann, ..]) = four(lab);
        let made = derived(lab, &ann, project, &[]);
        let items = [
            create(None, Change::default()),
            create(Some("a"), titled("fine")),
            create(None, uses("a")),
            create(None, uses("b")),
            change(made, 1, titled("Melt")),
            change(made, 2, titled("Melt")),
            change(made, 2, Change { template: Some(Some(TemplateId(9))), ..Change::default() }),
            change(made, 2, titled("Bar")),
            change(made, 2, titled("Slab")),
            change(made, 3, titled("Rod")),
        ];
        let expected = [
            "/items/0/record/title", "/items/3/record/links/0/target", "/items/6/change/template", "/items/8/version",
        ];
        assert_eq!(pointers(lab.bulk(&ann, project, &items)), expected);
        assert_eq!(lab.actions(Subject::Record(SAMPLE, made)), ["record.created"]);
    }

    fn each_item_goes_on_from_the_one_before(lab: &Lab) {
        let (project, [ann, bob, ..]) = four(lab);
        let made = derived(lab, &ann, project, &[]);
        let items = [
            change(made, 1, titled("Melt")),
            change(made, 2, titled("Melt")),
            change(made, 2, titled("Bar")),
            create(None, in_charge(&["bob"])),
            create(None, in_charge(&["BOB", "ann"])),
        ];
        let done = lab.bulk(&ann, project, &items).unwrap();
        assert_eq!(done.iter().map(|one| one.version).collect::<Vec<_>>(), [2, 2, 3, 1, 1]);
        assert!(done.iter().all(|one| one.kind == SAMPLE) && done[..3].iter().all(|one| one.id == made));
        let history = ["record.created", "record.changed", "record.changed"];
        assert_eq!(lab.actions(Subject::Record(SAMPLE, made)), history, "what changes nothing is not recorded");
        let last = lab.read(&bob, |view| records::find_anywhere(view, done[4].id)).unwrap();
        assert_eq!(last.document.people, ["ann", "bob"]);
        let strangers = [create(None, in_charge(&["eve", "nobody"])), create(None, in_charge(&["bob", "nobody"]))];
        let expected = ["/items/0/record/people/0", "/items/0/record/people/1", "/items/1/record/people/1"];
        assert_eq!(pointers(lab.bulk(&ann, project, &strangers)), expected);
    }

    fn only_records_that_may_be_changed_are_changed(lab: &Lab) {
        let (project, [ann, ..]) = four(lab);
        let steels = lab.project("Steels", &ann).project.id;
        let [gone, other] = [project, steels].map(|place| derived(lab, &ann, place, &[]));
        lab.write(&ann, |tx| records::set_trashed(tx, &ann, &at(project, gone), &Base::Any, true)).unwrap();
        let told = |id, version| told(lab.bulk(&ann, project, &[change(id, version, titled("x"))]));
        assert_eq!(told(gone, 2), "/items/0/id is in the trash: restore it first");
        assert_eq!(told(gone, 1), "/items/0/version is outdated: the record is at version 2");
        assert_eq!(told(other, 1), "/items/0/id must be a record of this project");
        lab.archive(project);
        assert_refused!(lab.bulk(&ann, project, &[create(None, titled("x"))]), Error::Archived);
    }

    fn of_very_much_that_is_wrong_a_hundred_mistakes_are_told(lab: &Lab) {
        let (project, [ann, ..]) = four(lab);
        let twice = Change { title: None, ..in_charge(&["nobody"]) };
        let wrong = |count| pointers(lab.bulk(&ann, project, &vec![create(None, twice.clone()); count]));
        assert_eq!(wrong(49).len(), 98);
        let told = wrong(60);
        assert_eq!((told.len(), told[99].as_str()), (100, "/items/49/record/title"));
        let thrice = Change { title: None, ..in_charge(&["nobody", "eve"]) };
        let told = pointers(lab.bulk(&ann, project, &vec![create(None, thrice); 40]));
        assert_eq!((told.len(), told[99].as_str()), (100, "/items/33/record/people/0"));
    }
}
