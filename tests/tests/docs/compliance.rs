//! The page on 21 CFR Part 11: each test that it names exists, and no clause is passed over.

use crate::text;

const CLAUSES: [&str; 17] = [
    "11.10(a)", "11.10(b)", "11.10(c)", "11.10(d)", "11.10(e)", "11.10(f)", "11.10(g)", "11.10(h)",
    "11.10(i)", "11.10(j)", "11.10(k)", "11.30", "11.50", "11.70", "11.100", "11.200", "11.300",
];

/// The tests that a text names, each with its file.
fn named(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("- `")?.strip_suffix('`'));
    lines.map(|line| line.split_once("::").unwrap_or_else(|| panic!("{line} is no test")))
}

#[test]
fn each_test_that_is_named_exists() {
    let page = text("docs/compliance.md");
    let missing: Vec<_> =
        named(&page).filter(|(file, name)| !text(file).contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn each_clause_has_a_test_or_is_the_laboratorys_own() {
    let page = text("docs/compliance.md");
    let sections: Vec<&str> = page.split("\n### ").skip(1).collect();
    let heads: Vec<_> = sections.iter().map(|section| section.split(' ').next().unwrap()).collect();
    assert_eq!(heads, CLAUSES);
    for section in sections {
        let supported = named(section).next().is_some();
        assert!(supported || section.contains("The laboratory's own"), "{section}");
    }
}

#[test]
fn nothing_is_claimed_but_support() {
    for name in ["docs/compliance.md", "docs/decisions/0024-signatures.md", "README.md"] {
        let page = text(name).to_lowercase();
        for claim in ["compliant", "complies", "certified", "validated by omicron"] {
            assert!(!page.contains(claim), "{name} says {claim}");
        }
    }
    assert!(text("docs/compliance.md").contains("supports"));
}
