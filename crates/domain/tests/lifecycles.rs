//! Lifecycles: which make sense, and who moves where.

use omicron_domain::{Lifecycle, MemberRole, Move, MoveRefused, ProjectRole, RecordKind, Status};
use std::collections::BTreeSet;

fn status(text: &str) -> Status {
    text.parse().unwrap()
}

fn way(from: &str, to: &str) -> Move {
    Move { from: status(from), to: status(to), by: MemberRole::Member, filled: vec![] }
}

fn filled(pointer: &str) -> Move {
    Move { filled: vec!["/end".to_owned(), pointer.to_owned()], ..way("a", "b") }
}

fn life(statuses: &[&str], moves: Vec<Move>) -> Lifecycle {
    Lifecycle { statuses: statuses.iter().map(|text| status(text)).collect(), moves }
}

/// Where it makes no sense, and why.
fn refused(life: &Lifecycle) -> (String, &'static str) {
    let refused = life.check().unwrap_err();
    assert_eq!(refused.to_string(), format!("{} {}", refused.pointer, refused.message));
    (refused.pointer, refused.message)
}

fn at(pointer: &str, message: &'static str) -> (String, &'static str) {
    (pointer.to_owned(), message)
}

#[test]
fn each_kind_begins_with_its_first_status_and_reaches_all_of_them() {
    let first = RecordKind::ALL.map(|kind| Lifecycle::of(kind).first().as_str().to_owned());
    assert_eq!(first, ["planned", "available", "draft", "operational"]);
    let counts = RecordKind::ALL.map(|kind| {
        let life = Lifecycle::of(kind);
        (life.statuses.len(), life.moves.len())
    });
    assert_eq!(counts, [(4, 6), (3, 4), (3, 3), (3, 4)]);
    for kind in RecordKind::ALL {
        let life = Lifecycle::of(kind);
        life.check().unwrap();
        let mut reached = BTreeSet::from([life.first().as_str()]);
        for _ in &life.statuses {
            let next = life.moves.iter().filter(|way| reached.contains(way.from.as_str()));
            reached.extend(next.map(|way| way.to.as_str()).collect::<Vec<_>>());
        }
        assert_eq!(reached.len(), life.statuses.len(), "{kind}");
        assert!(life.moves.iter().all(|way| way.by == MemberRole::Member && way.filled.is_empty()));
    }
}

#[test]
fn there_are_1_to_32_statuses_that_differ_in_more_than_case() {
    let numbered = |count: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("s{number}")).collect();
        life(&names.iter().map(String::as_str).collect::<Vec<_>>(), vec![])
    };
    assert_eq!(numbered(1).check(), Ok(()));
    assert_eq!(numbered(32).check(), Ok(()));
    for count in [0, 33] {
        assert_eq!(refused(&numbered(count)), at("/statuses", "must be 1 to 32 statuses"));
    }
    let twice = life(&["new", "old", "NEW"], vec![]);
    assert_eq!(refused(&twice), at("/statuses/2", "stands there already"));
}

#[test]
fn moves_lead_between_statuses_of_the_lifecycle_and_stand_once() {
    let both = ["a", "b"];
    assert_eq!(life(&both, vec![way("a", "b"), way("b", "a")]).check(), Ok(()));
    let unknown = "must be one of the statuses, written in the same way";
    let to_itself = "must lead to another status, and stand once";
    for (moves, pointer, message) in [
        (vec![way("c", "a")], "/moves/0/from", unknown),
        (vec![way("a", "b"), way("b", "A")], "/moves/1/to", unknown),
        (vec![way("a", "a")], "/moves/0", to_itself),
        (vec![way("a", "b"), way("b", "a"), way("a", "b")], "/moves/2", to_itself),
    ] {
        assert_eq!(refused(&life(&both, moves)), at(pointer, message));
    }
}

#[test]
fn a_viewer_moves_nothing() {
    let by = |by| life(&["a", "b"], vec![Move { by, ..way("a", "b") }]);
    assert_eq!(by(MemberRole::Member).check(), Ok(()));
    assert_eq!(by(MemberRole::Maintainer).check(), Ok(()));
    let said = at("/moves/0/by", "must be member or maintainer");
    assert_eq!(refused(&by(MemberRole::Viewer)), said);
}

#[test]
fn what_must_be_filled_is_a_place_in_the_record() {
    let long = format!("/data/{}", "x".repeat(250));
    let good = [
        "/title",
        "/data",
        "/body",
        "/tags",
        "/people",
        "/links",
        "/start",
        "/end",
        "/data/yield",
        "/data/a/0/b~1c",
        "/data/",
        &long,
    ];
    for pointer in good {
        assert_eq!(life(&["a", "b"], vec![filled(pointer)]).check(), Ok(()), "{pointer}");
    }
    let longer = format!("{long}x");
    for pointer in ["", "end", "data/x", "/status", "/template", "/tags/0", "/endx", "/", &longer] {
        let said = refused(&life(&["a", "b"], vec![filled(pointer)]));
        let message = "must be a JSON pointer into the record, such as /data/yield";
        assert_eq!(said, at("/moves/0/filled/1", message), "{pointer}");
    }
}

#[test]
fn a_move_is_made_by_those_who_may_and_others_are_told_why_not() {
    let by_maintainers = Move { by: MemberRole::Maintainer, ..way("b", "c") };
    let life = life(&["a", "b", "c"], vec![way("a", "b"), by_maintainers.clone()]);
    let step = |from: &str, to: &str, role: Option<ProjectRole>, administrator| {
        life.step(&status(from), &status(to), role, administrator)
    };
    let made = |role: MemberRole| Some(ProjectRole::Made(role));
    let (viewer, member) = (made(MemberRole::Viewer), made(MemberRole::Member));
    let (maintainer, owner) = (made(MemberRole::Maintainer), Some(ProjectRole::Owner));
    let member_alone = Err(MoveRefused::Role(MemberRole::Member));
    let maintainer_alone = Err(MoveRefused::Role(MemberRole::Maintainer));
    for (role, administrator, first, second) in [
        (None, false, false, false),
        (viewer, false, false, false),
        (member, false, true, false),
        (maintainer, false, true, true),
        (owner, false, true, true),
        (None, true, true, true),
        (viewer, true, true, true),
    ] {
        let one = if first { Ok(&life.moves[0]) } else { member_alone.clone() };
        let two = if second { Ok(&by_maintainers) } else { maintainer_alone.clone() };
        assert_eq!(step("a", "b", role, administrator), one, "{role:?} {administrator}");
        assert_eq!(step("b", "c", role, administrator), two, "{role:?} {administrator}");
    }
    let said = |from: &str, to: &str| step(from, to, owner, true).unwrap_err().to_string();
    assert_eq!(said("a", "d"), "must be one of the statuses of its lifecycle: a, b, c");
    assert_eq!(said("a", "B"), "must be one of the statuses of its lifecycle: a, b, c");
    assert_eq!(said("a", "c"), "can't follow a: from there it is b");
    assert_eq!(said("b", "a"), "can't follow b: from there it is c");
    assert_eq!(said("c", "a"), "can't follow c: from there it is the last one");
    let said = step("b", "c", member, false).unwrap_err().to_string();
    assert_eq!(said, "may be given by a maintainer or the owner alone");
}

#[test]
fn a_lifecycle_is_read_as_it_is_written() {
    let written = r#"{"statuses":["a","b"],"moves":[{"from":"a","to":"b"}]}"#;
    let read: Lifecycle = serde_json::from_str(written).unwrap();
    assert_eq!(read, life(&["a", "b"], vec![way("a", "b")]));
    let again = serde_json::to_string(&read).unwrap();
    let full =
        r#"{"statuses":["a","b"],"moves":[{"from":"a","to":"b","by":"member","filled":[]}]}"#;
    assert_eq!(again, full);
    assert_eq!(serde_json::from_str::<Lifecycle>(&again).unwrap(), read);
    for broken in [
        r#"{"statuses":["a"]}"#,
        r#"{"statuses":["a"],"moves":[],"first":"a"}"#,
        r#"{"statuses":["a","b"],"moves":[{"from":"a","to":"b","when":1}]}"#,
        r#"{"statuses":[""],"moves":[]}"#,
    ] {
        assert!(serde_json::from_str::<Lifecycle>(broken).is_err(), "{broken}");
    }
}
