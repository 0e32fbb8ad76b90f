//! Which keywords hold subschemas, in what form, and which values these apply to.

use serde_json::Value;

/// Which values a subschema applies to, seen from the schema that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The same value.
    Same,
    /// One field that no other subschema of this kind applies to.
    Field,
    /// Any field.
    EachField,
    /// One item that no other subschema of this kind applies to.
    Item,
    /// Any item.
    EachItem,
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

/// The keywords of all drafts. One that the document's own draft does not know counts too: the
/// bound gets higher by that, never lower. Without a place: held, but applied by reference alone.
pub(crate) const KEYWORDS: &[(&str, Form, Option<Place>)] = &[
    ("allOf", Form::List, Some(Place::Same)),
    ("anyOf", Form::List, Some(Place::Same)),
    ("oneOf", Form::List, Some(Place::Same)),
    ("not", Form::One, Some(Place::Same)),
    ("if", Form::One, Some(Place::Same)),
    ("then", Form::One, Some(Place::Same)),
    ("else", Form::One, Some(Place::Same)),
    ("dependentSchemas", Form::Map, Some(Place::Same)),
    ("dependencies", Form::Map, Some(Place::Same)),
    ("properties", Form::Map, Some(Place::Field)),
    ("additionalProperties", Form::One, Some(Place::Field)),
    ("patternProperties", Form::Map, Some(Place::EachField)),
    ("unevaluatedProperties", Form::One, Some(Place::EachField)),
    ("propertyNames", Form::One, Some(Place::EachField)),
    ("prefixItems", Form::List, Some(Place::Item)),
    ("items", Form::List, Some(Place::Item)),
    ("additionalItems", Form::One, Some(Place::Item)),
    ("contains", Form::One, Some(Place::EachItem)),
    ("unevaluatedItems", Form::One, Some(Place::EachItem)),
    ("contentSchema", Form::One, None),
    ("$defs", Form::Map, None),
    ("definitions", Form::Map, None),
];
