//! Records: the words for them, and what they say in one order.

use omicron_domain::{
    Content, Lifecycle, Link, Mark, Page, Record, RecordId, RecordKind, RecordOrder, RecordPage,
    Relation, SortKey, Timestamp, UserId,
};

pub fn content() -> Content {
    Content {
        title: "Straße".parse().unwrap(),
        status: Lifecycle::of(RecordKind::Sample).first().clone(),
        template: None,
        data: "{}".to_owned(),
        body: "".parse().unwrap(),
        tags: vec![],
        people: vec![],
        links: vec![],
        start: None,
        end: None,
    }
}

#[test]
fn a_kind_is_read_as_it_is_written_in_each_of_its_forms() {
    for kind in RecordKind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
        assert_eq!(RecordKind::from_plural(kind.plural()), Some(kind));
        assert_eq!(kind.plural(), format!("{kind}s"));
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        assert_eq!(serde_json::from_str::<RecordKind>(&format!("\"{kind}\"")).unwrap(), kind);
        assert!(kind.plural().parse::<RecordKind>().is_err());
        assert_eq!(RecordKind::from_plural(kind.as_str()), None);
    }
    let names = RecordKind::ALL.map(RecordKind::as_str);
    assert_eq!(names, ["experiment", "sample", "protocol", "instrument"]);
    let error = "Sample".parse::<RecordKind>().unwrap_err();
    assert_eq!(error.to_string(), "must be experiment, sample, protocol or instrument");
}

#[test]
fn a_relation_is_read_as_it_is_written() {
    for relation in Relation::ALL {
        assert_eq!(relation.to_string().parse(), Ok(relation));
        assert_eq!(serde_json::to_string(&relation).unwrap(), format!("\"{relation}\""));
        let json = format!("\"{relation}\"");
        assert_eq!(serde_json::from_str::<Relation>(&json).unwrap(), relation);
    }
    let error = "caused_by".parse::<Relation>().unwrap_err().to_string();
    for relation in Relation::ALL {
        assert!(error.contains(relation.as_str()), "{relation} is not named: {error}");
    }
}

#[test]
fn an_order_is_a_key_with_or_without_a_minus() {
    for (text, by) in
        [("id", SortKey::Id), ("title", SortKey::Title), ("changed", SortKey::Changed)]
    {
        assert_eq!(text.parse(), Ok(RecordOrder { by, down: false }));
        assert_eq!(format!("-{text}").parse(), Ok(RecordOrder { by, down: true }));
    }
    for text in ["", "-", "--id", "+id", "ID", "version", "id,title", " id"] {
        let error = text.parse::<RecordOrder>().unwrap_err();
        let said = "must be id, title or changed, with a - in front for the other way round";
        assert_eq!(error.to_string(), said, "{text:?}");
    }
    let first = RecordPage::default();
    assert_eq!((first.order, first.limit), ("id".parse().unwrap(), Page::MOST));
}

#[test]
fn a_records_place_is_what_the_list_is_ordered_by_and_its_id() {
    let time = |micros| Timestamp::from_timestamp_micros(micros).unwrap();
    let record = Record {
        id: RecordId(7),
        project: omicron_domain::ProjectId(1),
        kind: RecordKind::Sample,
        version: 3,
        content: content(),
        date_created: time(1),
        date_changed: time(2),
        date_trashed: Some(time(3)),
    };
    let marks = [SortKey::Id, SortKey::Title, SortKey::Changed].map(|by| {
        assert_eq!(record.mark(by).by(), by);
        record.mark(by)
    });
    let title = record.content.title.key();
    let expected = [
        Mark::Id(RecordId(7)),
        Mark::Title(title, RecordId(7)),
        Mark::Changed(time(2), RecordId(7)),
    ];
    assert_eq!(marks, expected);
}

#[test]
fn sets_come_in_order_with_nothing_twice() {
    let tag = |text: &str| text.parse::<omicron_domain::Tag>().unwrap();
    let link = |relation, id| Link { relation, target: RecordId(id) };
    let content = Content {
        tags: ["steel", "Alloy", "ALLOY", "2026", "Steel"].map(tag).to_vec(),
        people: [3, 1, 3, 2].map(UserId).to_vec(),
        links: vec![
            link(Relation::Uses, 2),
            link(Relation::DerivedFrom, 9),
            link(Relation::Uses, 2),
            link(Relation::Uses, 1),
            link(Relation::DerivedFrom, 2),
        ],
        ..content()
    };
    let ordered = content.clone().in_order();
    assert_eq!(ordered.tags, ["2026", "Alloy", "steel"].map(tag), "of two, the first");
    assert_eq!(ordered.people, [1, 2, 3].map(UserId));
    let expected = [
        link(Relation::DerivedFrom, 2),
        link(Relation::DerivedFrom, 9),
        link(Relation::Uses, 1),
        link(Relation::Uses, 2),
    ];
    assert_eq!(ordered.links, expected);
    assert_eq!(ordered.clone().in_order(), ordered);
    let rest =
        |content: Content| Content { tags: vec![], people: vec![], links: vec![], ..content };
    assert_eq!(rest(ordered), rest(content), "all else stays");
}

#[test]
fn a_meaning_is_read_as_it_is_written() {
    for meaning in omicron_domain::Meaning::ALL {
        assert_eq!(meaning.to_string().parse(), Ok(meaning));
        assert_eq!(serde_json::to_value(meaning).unwrap(), meaning.as_str());
    }
    assert!("Approved".parse::<omicron_domain::Meaning>().is_err());
}

#[test]
fn a_digest_is_written_in_small_hexadecimal_digits() {
    let signature = omicron_domain::Signature {
        id: omicron_domain::SignatureId(1),
        record: RecordId(7),
        version: 3,
        signer: UserId(1),
        meaning: omicron_domain::Meaning::Approved,
        date_signed: Timestamp::UNIX_EPOCH,
        event: 12,
        hash: vec![0x00, 0x0a, 0xff],
    };
    assert_eq!(signature.digest(), "000aff");
}
