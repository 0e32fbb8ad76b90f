//! Walking through lists of records, part by part.

use super::{BULK, SAMPLES, alloys, begin, change, each, matching};
use crate::lab::{invalid, text};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Client, on_both};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where the part that follows is, if the answer says that there is one.
fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    Some(link.strip_prefix('<').unwrap().split_once(">; rel=\"next\"").unwrap().0.to_owned())
}

/// All titles, part by part; after each part, something happens.
fn walk(client: &Client, query: &str, between: impl Fn(usize)) -> Vec<Vec<String>> {
    let mut parts = Vec::new();
    let mut at = Some(format!("{SAMPLES}?{query}"));
    while let Some(address) = at {
        let answer = client.get(&address).expect(200);
        let body = answer.json();
        assert_eq!(body["total"].is_null(), !parts.is_empty(), "the first part counts: {body}");
        parts.push(each(&body["samples"], "title"));
        between(parts.len());
        at = next(&answer);
    }
    parts
}

/// Samples with these titles, in one request.
fn with(lab: &Lab, titles: &[String]) -> Client {
    let ann = alloys(lab);
    let item = |title: &String| json!({"kind": "sample", "record": {"title": title}});
    let items: Vec<Value> = titles.iter().map(item).collect();
    ann.post(BULK, &json!({"items": items})).expect(200);
    ann
}

on_both! {
    fn each_order_walks_through_all_records_once_ties_or_not(lab: &Lab) {
        // Of three titles in two cases: whole parts are ties, and all of one request have one time.
        let titles: Vec<String> = (0..20).map(|n| ["Ab", "aB", "c", "C", "\u{e9}"][n % 5].to_owned()).collect();
        let ann = with(lab, &titles);
        for sort in ["id", "-id", "title", "-title", "changed", "-changed"] {
            let whole = walk(&ann, &format!("sort={sort}&limit=1000"), |_| ());
            assert_eq!(whole.len(), 1, "{sort}");
            for limit in [1, 3, 4, 5, 20] {
                let query = format!("sort={sort}&limit={limit}&fields=title");
                let parts = walk(&ann, &query, |_| ());
                assert!(parts.iter().all(|part| part.len() <= limit));
                assert_eq!(parts.concat(), whole[0], "{query}");
            }
        }
        let by_id = |sort: &str| {
            let mut ids = Vec::new();
            let mut at = Some(format!("{SAMPLES}?sort={sort}&limit=3&fields=id"));
            while let Some(address) = at {
                let answer = ann.get(&address).expect(200);
                let part = answer.json()["samples"].as_array().unwrap().clone();
                ids.extend(part.iter().map(|record| record["id"].as_i64().unwrap()));
                at = next(&answer);
            }
            ids
        };
        for sort in ["title", "changed"] {
            let (up, mut down) = (by_id(sort), by_id(&format!("-{sort}")));
            down.reverse();
            assert_eq!(up, down, "{sort}");
            assert_eq!(up.iter().collect::<BTreeSet<_>>().len(), 20, "{sort}");
        }
    }

    fn records_that_are_there_all_the_while_come_once_whatever_is_begun_meanwhile(lab: &Lab) {
        let titles: Vec<String> = (0..12).map(|n| format!("t{:02}", n * 7 % 12)).collect();
        let ann = with(lab, &titles);
        let first: BTreeSet<&String> = titles.iter().collect();
        for (number, sort) in ["id", "-id", "title", "-title", "changed", "-changed"].iter().enumerate() {
            let parts = walk(&ann, &format!("sort={sort}&limit=2"), |part| {
                // Before, between and after what has been seen.
                for prefix in ["a", "t05", "z"] {
                    let title = format!("{prefix} new {number} {part}");
                    if part <= 6 {
                        begin(&ann, SAMPLES, &json!({"title": title}));
                    }
                }
            });
            let seen = parts.concat();
            let of_old: Vec<&String> = seen.iter().filter(|title| first.contains(title)).collect();
            assert_eq!(of_old.len(), 12, "{sort}: {seen:?}");
            assert_eq!(of_old.into_iter().collect::<BTreeSet<_>>(), first, "{sort}");
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "{sort}: nothing twice");
        }
    }

    fn in_the_order_of_ids_a_change_meanwhile_loses_and_repeats_nothing(lab: &Lab) {
        let titles: Vec<String> = (1..=9).map(|n| format!("t{n}")).collect();
        let ann = with(lab, &titles);
        let parts = walk(&ann, "limit=2", |part| {
            let id = 2 * part - 1;
            if id <= 9 {
                change(&ann, &format!("{SAMPLES}/{id}"), 1, &json!({"title": format!("new {id}")})).expect(200);
            }
            if part == 1 {
                matching(&ann, "DELETE", &format!("{SAMPLES}/2"), "*").expect(200);
            }
        });
        assert_eq!(parts.concat(), titles);
    }

    fn a_cursor_keeps_filters_and_is_good_for_its_own_order_alone(lab: &Lab) {
        let titles: Vec<String> = (0..6).map(|n| format!("{} {n}", ["hot", "cold"][n % 2])).collect();
        let ann = with(lab, &titles);
        let first = ann.get(&format!("{SAMPLES}?sort=-title&title=hot&limit=2&fields=title")).expect(200);
        let at = next(&first).unwrap();
        for kept in ["sort=-title", "title=hot", "limit=2", "fields=title"] {
            assert_eq!(at.matches(kept).count(), 1, "{at}");
        }
        let rest = ann.get(&at).expect(200);
        assert_eq!(each(&rest.json()["samples"], "title"), ["hot 0"]);
        assert_eq!((next(&rest), &rest.json()["total"]), (None, &json!(null)));
        let cursor = text(&json!(at.split_once("cursor=").unwrap().1.split('&').next().unwrap()));
        for sort in ["id", "-id", "changed", "-changed", ""] {
            let said = invalid(ann.get(&format!("{SAMPLES}?sort={sort}&cursor={cursor}")), "/cursor");
            assert_eq!(said["errors"][0]["message"], "must be one that a Link header of this list gave");
        }
        // The place is one; which way to go from there is asked anew.
        ann.get(&format!("{SAMPLES}?sort=title&cursor={cursor}")).expect(200);
    }

    fn a_part_is_as_long_as_it_is_asked_to_be_up_to_a_thousand(lab: &Lab) {
        let titles: Vec<String> = (0..1001).map(|n| format!("t{n}")).collect();
        let ann = with(lab, &titles);
        let length = |query: &str| {
            let answer = ann.get(&format!("{SAMPLES}?fields=id&{query}")).expect(200);
            assert_eq!(answer.json()["total"], json!({"count": 1001, "more": false}));
            (answer.json()["samples"].as_array().unwrap().len(), next(&answer).is_some())
        };
        assert_eq!(length(""), (100, true));
        assert_eq!(length("limit=1001"), (1000, true));
        assert_eq!(length("limit=9223372036854775807"), (1000, true));
        assert_eq!(length("limit=1"), (1, true));
    }
}
