//! What records come from, and what came of them.

use crate::records::{four, titled};
use crate::support::{Lab, assert_refused, lab as fixture, parsed};
use omicron_auth::Caller;
use omicron_domain::{ProjectId, RecordId, RecordKind, Relation};
use omicron_service::Error;
use omicron_service::projects::Which;
use omicron_service::records::{self, Base, Change, Direction, Graph, Item, Location, Target};
use omicron_tests::on_both;

const SAMPLE: RecordKind = RecordKind::Sample;

pub fn from(sources: &[RecordId]) -> Change {
    let links = sources.iter().map(|id| (Relation::DerivedFrom, Target::Record(*id)));
    Change { links: Some(links.collect()), ..Change::default() }
}

/// A record that follows others.
pub fn derived(lab: &Lab, by: &Caller, project: ProjectId, sources: &[RecordId]) -> RecordId {
    let draft = Change { title: Some(parsed("Ingot")), ..from(sources) };
    lab.begin_record(by, project, &draft).unwrap().record.id
}

pub fn at(project: ProjectId, id: RecordId) -> Location {
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
        for direction in [Direction::Outward, Direction::Inward, Direction::Both] {
            assert_eq!(graph(direction, 0), (vec![melt], 0, true));
        }
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

    fn of_a_large_lineage_a_thousand_records_are_shown(lab: &Lab) {
        let (project, [ann, ..]) = four(lab);
        let ore = derived(lab, &ann, project, &[]);
        let ingot = Item::Create { kind: SAMPLE, name: None, draft: Change { title: titled("Ingot").title, ..from(&[ore]) } };
        let more = |count: usize| {
            let items = vec![ingot.clone(); count];
            lab.write(&ann, |tx| records::bulk(tx, &ann, &Which::Id(project), &items, false)).unwrap();
        };
        let graph = |direction, depth| -> Graph {
            lab.read(&ann, |view| records::graph(view, &at(project, ore), direction, depth)).unwrap()
        };
        more(999);
        // The way back leads to nothing new.
        for (direction, depth) in [(Direction::Inward, 1), (Direction::Both, 1), (Direction::Both, 2)] {
            let Graph { nodes, edges, truncated } = graph(direction, depth);
            assert_eq!((nodes.len(), edges.len(), truncated), (1000, 999, false));
        }
        more(1);
        let Graph { nodes, edges, truncated } = graph(Direction::Inward, 1);
        assert_eq!((nodes.len(), edges.len(), truncated), (1000, 999, true));
        assert!(nodes.iter().any(|node| node.id == ore));
    }

    fn of_a_large_lineage_a_thousand_links_are_shown(lab: &Lab) {
        let (project, [ann, ..]) = four(lab);
        let ore = derived(lab, &ann, project, &[]);
        let both = [Relation::DerivedFrom, Relation::Uses].map(|relation| (relation, Target::Record(ore)));
        let ingot = Item::Create {
            kind: SAMPLE, name: None, draft: Change { links: Some(both.to_vec()), ..titled("Ingot") },
        };
        for (count, shown, truncated) in [(500, 501, false), (1, 501, true)] {
            let items = vec![ingot.clone(); count];
            lab.write(&ann, |tx| records::bulk(tx, &ann, &Which::Id(project), &items, false)).unwrap();
            let graph = lab.read(&ann, |view| records::graph(view, &at(project, ore), Direction::Inward, 1)).unwrap();
            assert_eq!((graph.nodes.len(), graph.edges.len(), graph.truncated), (shown, 1000, truncated));
        }
    }
}
