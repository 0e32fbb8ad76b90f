//! What differs between two documents.

use serde_json::Value;

/// One place where two documents differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where (RFC 6901).
    pub pointer: String,
    /// What stood there; `None` if nothing did.
    pub from: Option<Value>,
    /// What stands there; `None` if nothing does.
    pub to: Option<Value>,
}

/// Where two documents differ, by pointer: as deep as objects go; arrays differ as a whole.
#[must_use]
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", Some(before), Some(after), &mut found);
    found
}

fn compare(at: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    if let (Some(Value::Object(old)), Some(Value::Object(new))) = (before, after) {
        let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            compare(&at, old.get(name), new.get(name), found);
        }
        return;
    }
    found.push(Difference { pointer: at.to_owned(), from: before.cloned(), to: after.cloned() });
}

#[cfg(test)]
mod tests {
    use super::{Difference, differences};
    use serde_json::json;

    #[test]
    fn each_place_that_differs_is_told_with_both_values() {
        let before = json!({"title": "a", "data": {"x": 1, "old": [1], "same": {"y": 2}}});
        let after = json!({"title": "a", "data": {"x": 2, "a/b": null, "same": {"y": 2}}});
        let told = |pointer: &str, from, to| Difference { pointer: pointer.to_owned(), from, to };
        assert_eq!(
            differences(&before, &after),
            [
                told("/data/a~1b", None, Some(json!(null))),
                told("/data/old", Some(json!([1])), None),
                told("/data/x", Some(json!(1)), Some(json!(2))),
            ]
        );
        assert_eq!(differences(&after, &after), []);
    }
}
