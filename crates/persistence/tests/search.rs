//! Lists of people: filters and pages.

use crate::support::{Lab, lab as fixture};
use omicron_domain::{Page, UserFilter, UserStatus, Viewer};
use omicron_persistence::users;
use omicron_tests::on_both;

const NAMES: [&str; 8] = ["ann", "Anna", "50%", "5o%x", "a_b", "axb", "back\\slash", "\u{c9}milie"];

fn everyone(lab: &Lab) {
    for name in NAMES {
        lab.person(name);
    }
}

fn names(lab: &Lab, filter: &UserFilter, page: Page) -> Vec<String> {
    let found = lab.db.read(Viewer::Nobody, |view| users::list(view, filter, page)).unwrap();
    found.items.iter().map(|found| found.user.username.to_string()).collect()
}

fn contains(text: &str) -> UserFilter {
    UserFilter { contains: Some(text.to_owned()), ..UserFilter::default() }
}

on_both! {
    fn percent_underscore_and_backslash_are_plain(lab: &Lab) {
        everyone(lab);
        let find = |text| names(lab, &contains(text), Page::default());
        assert_eq!(find("%"), ["50%", "5o%x"]);
        assert_eq!(find("50%"), ["50%"]);
        assert_eq!(find("_"), ["a_b"]);
        assert_eq!(find("\\"), ["back\\slash"]);
        assert_eq!(find("k\\S"), ["back\\slash"]);
        assert_eq!(find("'; DROP TABLE users; --"), [""; 0]);
    }

    fn case_and_the_encoding_of_accents_do_not_matter(lab: &Lab) {
        everyone(lab);
        for text in ["\u{e9}MIL", "E\u{301}mil", "\u{c9}"] {
            assert_eq!(names(lab, &contains(text), Page::default()), ["\u{c9}milie"], "{text}");
        }
        assert_eq!(names(lab, &contains("ANN"), Page::default()), ["ann", "Anna"]);
    }

    fn all_conditions_hold_together_and_an_empty_one_is_none(lab: &Lab) {
        everyone(lab);
        let filter = UserFilter {
            contains: Some("n".to_owned()),
            starts_with: Some("AN".to_owned()),
            ends_with: Some("a".to_owned()),
            status: Some(UserStatus::Active),
        };
        assert_eq!(names(lab, &filter, Page::default()), ["Anna"]);
        let pending = UserFilter { status: Some(UserStatus::Pending), ..filter };
        assert_eq!(names(lab, &pending, Page::default()), [""; 0]);
        assert_eq!(names(lab, &contains(""), Page::default()), NAMES);
    }

    fn what_no_name_can_hold_finds_nothing(lab: &Lab) {
        everyone(lab);
        for text in ["a\0", "\0", &"a".repeat(60_000), &"%".repeat(60_000), "\u{10ffff}"] {
            assert_eq!(names(lab, &contains(text), Page::default()), [""; 0]);
        }
    }

    fn pages_hold_each_person_once_in_order(lab: &Lab) {
        everyone(lab);
        let page = |number| names(lab, &UserFilter::default(), Page::numbered(number, 3).unwrap());
        assert_eq!([page(1), page(2), page(3)].concat(), NAMES);
        assert_eq!(page(4), [""; 0]);
        assert_eq!(names(lab, &UserFilter::default(), Page::numbered(i64::MAX, 1).unwrap()), [""; 0]);
    }

    fn a_walk_by_place_meets_each_person_once(lab: &Lab) {
        everyone(lab);
        let (mut after, mut met) = (0, Vec::new());
        loop {
            let page = Page::after(after, 3).unwrap();
            let part = lab.db.read(Viewer::Nobody, |view| {
                users::list(view, &UserFilter::default(), page)
            });
            let part = part.unwrap();
            assert_eq!(part.total, None);
            let Some(last) = part.items.last() else { break };
            after = last.user.id.0;
            met.extend(part.items.iter().map(|found| found.user.username.to_string()));
        }
        assert_eq!(met, NAMES);
    }

    fn the_total_counts_all_that_match(lab: &Lab) {
        everyone(lab);
        let page = Page::numbered(7, 1).unwrap();
        let total = |filter| {
            lab.db.read(Viewer::Nobody, move |view| users::list(view, &filter, page)).unwrap().total
        };
        assert_eq!(total(UserFilter::default()), Some(8));
        assert_eq!(total(contains("nn")), Some(2));
        assert_eq!(total(contains("nobody")), Some(0));
    }
}
