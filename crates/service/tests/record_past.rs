//! What records were, and how they came to be what they are.

use crate::lineage::{at, derived, from};
use crate::records::{four, place, titled};
use crate::support::{Lab, assert_refused, lab as fixture, noon, parsed};
use omicron_auth::Caller;
use omicron_domain::{AsOf, Page, RecordFilter, RecordId, RecordKind, RecordPage, SortKey};
use omicron_service::projects::{self, Which};
use omicron_service::records::{self, Base, Change};
use omicron_service::{Error, members};
use omicron_tests::on_both;
use serde_json::{Value, json};

const SAMPLE: RecordKind = RecordKind::Sample;

fn with_data(data: Value) -> Change {
    let Value::Object(data) = data else { panic!("no object: {data}") };
    Change { data: Some(Some(data)), ..Change::default() }
}

on_both! {
    fn each_version_is_told_with_who_made_it_and_what_it_changed(lab: &Lab) {
        let (project, [ann, bob, carl, eve]) = four(lab);
        let id = lab.begin_record(&ann, project, &titled("Ingot")).unwrap().record.id;
        let here = at(project, id);
        lab.change_record(&bob, &here, &with_data(json!({"mass": 1, "a/b": 2}))).unwrap();
        lab.change_record(&ann, &here, &Change { title: Some(parsed("Bar")), ..with_data(json!({"mass": null})) }).unwrap();
        lab.write(&ann, |tx| records::set_trashed(tx, &ann, &here, &Base::Any, true)).unwrap();
        lab.write(&ann, |tx| records::set_trashed(tx, &ann, &here, &Base::Any, false)).unwrap();
        lab.write(&bob, |tx| records::revert(tx, &bob, &here, &Base::Versions(vec![5]), (2, None))).unwrap();
        let told = |after, limit| {
            let entries = lab.read(&carl, |view| records::history(view, &here, after, limit)).unwrap();
            let told = entries.into_iter().map(|entry| {
                assert!(entry.intact && entry.at == noon());
                (entry.version, entry.by.unwrap().to_string(), entry.action, entry.changed.join(" "))
            });
            told.collect::<Vec<_>>()
        };
        let line = |version, by: &str, action: &str, changed: &str| {
            (version, by.to_owned(), action.to_owned(), changed.to_owned())
        };
        let all = [
            line(1, "ann", "record.created", ""),
            line(2, "bob", "record.changed", "/data/a~1b /data/mass"),
            line(3, "ann", "record.changed", "/data/mass /title"),
            line(4, "ann", "record.trashed", "/date_trashed"),
            line(5, "ann", "record.restored", "/date_trashed"),
            line(6, "bob", "record.reverted", "/data/mass /title"),
        ];
        assert_eq!(told(0, 100), all);
        assert_eq!(told(0, 2), all[..2]);
        assert_eq!(told(1, 1), all[1..2]);
        assert_eq!(told(3, 0), all[3..4], "one at least");
        assert_eq!(told(6, 100), []);
        assert_refused!(lab.read(&eve, |view| records::history(view, &here, 0, 9)), Error::NotFound("sample"));
    }

    fn any_two_versions_are_compared_and_any_one_is_read(lab: &Lab) {
        let (project, [ann, _, carl, eve]) = four(lab);
        let id = lab.begin_record(&ann, project, &titled("v1")).unwrap().record.id;
        let here = at(project, id);
        lab.change_record(&ann, &here, &titled("v2")).unwrap();
        lab.change_record(&ann, &here, &with_data(json!({"mass": 2.50}))).unwrap();
        let version = |number| lab.read(&carl, |view| records::version(view, &here, number));
        assert_eq!(version(1).unwrap().document.title.as_str(), "v1");
        assert_eq!(version(3).unwrap().record, lab.read(&carl, |view| records::find(view, &here)).unwrap().record);
        for missing in [0, 4, -1, i64::MAX] {
            assert_refused!(version(missing), Error::NotFound("version"));
        }
        let told = |one, other| {
            let found = lab.read(&carl, |view| records::difference(view, &here, one, other))?;
            Ok(found.into_iter().map(|found| (found.pointer, found.from, found.to)).collect::<Vec<_>>())
        };
        let title = |one, other| ("/title".to_owned(), Some(json!(one)), Some(json!(other)));
        let mass = ("/data/mass".to_owned(), None, Some(json!(2.5)));
        assert_eq!(told(1, 3).unwrap(), [mass, title("v1", "v2")]);
        assert_eq!(told(2, 1).unwrap(), [title("v2", "v1")]);
        assert_eq!(told(2, 2).unwrap(), []);
        assert_refused!(told(1, 4), Error::NotFound("version"));
        assert_refused!(told(0, 1), Error::NotFound("version"));
        assert_refused!(lab.read(&eve, |view| records::version(view, &here, 1)), Error::NotFound("sample"));
        assert_refused!(lab.read(&eve, |view| records::difference(view, &here, 1, 1)), Error::NotFound("sample"));
    }

    fn the_past_is_seen_by_who_sees_the_present(lab: &Lab) {
        let (project, [ann, _, carl, eve]) = four(lab);
        let before = lab.sealed();
        let id = lab.begin_record(&ann, project, &titled("v1")).unwrap().record.id;
        let first = lab.sealed();
        lab.change_record(&ann, &at(project, id), &titled("v2")).unwrap();
        let last = lab.sealed();
        let find = |who: &Caller, as_of| lab.read(who, |view| records::find_at(view, &at(project, id), as_of));
        let title = |as_of| find(&carl, as_of).map(|past| (past.position, past.state.document.title));
        assert_eq!(title(AsOf::Position(first)).unwrap(), (first, "v1".to_owned()));
        assert_eq!(title(AsOf::Now).unwrap(), (last, "v2".to_owned()));
        assert_refused!(title(AsOf::Position(before)), Error::NotFound("record as of then"));
        assert_refused!(title(AsOf::Position(last + 1)), Error::StillToCome { last: said } if said == last);
        assert_refused!(title(AsOf::Time(noon() + chrono::TimeDelta::seconds(1))), Error::StillToCome { .. });
        assert_refused!(find(&eve, AsOf::Now), Error::NotFound("sample"));
        // And so it is where nobody says in which project it is.
        let anywhere = |who: &Caller, id, as_of| lab.read(who, |view| records::find_anywhere_at(view, id, as_of));
        let past = anywhere(&carl, id, AsOf::Position(first)).unwrap();
        assert_eq!((past.position, past.state.document.title.as_str()), (first, "v1"));
        assert_refused!(anywhere(&carl, id, AsOf::Position(before)), Error::NotFound("record as of then"));
        assert_refused!(anywhere(&eve, id, AsOf::Now), Error::NotFound("record"));
        assert_refused!(anywhere(&carl, RecordId(999), AsOf::Now), Error::NotFound("record"));
        let list = |who: &Caller, as_of| {
            let (which, filter) = (Which::Id(project), RecordFilter::default());
            let part = lab.read(who, |view| records::list_at(view, (&which, SAMPLE), &filter, (RecordId(0), 10), as_of))?;
            Ok(part.state.records.iter().map(|shown| shown.document.title.clone()).collect::<Vec<_>>())
        };
        assert_eq!(list(&carl, AsOf::Position(first)).unwrap(), ["v1"]);
        assert_eq!(list(&carl, AsOf::Position(before)).unwrap(), [""; 0]);
        assert_eq!(list(&carl, AsOf::Now).unwrap(), ["v2"]);
        assert_refused!(list(&eve, AsOf::Now), Error::NotFound("project"));
    }

    fn projects_of_the_past_are_those_that_are_seen_now(lab: &Lab) {
        let (project, [ann, bob, _, eve]) = four(lab);
        let then = AsOf::Position(lab.sealed());
        let who = crate::support::id_of(&bob);
        lab.write(&ann, |tx| members::remove(tx, &ann, &Which::Id(project), &who, &|_| true)).unwrap();
        lab.sealed();
        let find = |who: &Caller, as_of| lab.read(who, |view| projects::find_at(view, &Which::Id(project), as_of));
        let members = |as_of| find(&ann, as_of).unwrap().state.members.len();
        assert_eq!((members(then), members(AsOf::Now)), (2, 1));
        let listed = |who: &Caller, as_of| {
            let past = lab.read(who, |view| members::list_at(view, &Which::Id(project), Page::default(), as_of))?;
            Ok(past.state.items.iter().map(|one| one.user.username.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(listed(&ann, then).unwrap(), ["ann", "bob", "carl"]);
        assert_eq!(listed(&ann, AsOf::Now).unwrap(), ["ann", "carl"]);
        assert_refused!(listed(&bob, then), Error::NotFound("project as of then"));
        assert_refused!(listed(&ann, AsOf::Position(999)), Error::StillToCome { .. });
        assert_refused!(find(&bob, then), Error::NotFound("project as of then"));
        assert_refused!(find(&ann, AsOf::Position(999)), Error::StillToCome { .. });
        assert_refused!(find(&ann, AsOf::Position(0)), Error::NotFound("project as of then"));
        let page = Page::after(0, 10).unwrap();
        let list = |who: &Caller| lab.read(who, |view| projects::list_at(view, None, page, then)).unwrap().state.projects;
        assert_eq!((list(&ann).len(), list(&bob).len(), list(&eve).len()), (1, 0, 0));
    }

    fn the_first_part_of_a_list_is_counted(lab: &Lab) {
        let (project, [ann, _, carl, eve]) = four(lab);
        let ids = [1, 2, 3].map(|_| derived(lab, &ann, project, &[]));
        let page = |after| RecordPage { after, limit: 2, ..RecordPage::default() };
        let list = |who: &Caller, page: &RecordPage| {
            lab.read(who, |view| records::list(view, &Which::Id(project), SAMPLE, &RecordFilter::default(), page))
        };
        let first = list(&carl, &page(None)).unwrap();
        let total = first.total.unwrap();
        assert_eq!((total.count, total.more, first.records.len()), (3, false, 2));
        let after = Some(first.records[1].record.mark(SortKey::Id));
        let rest = list(&carl, &page(after)).unwrap();
        assert_eq!((rest.total, rest.records[0].record.id), (None, ids[2]));
        assert_refused!(list(&eve, &page(None)), Error::NotFound("project"));
        let in_charge = |name: &str| lab.read(&ann, |view| records::in_charge(view, name)).unwrap();
        assert_eq!(in_charge("CARL"), carl.user.id);
        for nobody in ["nobody", ""] {
            assert!([&ann, &carl, &eve].iter().all(|someone| someone.user.id != in_charge(nobody)));
        }
    }

    fn an_old_version_comes_back_with_its_links_for_who_may_write(lab: &Lab) {
        let (project, [ann, bob, carl, _]) = four(lab);
        let secret = lab.project("Secret", &bob).project.id;
        let hidden = derived(lab, &bob, secret, &[]);
        let id = derived(lab, &bob, project, &[hidden]);
        let here = at(project, id);
        lab.change_record(&bob, &here, &from(&[])).unwrap();
        let back = |who: &Caller, base: &Base, version| {
            lab.attempt(who, |tx| records::revert(tx, who, &here, base, (version, None)))
        };
        for who in [&ann, &bob] {
            let again = back(who, &Base::Any, 1).unwrap().record;
            assert_eq!((again.version, again.content.links[0].target), (3, hidden), "it stood there once");
        }
        assert_refused!(back(&bob, &Base::Any, 3), Error::NotFound("version"));
        assert_refused!(back(&bob, &Base::Unsaid, 1), Error::Unbased);
        assert_refused!(back(&bob, &Base::Versions(vec![1]), 1), Error::Outdated { version: 2, .. });
        assert_refused!(back(&carl, &Base::Any, 1), Error::Forbidden(_));
        let same = place(project, &back(&bob, &Base::Any, 2).unwrap());
        assert_eq!(same, here);
    }
}
