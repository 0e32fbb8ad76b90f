//! Pages never count beyond what can be counted.

use omicron_domain::{Invalid, Page};
use proptest::prelude::*;

#[test]
fn a_page_and_its_length_begin_at_one() {
    for (number, items) in [(0, 1), (1, 0), (-1, 10), (10, -1), (i64::MIN, i64::MIN)] {
        assert_eq!(Page::numbered(number, items), Err(Invalid::NotAPage));
    }
    assert_eq!(Page::numbered(i64::MAX, 2), Err(Invalid::NotAPage));
    assert_eq!(Page::after(0, 0), Err(Invalid::NotAPage));
    for page in [Page::numbered(1, 1), Page::after(0, 1)] {
        assert_eq!(page.map(|page| (page.offset(), page.limit())), Ok((0, 1)));
    }
}

#[test]
fn the_default_is_the_first_page_at_its_longest() {
    assert_eq!(Page::default(), Page::numbered(1, Page::MOST).unwrap());
}

proptest! {
    #[test]
    fn no_page_overflows(number in any::<i64>(), items in any::<i64>()) {
        if let Ok(page) = Page::numbered(number, items) {
            prop_assert!((1..=Page::MOST).contains(&page.limit()));
            prop_assert!(page.offset() >= 0);
            prop_assert!(page.offset().checked_add(page.limit()).is_some());
        }
    }

    #[test]
    fn pages_follow_each_other_without_a_gap(number in 1..1_000_000_i64, items in 1..2000_i64) {
        let page = Page::numbered(number, items).unwrap();
        let next = Page::numbered(number + 1, items).unwrap();
        prop_assert_eq!(page.offset() + page.limit(), next.offset());
        prop_assert_eq!((page.after_id(), page.is_counted()), (0, true));
    }

    #[test]
    fn a_place_needs_no_offset(id in any::<i64>(), limit in 1..i64::MAX) {
        let page = Page::after(id, limit).unwrap();
        prop_assert_eq!((page.offset(), page.limit()), (0, limit.min(Page::MOST)));
        prop_assert_eq!(page.after_id(), id);
        prop_assert!(!page.is_counted(), "that is what makes it quick on a long list");
    }
}
