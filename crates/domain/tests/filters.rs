//! What lists and webhooks ask for.

use crate::records::content;
use chrono::TimeDelta;
use omicron_domain::{
    Action, Content, EventFilter, Link, ProjectId, Record, RecordFilter, RecordId, RecordKind,
    Relation, Subject, TemplateId, Timestamp, UserId, Version,
};

fn record() -> Record {
    let links = vec![Link { relation: Relation::Uses, target: RecordId(5) }];
    let content = Content {
        title: "Straße 7".parse().unwrap(),
        status: "available".parse().unwrap(),
        template: Some(Version { template: TemplateId(3), line: 2 }),
        tags: vec!["Alloy".parse().unwrap(), "steel".parse().unwrap()],
        people: vec![UserId(1), UserId(2)],
        links,
        ..content()
    };
    Record {
        id: RecordId(7),
        project: ProjectId(1),
        kind: RecordKind::Sample,
        version: 3,
        content,
        date_created: Timestamp::UNIX_EPOCH,
        date_changed: Timestamp::UNIX_EPOCH + TimeDelta::seconds(9),
        date_trashed: None,
    }
}

fn tagged(tags: &[&str]) -> RecordFilter {
    let tags = tags.iter().map(|tag| tag.parse().unwrap()).collect();
    RecordFilter { tags, ..RecordFilter::default() }
}

fn titled(text: &str) -> RecordFilter {
    RecordFilter { title: Some(text.to_owned()), ..RecordFilter::default() }
}

/// Each condition by itself, as it holds of the record and as it does not.
fn conditions() -> Vec<(RecordFilter, RecordFilter)> {
    let all = RecordFilter::default;
    let status = |text: &str| RecordFilter { status: Some(text.parse().unwrap()), ..all() };
    let of = |id| RecordFilter { template: Some(TemplateId(id)), ..all() };
    let by = |id| RecordFilter { person: Some(UserId(id)), ..all() };
    let to = |id| RecordFilter { linked_to: Some(RecordId(id)), ..all() };
    let since = |micros| {
        let time = record().date_changed + TimeDelta::microseconds(micros);
        RecordFilter { changed_since: Some(time), ..all() }
    };
    vec![
        (all(), RecordFilter { trashed: true, ..all() }),
        (status("available"), status("consumed")),
        (tagged(&["STEEL", "alloy"]), tagged(&["steel", "copper"])),
        (of(3), of(2)),
        (by(2), by(3)),
        (titled("STRAß"), titled("strasse")),
        (to(5), to(7)),
        (since(0), since(1)),
    ]
}

#[test]
fn a_record_is_wanted_if_all_that_is_asked_for_holds() {
    let record = record();
    for (holds, fails) in conditions() {
        assert!(holds.wants(&record), "{holds:?}");
        assert!(!fails.wants(&record), "{fails:?}");
    }
    let every = RecordFilter {
        status: Some("available".parse().unwrap()),
        template: Some(TemplateId(3)),
        person: Some(UserId(1)),
        title: Some(String::new()),
        linked_to: Some(RecordId(5)),
        changed_since: Some(Timestamp::UNIX_EPOCH),
        ..tagged(&["alloy"])
    };
    assert!(every.wants(&record));
}

#[test]
fn a_record_in_the_trash_is_wanted_where_the_trash_is_asked_for() {
    let gone = Record { date_trashed: Some(Timestamp::UNIX_EPOCH), ..record() };
    assert!(RecordFilter { trashed: true, ..RecordFilter::default() }.wants(&gone));
    assert!(!RecordFilter::default().wants(&gone));
}

#[test]
fn a_record_that_says_nothing_is_wanted_by_who_asks_for_nothing() {
    let bare = Record { content: content(), ..record() };
    assert!(RecordFilter::default().wants(&bare));
    for (_, fails) in conditions() {
        assert!(!fails.wants(&bare), "{fails:?}");
    }
}

#[test]
fn a_webhook_asks_for_kinds_and_actions_that_there_are() {
    let filter = |kinds: &[&str], actions: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        EventFilter { kinds: owned(kinds), actions: owned(actions) }
    };
    let actions: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
    assert_eq!(filter(&[], &[]).nonsense(), None);
    assert_eq!(filter(Subject::KINDS, &actions).nonsense(), None);
    for (kinds, names, place) in [
        (&["sample", "unicorn"][..], &["record.flown"][..], "/kinds/1"),
        (&["Sample"][..], &[][..], "/kinds/0"),
        (&["sample"][..], &["record.created", "record.flown"][..], "/actions/1"),
    ] {
        assert_eq!(filter(kinds, names).nonsense().as_deref(), Some(place));
    }
}
