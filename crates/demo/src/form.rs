//! What is measured: the schema of a template, and values that satisfy it.

use crate::random::Random;
use omicron_domain::{Invalid, Lifecycle, MemberRole, Move, RecordKind, TemplateDraft};
use serde_json::{Map, Value, json};

/// A template.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) name: &'static str,
    pub(crate) kind: RecordKind,
    pub(crate) entries: &'static [Entry],
}

/// One property of a record's data.
#[derive(Debug)]
pub(crate) struct Entry {
    key: &'static str,
    title: &'static str,
    /// Whether it is a result, which is not known when the record is begun.
    result: bool,
    what: What,
}

#[derive(Debug)]
enum What {
    Number(Quantity),
    /// Several readings that are close to each other.
    Series(Quantity, (usize, usize)),
    Count(i64, i64),
    Choice(&'static [&'static str]),
    /// Letters that a number of six digits follows.
    Serial(&'static str),
}

#[derive(Debug)]
struct Quantity {
    unit: &'static str,
    /// What is possible at all.
    limits: (f64, f64),
    usual: (f64, f64),
    digits: usize,
}

const fn entry(key: &'static str, title: &'static str, what: What) -> Entry {
    Entry { key, title, result: false, what }
}

/// A number with a unit: what is possible, what is usual, and its decimals.
pub(crate) const fn number(
    key: &'static str,
    title: &'static str,
    unit: &'static str,
    limits: (f64, f64),
    usual: (f64, f64),
    digits: usize,
) -> Entry {
    entry(key, title, What::Number(Quantity { unit, limits, usual, digits }))
}

pub(crate) const fn count(key: &'static str, title: &'static str, usual: (i64, i64)) -> Entry {
    entry(key, title, What::Count(usual.0, usual.1))
}

pub(crate) const fn choice(
    key: &'static str,
    title: &'static str,
    of: &'static [&'static str],
) -> Entry {
    entry(key, title, What::Choice(of))
}

pub(crate) const fn serial(key: &'static str, title: &'static str, letters: &'static str) -> Entry {
    entry(key, title, What::Serial(letters))
}

impl Entry {
    /// The same as a result.
    pub(crate) const fn result(self) -> Self {
        Self { result: true, ..self }
    }

    /// Several of it, as a result: so many readings.
    pub(crate) const fn readings(self, low: usize, high: usize) -> Self {
        match self.what {
            What::Number(quantity) => {
                let what = What::Series(quantity, (low, high));
                Self { key: self.key, title: self.title, result: true, what }
            }
            what => Self { key: self.key, title: self.title, result: true, what },
        }
    }

    fn schema(&self) -> Value {
        let mut schema = match &self.what {
            What::Number(quantity) => quantity.schema(),
            What::Series(quantity, _) => {
                json!({"type": "array", "items": quantity.schema(), "minItems": 1, "maxItems": 1000})
            }
            What::Count(..) => json!({"type": "integer", "minimum": 0}),
            What::Choice(of) => json!({"enum": of}),
            What::Serial(letters) => {
                json!({"type": "string", "pattern": format!("^{letters}-[0-9]{{6}}$")})
            }
        };
        schema["title"] = self.title.into();
        schema
    }

    fn value(&self, random: &mut Random) -> Value {
        match &self.what {
            What::Number(quantity) => {
                let (low, high) = quantity.usual;
                quantity.rounded(random.around(low, high))
            }
            What::Series(quantity, (low, high)) => {
                let mean = random.around(quantity.usual.0, quantity.usual.1);
                let number = random.some(*low, *high);
                // What a good instrument scatters by.
                let mut reading = || quantity.rounded(mean * random.around(0.97, 1.03));
                (0..number).map(|_| reading()).collect()
            }
            What::Count(low, high) => random.between(*low, *high).into(),
            What::Choice(of) => random.pick(of).into(),
            What::Serial(letters) => format!("{letters}-{:06}", random.between(0, 999_999)).into(),
        }
    }
}

impl Quantity {
    fn schema(&self) -> Value {
        let (low, high) = self.limits;
        let limit = |limit: f64| rounded(limit, 3);
        json!({"type": "number", "unit": self.unit, "minimum": limit(low), "maximum": limit(high)})
    }

    fn rounded(&self, value: f64) -> Value {
        rounded(value.clamp(self.limits.0, self.limits.1), self.digits)
    }
}

/// By way of its text: the shortest one is what it is stored as. A whole number is written as one.
fn rounded(value: f64, digits: usize) -> Value {
    let text = format!("{value:.digits$}");
    let whole = text.strip_suffix(&format!(".{}", "0".repeat(digits))).unwrap_or(&text);
    whole.parse::<i64>().map_or_else(|_| text.parse::<f64>().unwrap_or(value).into(), Value::from)
}

impl Form {
    /// What is known when a record is begun.
    pub(crate) fn beginning(&self, random: &mut Random) -> Map<String, Value> {
        let known = self.entries.iter().filter(|entry| !entry.result);
        known.map(|entry| (entry.key.to_owned(), entry.value(random))).collect()
    }

    /// What is found out, beside what was known.
    pub(crate) fn results(&self, random: &mut Random, data: &mut Map<String, Value>) {
        for entry in self.entries.iter().filter(|entry| entry.result) {
            data.insert(entry.key.to_owned(), entry.value(random));
        }
    }

    pub(crate) fn draft(&self) -> Result<TemplateDraft, Invalid> {
        let property = |entry: &Entry| (entry.key.to_owned(), entry.schema());
        let properties: Map<String, Value> = self.entries.iter().map(property).collect();
        let required: Vec<&str> =
            self.entries.iter().filter(|entry| !entry.result).map(|entry| entry.key).collect();
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name,
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        });
        let body = match self.kind {
            RecordKind::Experiment => "## Aim\n\n## Observations\n",
            RecordKind::Sample => "## Preparation\n",
            RecordKind::Protocol => "## What it takes\n\n## Steps\n\n## When it goes wrong\n",
            RecordKind::Instrument => "## Where it stands\n\n## Who looks after it\n",
        };
        Ok(TemplateDraft {
            name: self.name.parse()?,
            schema: schema.to_string(),
            body: body.parse()?,
            lifecycle: self.lifecycle()?,
        })
    }

    fn lifecycle(&self) -> Result<Lifecycle, Invalid> {
        let member = MemberRole::Member;
        let results = self.entries.iter().filter(|entry| entry.result);
        let results: Vec<String> = results.map(|entry| format!("/data/{}", entry.key)).collect();
        let (statuses, moves): (&[&str], Vec<Way>) = match self.kind {
            RecordKind::Experiment => {
                let measured = [results, vec!["/end".to_owned()]].concat();
                let statuses = &["planned", "running", "measured", "approved", "cancelled"];
                let moves = vec![
                    ("planned", "running", member, vec!["/start".to_owned()]),
                    ("running", "measured", member, measured),
                    ("measured", "running", member, vec![]),
                    ("measured", "approved", MemberRole::Maintainer, vec!["/body".to_owned()]),
                    ("planned", "cancelled", member, vec![]),
                    ("running", "cancelled", member, vec![]),
                ];
                (statuses, moves)
            }
            RecordKind::Sample => {
                let statuses = &["in preparation", "available", "in use", "consumed", "scrapped"];
                let moves = vec![
                    ("in preparation", "available", member, results),
                    ("in preparation", "scrapped", member, vec![]),
                    ("available", "in use", member, vec![]),
                    ("available", "consumed", member, vec![]),
                    ("in use", "available", member, vec![]),
                    ("in use", "consumed", member, vec![]),
                    ("available", "scrapped", MemberRole::Maintainer, vec![]),
                ];
                (statuses, moves)
            }
            kind => return Ok(Lifecycle::of(kind)),
        };
        let moves = moves.into_iter().map(|(from, to, by, filled)| {
            Ok(Move { from: from.parse()?, to: to.parse()?, by, filled })
        });
        Ok(Lifecycle {
            statuses: statuses.iter().map(|text| text.parse()).collect::<Result<_, Invalid>>()?,
            moves: moves.collect::<Result<_, Invalid>>()?,
        })
    }
}

/// From, to, by whom at least, and what has to be filled.
type Way = (&'static str, &'static str, MemberRole, Vec<String>);
