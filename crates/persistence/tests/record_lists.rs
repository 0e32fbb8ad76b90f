//! Lists of records: who sees them, in which order, and how many.

use crate::support::{Lab, lab as fixture, noon, parsed};
use crate::written::{content, template};
use chrono::TimeDelta;
use omicron_domain::{
    Content, Link, Page, ProjectId, Record, RecordFilter, RecordId, RecordKind, RecordPage,
    Relation, Viewer,
};
use omicron_persistence::records::NewRecord;
use omicron_persistence::{records, templates};
use omicron_tests::on_both;

const SAMPLE: RecordKind = RecordKind::Sample;

fn begin(lab: &Lab, project: ProjectId, content: Content) -> Record {
    let new = NewRecord { project, kind: SAMPLE, content };
    lab.write(|tx| records::create(tx, &new)).unwrap()
}

fn listed(lab: &Lab, viewer: Viewer, project: ProjectId, page: &RecordPage) -> Vec<RecordId> {
    let all = RecordFilter::default();
    let found = lab.db.read(viewer, |view| records::list(view, project, SAMPLE, &all, page));
    found.unwrap().into_iter().map(|record| record.id).collect()
}

fn counted(lab: &Lab, viewer: Viewer, project: ProjectId, most: i64) -> Option<i64> {
    let all = RecordFilter::default();
    lab.db.read(viewer, |view| records::count(view, project, SAMPLE, &all, most)).unwrap()
}

on_both! {
    fn one_sees_the_records_of_ones_projects_through_a_token_for_one_those_alone(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let hers = lab.project("Alloys", &ann, &[&bob]).project.id;
        let own = lab.project("Own", &ann, &[]).project.id;
        let one = begin(lab, hers, content("One")).id;
        let link = Link { relation: Relation::Uses, target: one };
        let two = begin(lab, own, Content { links: vec![link], ..content("Two") }).id;
        let of = lab.write(|tx| {
            let shared = templates::create(tx, &template(None, "Shared"))?.id;
            Ok((shared, templates::create(tx, &template(Some(hers), "Hers"))?.id,
                templates::create(tx, &template(Some(own), "Own"))?.id))
        }).unwrap();
        let within = |project, user| Viewer::Within { project, user };
        for (viewer, sees_hers, sees_own) in [
            (Viewer::Everything, true, true), (Viewer::Nobody, false, false),
            (Viewer::User(ann.id), true, true), (Viewer::User(bob.id), true, false),
            (within(hers, Some(ann.id)), true, false), (within(own, Some(ann.id)), false, true),
            (within(hers, Some(bob.id)), true, false), (within(own, Some(bob.id)), false, false),
            (within(hers, None), true, false), (within(own, None), false, true),
        ] {
            for (project, id, sees) in [(hers, one, sees_hers), (own, two, sees_own)] {
                let expected = if sees { vec![id] } else { vec![] };
                assert_eq!(listed(lab, viewer, project, &RecordPage::default()), expected, "{viewer:?}");
                assert_eq!(counted(lab, viewer, project, 10), Some(i64::from(sees)), "{viewer:?}");
                let found = lab.db.read(viewer, |view| records::find(view, id)).unwrap();
                assert_eq!(found.is_some(), sees, "{viewer:?}");
            }
            let expected: Vec<_> = [(one, sees_hers), (two, sees_own)].into_iter()
                .filter_map(|(id, sees)| sees.then_some(id)).collect();
            let all = lab.db.read(viewer, |view| records::find_all(view, &[two, one, RecordId(99)])).unwrap();
            assert_eq!(all.into_iter().map(|record| record.id).collect::<Vec<_>>(), expected, "{viewer:?}");
            let edges = |from, outward| {
                lab.db.read(viewer, |view| records::edges(view, &[from], outward, 9)).unwrap().len()
            };
            let far = (usize::from(sees_hers), usize::from(sees_own));
            assert_eq!((edges(two, true), edges(one, false)), far, "{viewer:?}: the other end must be seen");
            let wanted = templates::Wanted::default();
            let seen = lab.db.read(viewer, |view| templates::list(view, wanted, Page::default())).unwrap();
            let (shared, hers, own) = of;
            let expected: Vec<_> = [(shared, true), (hers, sees_hers), (own, sees_own)].into_iter()
                .filter_map(|(id, sees)| sees.then_some(id)).collect();
            assert_eq!(seen.items.iter().map(|one| one.id).collect::<Vec<_>>(), expected, "{viewer:?}");
            assert_eq!(seen.total, i64::try_from(expected.len()).ok());
        }
    }

    fn each_order_goes_on_after_any_record_in_both_directions(lab: &Lab) {
        let ann = lab.person("ann");
        let project = lab.project("Alloys", &ann, &[]).project.id;
        let mut all = Vec::new();
        for (number, title) in ["b", "A", "a", "C", "B", "c", "a"].iter().enumerate() {
            if number % 3 == 2 {
                lab.clock.advance(TimeDelta::microseconds(1));
            }
            all.push(begin(lab, project, content(title)));
        }
        for (sort, expected) in [
            ("id", [1, 2, 3, 4, 5, 6, 7]), ("title", [2, 3, 7, 1, 5, 4, 6]), ("changed", [1, 2, 3, 4, 5, 6, 7]),
        ] {
            for down in [false, true] {
                let mut order: omicron_domain::RecordOrder = sort.parse().unwrap();
                order.down = down;
                let mut expected = expected.map(RecordId).to_vec();
                if down {
                    expected.reverse();
                }
                let page = |after: Option<&Record>, limit| RecordPage {
                    order, after: after.map(|record| record.mark(order.by)), limit,
                };
                let see = |page: &RecordPage| listed(lab, Viewer::Everything, project, page);
                assert_eq!(see(&page(None, 100)), expected, "{sort} {down}");
                for (place, id) in expected.iter().enumerate() {
                    let after = all.iter().find(|record| record.id == *id);
                    assert_eq!(see(&page(after, 100)), expected[place + 1..], "{sort} {down} {id:?}");
                    let two = &expected[place + 1..(place + 3).min(7)];
                    assert_eq!(see(&page(after, 2)), two, "{sort} {down} {id:?}");
                }
            }
        }
    }

    fn a_list_is_counted_as_far_as_it_is_asked_to_be(lab: &Lab) {
        let ann = lab.person("ann");
        let project = lab.project("Alloys", &ann, &[]).project.id;
        let count = |most| counted(lab, Viewer::Everything, project, most);
        assert_eq!(count(0), Some(0));
        for number in 0..3 {
            begin(lab, project, content(&format!("{number}")));
        }
        assert_eq!([2, 3, 4].map(count), [None, Some(3), Some(3)]);
        assert_eq!(counted(lab, Viewer::Nobody, project, 2), Some(0));
    }

    fn the_records_of_a_line_are_those_of_all_projects_the_trash_included(lab: &Lab) {
        let ann = lab.person("ann");
        let [one, two] = ["A", "B"].map(|name| lab.project(name, &ann, &[]).project.id);
        let id = lab.write(|tx| templates::create(tx, &template(None, "Melt"))).unwrap().id;
        let of = |line| Content {
            template: Some(omicron_domain::Version { template: id, line }), ..content("x")
        };
        let ids = [(one, 1), (two, 1), (one, 2), (two, 1)].map(|(project, line)| begin(lab, project, of(line)).id);
        lab.write(|tx| {
            let record = records::lock(tx, ids[1])?.unwrap();
            records::set_trashed(tx, &record, true).map(drop)
        }).unwrap();
        let part = |line, after, limit| {
            let found = lab.db.read(Viewer::Nobody, |view| records::of_template(view, id, line, after, limit));
            found.unwrap().into_iter().map(|record| record.id).collect::<Vec<_>>()
        };
        assert_eq!(part(1, RecordId(0), 9), [ids[0], ids[1], ids[3]]);
        assert_eq!(part(1, RecordId(0), 2), ids[..2]);
        assert_eq!(part(1, ids[1], 9), [ids[3]]);
        assert_eq!((part(2, RecordId(0), 9), part(3, RecordId(0), 9)), (vec![ids[2]], vec![]));
    }

    fn filters_look_at_what_a_record_says_now(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        let project = lab.project("Alloys", &ann, &[&bob]).project.id;
        let target = begin(lab, project, content("Target")).id;
        let link = Link { relation: Relation::Uses, target };
        let full = Content {
            tags: vec![parsed("Hot")], people: vec![bob.id], links: vec![link], ..content("Ingot")
        };
        let record = begin(lab, project, full);
        let found = |filter: &RecordFilter| {
            let count = lab.db.read(Viewer::Everything, |view| records::count(view, project, SAMPLE, filter, 9));
            count.unwrap().unwrap()
        };
        let tag = RecordFilter { tags: vec![parsed("HOT")], ..RecordFilter::default() };
        let person = RecordFilter { person: Some(bob.id), ..RecordFilter::default() };
        let linked = RecordFilter { linked_to: Some(target), ..RecordFilter::default() };
        let title = RecordFilter { title: Some("NGO".to_owned()), ..RecordFilter::default() };
        let since = RecordFilter { changed_since: Some(noon()), ..RecordFilter::default() };
        let later = RecordFilter { changed_since: Some(noon() + TimeDelta::microseconds(1)), ..RecordFilter::default() };
        let long = RecordFilter { title: Some("x".repeat(60_000)), ..RecordFilter::default() };
        let all = [&tag, &person, &linked, &title, &since, &later, &long];
        assert_eq!(all.map(found), [1, 1, 1, 1, 2, 0, 0]);
        lab.clock.advance(TimeDelta::seconds(1));
        lab.write(|tx| {
            let before = records::lock(tx, record.id)?.unwrap();
            records::store(tx, &before, content("Bar"), omicron_domain::Action::RecordChanged).map(drop)
        }).unwrap();
        assert_eq!(all.map(found), [0, 0, 0, 0, 2, 1, 0]);
        for table in ["record_tags", "record_people", "record_links"] {
            assert_eq!(lab.count(table), 0, "{table}");
        }
    }
}
