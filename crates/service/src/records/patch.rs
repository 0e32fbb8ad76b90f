//! Merge patches (RFC 7396).

use serde_json::{Map, Value};

/// The document with the patch merged into it: what is `null` goes, objects are merged, all else is
/// replaced.
pub(super) fn merged(document: Value, patch: Map<String, Value>) -> Value {
    let mut fields = match document {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    for (name, value) in patch {
        match value {
            Value::Null => {
                fields.remove(&name);
            }
            Value::Object(inner) => {
                let before = fields.remove(&name).unwrap_or_default();
                fields.insert(name, merged(before, inner));
            }
            value => {
                fields.insert(name, value);
            }
        }
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::merged;
    use serde_json::{Value, json};

    /// The examples of RFC 7396, appendix A, whose patch is an object.
    #[test]
    fn patches_are_merged_as_the_examples_of_the_standard_say() {
        let cases = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (document, patch, result) in cases {
            let Value::Object(fields) = patch.clone() else { panic!("{patch}") };
            assert_eq!(merged(document, fields), result, "{patch}");
        }
    }
}
