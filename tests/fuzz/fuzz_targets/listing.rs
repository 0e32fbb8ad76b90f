//! Which part of a list an address asks for: the links of the answer lead to the parts that they
//! say, and keep the search.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omicron_api::fuzzing::{link, page, parameters};
use omicron_domain::Page;
use omicron_fuzz::first_line;

fuzz_target!(|data: &[u8]| {
    let (target, total) = first_line(data);
    let Ok(target) = std::str::from_utf8(target) else { return };
    let part = match page(target) {
        None => return,
        Some(Err(status)) => return assert_eq!(status.as_u16(), 400),
        Some(Ok(part)) => part,
    };
    assert!((1..=Page::MOST).contains(&part.limit()) && part.offset() >= 0 && part.after_id() >= 0);

    let total = total.first_chunk().map_or(0, |bytes| i64::from(u32::from_le_bytes(*bytes)));
    let ids: Vec<i64> = (1..=part.limit()).map_while(|n| part.after_id().checked_add(n)).collect();
    let last_id = ids.last().copied();
    let (status, links) = link(target, part, ids, total).unwrap();
    assert_eq!(status.as_u16(), 200);
    for one in links.split(", <") {
        if one.is_empty() {
            continue;
        }
        let (address, relation) =
            one.trim_start_matches('<').split_once(">; rel=\"").expect("a link of RFC 8288");
        let last = |items: i64| ((total + items - 1) / items).max(1);
        let expected = match (part, relation.trim_end_matches('"')) {
            (Page::Numbered { items, .. }, "first") => Page::numbered(1, items),
            (Page::Numbered { items, .. }, "last") => Page::numbered(last(items), items),
            (Page::Numbered { number, items }, "prev") => {
                Page::numbered((number - 1).min(last(items)), items)
            }
            (Page::Numbered { number, items }, "next") => Page::numbered(number + 1, items),
            (Page::After { limit, .. }, "next") => Page::after(last_id.unwrap(), limit),
            other => panic!("no such link: {other:?}"),
        };
        assert_eq!(page(address), Some(Ok(expected.unwrap())), "{address}");
        assert_eq!(others(address), others(target), "{address}");
    }
});

/// The parameters that have nothing to do with parts, or with the moment that all of them show.
fn others(target: &str) -> Vec<(String, String)> {
    let ours = ["page", "items_per_page", "cursor", "limit", "as_of"];
    let mut all = parameters(target).unwrap();
    all.retain(|(name, _)| !ours.contains(&name.as_str()));
    all
}
