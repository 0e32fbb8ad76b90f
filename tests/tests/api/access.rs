//! Who may do what: every route of the document, each kind of caller, the status they get.

use crate::Lab;
use crate::lab::text;
use omicron_domain::RecordKind;
use omicron_tests::Backend;
use serde_json::json;
use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

mod journal;
mod world;

use journal::Told;
use world::World;

/// The kinds of callers, in the matrix's order. The tokens are the administrator's.
const CALLERS: [&str; 14] = [
    "anonymous",
    "wrong",
    "expired",
    "revoked",
    "pending",
    "disabled",
    "other",
    "viewer",
    "member",
    "maintainer",
    "owner",
    "administrator",
    "reader",
    "elsewhere",
];

/// What each caller gets, in the order of [`CALLERS`]: of a project that `owner` owns, and of the
/// account of `other`.
const MATRIX: &str = include_str!("access.txt");

#[test]
fn every_caller_gets_what_the_matrix_says_on_sqlite() {
    check(Backend::Sqlite);
}

#[test]
fn every_caller_gets_what_the_matrix_says_on_postgresql() {
    check(Backend::Postgres);
}

struct Row {
    method: &'static str,
    path: String,
    statuses: Vec<u16>,
}

impl Row {
    /// Whether it is about records, templates or webhooks.
    fn is_of_records(&self) -> bool {
        let words = ["/{id}", "/templates", "/records/", "/webhooks"];
        let is_list = RecordKind::ALL.iter().any(|kind| self.path.ends_with(kind.plural()));
        is_list || words.iter().any(|word| self.path.contains(word))
    }
}

/// The rows; one of records stands for those of each kind.
fn rows() -> Vec<Row> {
    let parse = |line: &'static str| {
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let statuses: Vec<u16> = words.map(|word| word.parse().unwrap()).collect();
        assert_eq!(statuses.len(), CALLERS.len(), "{line}");
        let of_kind = |kind: RecordKind| Row {
            method,
            path: path.replace("{kind}", kind.plural()),
            statuses: statuses.clone(),
        };
        let kinds =
            if path.contains("{kind}") { &RecordKind::ALL[..] } else { &RecordKind::ALL[..1] };
        kinds.iter().copied().map(of_kind).collect::<Vec<_>>()
    };
    let lines = MATRIX.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.flat_map(parse).collect()
}

fn check(backend: Backend) {
    // All those wrong passwords are not what this is about.
    let lab = Lab::with(backend, &[("REGISTRATION", "approval"), ("LOGIN_FAILURES", "0")]);
    let rows = rows();
    every_route_has_a_row(&lab, &rows);
    let ended = Ended::new(&lab);
    let (mut wrong, mut told) = (Vec::new(), Vec::new());
    let looked_at = World::new(&lab, "x");
    for (number, row) in rows.iter().enumerate() {
        for (caller, expected) in CALLERS.into_iter().zip(&row.statuses) {
            // Who changes something has people of their own, or a record: it is nothing to the next.
            let own = (row.method != "GET" && !row.is_of_records())
                .then(|| World::new(&lab, &format!("{number}{}", &caller[..3])));
            let world = own.as_ref().unwrap_or(&looked_at);
            let answer = world.call(&lab, &ended, caller, row);
            let (method, path, status) = (row.method, row.path.clone(), answer.status);
            if status != *expected {
                wrong.push(format!("{method} {path} as {caller}: {status}, not {expected}"));
            }
            let request = answer.header("request-id").unwrap_or_default().to_owned();
            told.push(Told { method, path, caller, status, request });
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
    let wrong = journal::wrong(&lab, &told);
    assert!(wrong.is_empty(), "{} calls leave other events:\n{}", wrong.len(), wrong.join("\n"));
}

fn every_route_has_a_row(lab: &Lab, rows: &[Row]) {
    let document = lab.anonymous().get("/openapi.json").expect(200).json();
    let served: BTreeSet<_> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let listed: BTreeSet<_> =
        rows.iter().map(|row| (row.method.to_owned(), row.path.clone())).collect();
    assert_eq!(served, listed, "every route has a row in access.txt, and every row a route");
}

/// Tokens that are no more.
struct Ended {
    expired: String,
    revoked: String,
}

impl Ended {
    fn new(lab: &Lab) -> Self {
        let make = |query: &str| {
            lab.root().post(&format!("/api/v1/tokens{query}"), &json!({})).expect(201).json()
        };
        let (expired, revoked) = (make("?expiration=1"), make(""));
        lab.root().delete(&format!("/api/v1/tokens/{}", revoked["id"])).expect(200);
        thread::sleep(Duration::from_millis(1100));
        Self { expired: text(&expired["token"]), revoked: text(&revoked["token"]) }
    }
}
