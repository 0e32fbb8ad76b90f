//! Whether what is kept is what clients were told.

use super::field::{Acknowledged, Lost};
use super::{KINDS, PROJECT, number, records_in, walk};
use crate::lab::text;
use omicron_tests::Client;
use serde_json::Value;
use std::collections::HashMap;

/// What there is at the end.
pub struct Kept {
    pub records: usize,
    /// How many versions nobody was told of.
    pub unsaid: usize,
}

/// Each acknowledged change is the version that it was said to be, made on the version before; each
/// other version is a change whose answer was lost.
pub fn check(client: &Client, acknowledged: Vec<Acknowledged>, mut lost: Vec<Lost>) -> Kept {
    let mut told: HashMap<(String, i64), Value> = HashMap::new();
    for Acknowledged { base, body } in acknowledged {
        let (href, version) = (text(&body["href"]), number(&body["version"]));
        assert_eq!(version, base + 1, "something was overwritten unseen: {body}");
        let both = told.insert((href, version), body);
        assert!(both.is_none(), "two were told that they had made {both:?}");
    }
    let (mut records, mut unsaid) = (0, 0);
    for kind in KINDS {
        for trashed in [false, true] {
            let first = format!("{PROJECT}/{kind}?limit=1000&trashed={trashed}");
            for record in records_in(&walk(client, &first), kind) {
                records += 1;
                unsaid += check_record(client, &record, &mut told, &mut lost);
            }
        }
    }
    assert!(told.is_empty(), "{} changes are lost: {:?}", told.len(), told.keys());
    Kept { records, unsaid }
}

/// How many of its versions nobody was told of.
fn check_record(
    client: &Client,
    record: &Value,
    told: &mut HashMap<(String, i64), Value>,
    lost: &mut Vec<Lost>,
) -> usize {
    let href = text(&record["href"]);
    let history = records_in(&walk(client, &format!("{href}/history")), "history");
    let versions: Vec<i64> = history.iter().map(|entry| number(&entry["version"])).collect();
    assert_eq!(versions, (1..=number(&record["version"])).collect::<Vec<_>>(), "{href}");
    let mut unsaid = 0;
    for (version, entry) in versions.iter().copied().zip(&history) {
        assert_eq!(entry["intact"], true, "{href} {entry}");
        let kept = client.get(&format!("{href}/history/{version}")).expect(200).json();
        if let Some(body) = told.remove(&(href.clone(), version)) {
            assert_eq!(kept, body);
            continue;
        }
        unsaid += 1;
        let is_it = |lost: &Lost| {
            lost.base == version - 1
                && entry["action"] == lost.action
                && lost.href.as_ref().is_none_or(|place| *place == href)
                && lost.marker.as_ref().is_none_or(|marker| kept["data"]["by"] == **marker)
        };
        let place = lost.iter().position(is_it);
        lost.swap_remove(
            place.unwrap_or_else(|| panic!("nobody made {version} of {href}: {kept}")),
        );
    }
    unsaid
}
