//! The official JSON Schema Test Suite, of which each line in `suite/` is one group. Where this crate
//! answers otherwise, and why, stands in `suite/differences.txt`.

use std::collections::BTreeSet;
use std::fs;

use omicron_schema::{Refused, Schema};
use serde::Deserialize;
use serde_json::Value;

const DRAFTS: [(&str, &str); 5] = [
    ("draft4", "http://json-schema.org/draft-04/schema#"),
    ("draft6", "http://json-schema.org/draft-06/schema#"),
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    ("draft2019-09", "https://json-schema.org/draft/2019-09/schema"),
    ("draft2020-12", "https://json-schema.org/draft/2020-12/schema"),
];

/// A schema and what it says of some documents.
#[derive(Deserialize)]
struct Group {
    file: String,
    description: String,
    schema: Value,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    description: String,
    data: Value,
    valid: bool,
}

fn read(name: &str) -> String {
    fs::read_to_string(format!("{}/tests/suite/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn groups(draft: &str) -> Vec<Group> {
    let text = read(&format!("{draft}.jsonl"));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The group's answers that are not the suite's.
fn differences(group: Group, draft: &str, uri: &str) -> Vec<String> {
    let mut document = group.schema;
    // The older drafts' groups do not say which they are of; `false` is the same in all.
    if let Some(fields) = document.as_object_mut() {
        fields.entry("$schema").or_insert_with(|| uri.into());
    }
    let place = format!("{draft} {}: {}", group.file, group.description);
    let schema = match Schema::compile("suite", document) {
        Ok(schema) => schema,
        Err(Refused::RemoteReference { .. }) => return vec![format!("leads out: {place}")],
        Err(Refused::UnknownDraft { .. }) => return vec![format!("unknown draft: {place}")],
        Err(error) => return vec![format!("refuses: {place}: {error}")],
    };
    let differs = |test: &Test| schema.violations(&test.data).is_empty() != test.valid;
    let told = |test: Test| {
        let answer = if test.valid { "rejects" } else { "accepts" };
        format!("{answer}: {place}: {}", test.description)
    };
    group.tests.into_iter().filter(differs).map(told).collect()
}

#[test]
fn each_draft_is_read_as_its_specification_says() {
    let text = read("differences.txt");
    let expected: BTreeSet<&str> =
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let mut found = BTreeSet::new();
    let mut tests = 0;
    for (draft, uri) in DRAFTS {
        for group in groups(draft) {
            tests += group.tests.len();
            found.extend(differences(group, draft, uri));
        }
    }
    assert!(tests > 7000, "{tests}");
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let news: Vec<&&str> = found.difference(&expected).collect();
    let gone: Vec<&&str> = expected.difference(&found).collect();
    assert!(news.is_empty() && gone.is_empty(), "new: {news:#?}\nno longer: {gone:#?}");
}

/// The engine alone, with no bound on what it does.
fn engine(document: &Value) -> jsonschema::Validator {
    jsonschema::options()
        .offline()
        .with_registry(&referencing::SPECIFICATIONS)
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .should_validate_formats(true)
        .build(document)
        .unwrap()
}

/// What is not valid has a violation, and what is valid has none: each schema of the suite meets the
/// documents of many others, too.
#[test]
fn a_document_is_valid_if_and_only_if_nothing_is_said_against_it() {
    for (draft, uri) in DRAFTS {
        let groups = groups(draft);
        let documents: Vec<Value> =
            groups.iter().flat_map(|group| &group.tests).map(|test| test.data.clone()).collect();
        for (number, group) in groups.into_iter().enumerate() {
            let mut document = group.schema;
            if let Some(fields) = document.as_object_mut() {
                fields.entry("$schema").or_insert_with(|| uri.into());
            }
            let Ok(schema) = Schema::compile("suite", document.clone()) else { continue };
            let engine = engine(&document);
            // Others for each group, so that in all of them every document is met often.
            for data in documents.iter().skip(number % 37).step_by(37) {
                let valid = schema.violations(data).is_empty();
                assert_eq!(valid, engine.is_valid(data), "{draft}: {document}: {data}");
            }
        }
    }
}
