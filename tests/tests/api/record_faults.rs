//! Records while much is going on: crashes, writes, walks, and the past.
//!
//! `OMICRON_TEST_EDITS=10000` asks for the long form.

mod bulk;
mod field;
mod storm;
mod then;
mod told;
mod walks;

use omicron_tests::{Answer, Client};
use serde_json::Value;

const PROJECT: &str = "/api/v1/projects/1";
const KINDS: [&str; 4] = ["experiments", "samples", "protocols", "instruments"];

/// How many edits a storm has.
fn edits() -> usize {
    let said = std::env::var("OMICRON_TEST_EDITS").ok();
    said.map_or(400, |text| text.parse().unwrap())
}

fn is_long() -> bool {
    edits() >= 10_000
}

/// Numbers that look random, and are the same for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..most`.
    fn below(&mut self, most: usize) -> usize {
        let most = u64::try_from(most).unwrap();
        usize::try_from(self.next() % most).unwrap()
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Where the list goes on.
fn next_of(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    let (address, relation) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
    assert_eq!(relation, "; rel=\"next\"");
    Some(address.to_owned())
}

/// All parts of a list.
fn walk(client: &Client, first: &str) -> Vec<Answer> {
    let mut parts = vec![client.get(first).expect(200)];
    while let Some(next) = parts.last().and_then(next_of) {
        parts.push(client.get(&next).expect(200));
    }
    parts
}

/// The records of all parts of a list of one kind.
fn records_in(parts: &[Answer], kind: &str) -> Vec<Value> {
    parts.iter().flat_map(|part| part.json()[kind].as_array().unwrap().clone()).collect()
}

fn ids_in(parts: &[Answer], kind: &str) -> Vec<i64> {
    records_in(parts, kind).iter().map(|record| number(&record["id"])).collect()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("not a number: {value}"))
}

fn position_of(answer: &Answer) -> i64 {
    answer.header("omicron-position").unwrap().parse().unwrap()
}
