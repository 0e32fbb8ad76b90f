//! What records were, what they come from, and what they were together.

use crate::records::{four, place, pointers, titled};
use crate::support::{Lab, assert_refused, lab as fixture, noon, parsed};
use omicron_auth::Caller;
use omicron_domain::{
    AsOf, Page, ProjectId, RecordFilter, RecordId, RecordKind, RecordPage, Relation, SortKey,
};
use omicron_persistence::positions;
use omicron_service::projects::{self, Which};
use omicron_service::records::{self, Base, Change, Direction, Item, Location, Target};
use omicron_service::{Error, members};
use omicron_tests::on_both;
use serde_json::{Value, json};

const SAMPLE: RecordKind = RecordKind::Sample;

fn from(sources: &[RecordId]) -> Change {
    let links = sources.iter().map(|id| (Relation::DerivedFrom, Target::Record(*id)));
    Change { links: Some(links.collect()), ..Change::default() }
}

fn with_data(data: Value) -> Change {
    let Value::Object(data) = data else { panic!("no object: {data}") };
    Change { data: Some(Some(data)), ..Change::default() }
}

/// A record that follows others.
fn derived(lab: &Lab, by: &Caller, project: ProjectId, sources: &[RecordId]) -> RecordId {
    let draft = Change { title: Some(parsed("Ingot")), ..from(sources) };
    lab.begin_record(by, project, &draft).unwrap().record.id
}

fn at(project: ProjectId, id: RecordId) -> Location {
    Location { project: Which::Id(project), kind: SAMPLE, id }
}

on_both! {
    fn a_lineage_is_followed_either_way_and_as_far_as_asked(lab: &Lab) {
        let (project, [ann, _, carl, eve]) = four(lab);
        let ore = derived(lab, &ann, project, &[]);
        let melt = derived(lab, &ann, project, &[ore]);
        let bars = [derived(lab, &ann, project, &[melt]), derived(lab, &ann, project, &[melt])];
        let alloy = derived(lab, &ann, project, &bars);
        let graph = |direction, depth| {
            let graph = lab.read(&carl, |view| records::graph(view, &at(project, melt), direction, depth)).unwrap();
            let nodes: Vec<RecordId> = graph.nodes.iter().map(|node| node.id).collect();
            (nodes, graph.edges.len(), graph.truncated)
        };
        assert_eq!(graph(Direction::Outward, 1), (vec![ore, melt], 1, false));
        assert_eq!(graph(Direction::Inward, 1), (vec![melt, bars[0], bars[1]], 2, true));
        assert_eq!(graph(Direction::Inward, 2), (vec![melt, bars[0], bars[1], alloy], 4, false));
        assert_eq!(graph(Direction::Both, 0), (vec![melt], 0, true));
        assert_eq!(graph(Direction::Both, 9), (vec![ore, melt, bars[0], bars[1], alloy], 5, false));
        // A circle is followed once.
        lab.change_record(&ann, &at(project, ore), &from(&[alloy])).unwrap();
        assert_eq!(graph(Direction::Outward, 100), (vec![ore, melt, bars[0], bars[1], alloy], 6, false));
        let hidden = lab.read(&eve, |view| records::graph(view, &at(project, melt), Direction::Both, 1));
        assert_refused!(hidden, Error::NotFound("sample"));
    }

    fn a_lineage_shows_no_record_of_a_hidden_project_and_none_in_the_trash(lab: &Lab) {
        let (project, [ann, bob, carl, _]) = four(lab);
        let secret = lab.project("Secret", &bob).project.id;
        let hidden = derived(lab, &bob, secret, &[]);
        let gone = derived(lab, &ann, project, &[]);
        let melt = derived(lab, &bob, project, &[hidden, gone]);
        lab.write(&ann, |tx| records::set_trashed(tx, &ann, &at(project, gone), &Base::Any, true)).unwrap();
        let seen_by = |who: &Caller| {
            let graph = lab.read(who, |view| records::graph(view, &at(project, melt), Direction::Both, 5)).unwrap();
            graph.nodes.iter().map(|node| node.id).collect::<Vec<_>>()
        };
        assert_eq!(seen_by(&bob), [hidden, melt]);
        assert_eq!(seen_by(&carl), [melt]);
    }

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
        positions::seal(&lab.db).unwrap();
        let position = || lab.read(&ann, |view| Ok(positions::last_position(view)?)).unwrap();
        let before = position();
        let id = lab.begin_record(&ann, project, &titled("v1")).unwrap().record.id;
        positions::seal(&lab.db).unwrap();
        let first = position();
        lab.change_record(&ann, &at(project, id), &titled("v2")).unwrap();
        positions::seal(&lab.db).unwrap();
        let find = |who: &Caller, as_of| lab.read(who, |view| records::find_at(view, &at(project, id), as_of));
        let title = |as_of| find(&carl, as_of).map(|past| (past.position, past.state.document.title));
        assert_eq!(title(AsOf::Position(first)).unwrap(), (first, "v1".to_owned()));
        assert_eq!(title(AsOf::Now).unwrap(), (position(), "v2".to_owned()));
        assert_refused!(title(AsOf::Position(before)), Error::NotFound("record as of then"));
        assert_refused!(title(AsOf::Position(position() + 1)), Error::StillToCome { last } if last == position());
        assert_refused!(title(AsOf::Time(noon() + chrono::TimeDelta::seconds(1))), Error::StillToCome { .. });
        assert_refused!(find(&eve, AsOf::Now), Error::NotFound("sample"));
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
        positions::seal(&lab.db).unwrap();
        let then = AsOf::Position(lab.read(&ann, |view| Ok(positions::last_position(view)?)).unwrap());
        let who = crate::support::id_of(&bob);
        lab.write(&ann, |tx| members::remove(tx, &ann, &Which::Id(project), &who, &|_| true)).unwrap();
        positions::seal(&lab.db).unwrap();
        let find = |who: &Caller, as_of| lab.read(who, |view| projects::find_at(view, &Which::Id(project), as_of));
        let members = |as_of| find(&ann, as_of).unwrap().state.members.len();
        assert_eq!((members(then), members(AsOf::Now)), (2, 1));
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
        assert_eq!(in_charge("nobody"), in_charge(""));
    }

    fn an_item_that_is_wrong_is_named_and_nothing_is_kept(lab: &Lab) {
        let (project, [ann, _, carl, eve]) = four(lab);
        let made = derived(lab, &ann, project, &[]);
        let create = |name: Option<&str>, draft| Item::Create { kind: SAMPLE, name: name.map(str::to_owned), draft };
        let change = |id, version, change| Item::Change { id, version, change };
        let uses = |name: &str| Change {
            links: Some(vec![(Relation::Uses, Target::Item(name.to_owned()))]), ..titled("x")
        };
        let items = [
            create(Some("a"), titled("fine")),
            create(Some("a"), titled("the name again")),
            create(None, uses("later")),
            create(Some("later"), Change::default()),
            change(RecordId(999), 1, titled("x")),
            change(made, 7, titled("x")),
        ];
        let bulk = |who: &Caller, items: &[Item]| {
            lab.write(who, |tx| records::bulk(tx, who, &Which::Id(project), items, false))
        };
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
