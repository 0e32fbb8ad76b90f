//! Which keywords hold subschemas, in what form, and which values these apply to.

use std::ops::RangeInclusive;

use jsonschema::Draft;
use serde_json::Value;

/// Which values a subschema applies to, seen from the schema that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The same value.
    Same,
    /// The same value, but only one of all that a subschema has of this kind.
    SameOneOf,
    /// One field that no other subschema of this kind applies to.
    Field,
    /// Any field.
    EachField,
    /// One item that no other subschema of this kind applies to.
    Item,
    /// Any item.
    EachItem,
}

impl Place {
    /// Whether the value is the same.
    pub(crate) fn is_same(self) -> bool {
        matches!(self, Self::Same | Self::SameOneOf)
    }
}

/// How a keyword holds its subschemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// It is one.
    One,
    /// It is a list of them, or one.
    List,
    /// It is an object whose fields they are; fields of another type are none (`dependencies`).
    Map,
}

impl Form {
    /// The subschemas in a keyword's value; none where it has another form, which the draft's own
    /// schema refuses later.
    pub(crate) fn subschemas(self, value: &Value) -> Vec<&Value> {
        let all: Vec<&Value> = match (self, value) {
            (Self::Map, Value::Object(fields)) => fields.values().collect(),
            (Self::List, Value::Array(items)) => items.iter().collect(),
            (Self::One | Self::List, value) => vec![value],
            (Self::Map, _) => Vec::new(),
        };
        all.into_iter().filter(|one| one.is_object() || one.is_boolean()).collect()
    }
}

/// The drafts that know a keyword, or rather in which the engine goes by it.
type Drafts = RangeInclusive<Draft>;

const ALL: Drafts = Draft::Draft4..=Draft::Draft202012;
const FROM_6: Drafts = Draft::Draft6..=Draft::Draft202012;
const FROM_7: Drafts = Draft::Draft7..=Draft::Draft202012;
const FROM_2019: Drafts = Draft::Draft201909..=Draft::Draft202012;
const ONLY_2019: Drafts = Draft::Draft201909..=Draft::Draft201909;
const ONLY_2020: Drafts = Draft::Draft202012..=Draft::Draft202012;

/// A keyword that holds subschemas.
#[derive(Debug)]
pub(crate) struct Keyword {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// Which values they apply to; without, they are held, but applied by reference alone.
    pub(crate) place: Option<Place>,
    pub(crate) drafts: Drafts,
}

const fn applied(name: &'static str, form: Form, place: Place, drafts: Drafts) -> Keyword {
    Keyword { name, form, place: Some(place), drafts }
}

const fn held(name: &'static str, form: Form, drafts: Drafts) -> Keyword {
    Keyword { name, form, place: None, drafts }
}

/// The keywords that hold subschemas. A test compares their drafts with what the engine does.
pub(crate) const KEYWORDS: &[Keyword] = &[
    applied("allOf", Form::List, Place::Same, ALL),
    applied("anyOf", Form::List, Place::Same, ALL),
    applied("oneOf", Form::List, Place::Same, ALL),
    applied("not", Form::One, Place::Same, ALL),
    applied("if", Form::One, Place::Same, FROM_7),
    applied("then", Form::One, Place::Same, FROM_7),
    applied("else", Form::One, Place::Same, FROM_7),
    applied("dependentSchemas", Form::Map, Place::Same, FROM_2019),
    applied("dependencies", Form::Map, Place::Same, ALL),
    applied("properties", Form::Map, Place::Field, ALL),
    applied("additionalProperties", Form::One, Place::Field, ALL),
    applied("patternProperties", Form::Map, Place::EachField, ALL),
    applied("unevaluatedProperties", Form::One, Place::EachField, FROM_2019),
    applied("propertyNames", Form::One, Place::EachField, FROM_6),
    applied("prefixItems", Form::List, Place::Item, ONLY_2020),
    applied("items", Form::List, Place::Item, ALL),
    applied("additionalItems", Form::One, Place::Item, ALL),
    applied("contains", Form::One, Place::EachItem, FROM_6),
    applied("unevaluatedItems", Form::One, Place::EachItem, FROM_2019),
    held("contentSchema", Form::One, FROM_2019),
    held("$defs", Form::Map, FROM_2019),
    held("definitions", Form::Map, ALL),
];

/// The keywords that refer to another subschema, which applies to the same value.
pub(crate) const REFERENCES: &[(&str, Drafts)] =
    &[("$ref", ALL), ("$dynamicRef", ONLY_2020), ("$recursiveRef", ONLY_2019)];

#[cfg(test)]
mod tests {
    use jsonschema::Draft;
    use serde_json::{Value, json};

    use super::{Form, KEYWORDS, Keyword, REFERENCES};

    const DRAFTS: [Draft; 5] =
        [Draft::Draft4, Draft::Draft6, Draft::Draft7, Draft::Draft201909, Draft::Draft202012];

    /// A schema that nothing satisfies if the draft knows the keyword; without booleans, which draft
    /// 4 does not have.
    fn unsatisfiable(keyword: &Keyword, draft: Draft) -> Value {
        let never = json!({"not": {}});
        match (keyword.name, keyword.form) {
            ("not", _) => json!({"not": {}}),
            ("then", _) => json!({"if": {}, "then": never}),
            ("if" | "else", _) => json!({"if": never, "else": never}),
            ("items", _) if draft == Draft::Draft202012 => json!({"items": never}),
            ("additionalItems", _) if draft != Draft::Draft202012 => {
                json!({"items": [{}], "additionalItems": never})
            }
            (name, Form::One) => json!({name: never}),
            (name, Form::List) => json!({name: [never]}),
            (name, Form::Map) => json!({name: {"a": never}}),
        }
    }

    #[test]
    fn a_keyword_counts_in_the_drafts_in_which_the_engine_goes_by_it() {
        for keyword in KEYWORDS.iter().filter(|keyword| keyword.place.is_some()) {
            for draft in DRAFTS {
                // 2020-12 has no list under `items` that it could go on; counted, it does no harm.
                if keyword.name == "additionalItems" && draft == Draft::Draft202012 {
                    continue;
                }
                let schema = unsatisfiable(keyword, draft);
                let engine = jsonschema::options().with_draft(draft).build(&schema).unwrap();
                let documents = [json!(1), json!([1, 2]), json!({"a": 1})];
                let minds = documents.iter().any(|document| !engine.is_valid(document));
                let counts = keyword.drafts.contains(&draft);
                assert_eq!(minds, counts, "{} in {draft:?}", keyword.name);
            }
        }
    }

    #[test]
    fn a_reference_counts_in_the_drafts_in_which_the_engine_follows_it() {
        for (keyword, drafts) in REFERENCES {
            for draft in DRAFTS {
                let schema = json!({"items": {*keyword: "#"}, "type": "array"});
                let engine = jsonschema::options().with_draft(draft).build(&schema).unwrap();
                let follows = !engine.is_valid(&json!([1]));
                assert_eq!(follows, drafts.contains(&draft), "{keyword} in {draft:?}");
            }
        }
    }
}
