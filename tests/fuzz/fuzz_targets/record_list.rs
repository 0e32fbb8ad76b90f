//! Which records an address asks for: a part that can be read, or a refusal; and every place that a
//! cursor names is one in the order that was asked for.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omicron_api::fuzzing::record_page;
use omicron_domain::Page;

fuzz_target!(|target: &str| {
    match record_page(target) {
        None => {}
        Some(Err(status)) => assert_eq!(status.as_u16(), 400),
        Some(Ok(page)) => {
            assert!((1..=Page::MOST).contains(&page.limit));
            assert!(page.after.is_none_or(|mark| mark.by() == page.order.by));
        }
    }
});
