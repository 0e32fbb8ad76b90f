//! Records of each kind have addresses of their own, which the same handlers serve.

use crate::views::ALWAYS_SHOWN;
use omicron_domain::RecordKind;
use serde_json::{Map, Value, json};

/// What stands for the kind in a handler's address.
const KIND: &str = "/{kind}";
/// The schema of a list, in which the records stand under their kind's name.
const LIST: &str = "RecordsView";
/// The schema of a record in a list: there it may come with some of its members alone.
const LISTED: &str = "ListedRecordView";

/// Replaces the addresses with a kind in them by one for each kind.
pub(super) fn expand(document: &mut Value) {
    let Some(paths) = document["paths"].as_object_mut() else { return };
    let kinds: Vec<String> = paths.keys().filter(|path| path.contains(KIND)).cloned().collect();
    for path in kinds {
        let Some(operations) = paths.remove(&path) else { continue };
        for kind in RecordKind::ALL {
            let path = path.replace(KIND, &format!("/{}", kind.plural()));
            paths.insert(path, of_kind(&operations, kind));
        }
    }
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let Some(list) = schemas.remove(LIST) else { return };
    let listed = listed(schemas);
    schemas.insert(LISTED.to_owned(), listed);
    for kind in RecordKind::ALL {
        schemas.insert(list_name(kind), list_of(&list, kind));
    }
}

fn list_name(kind: RecordKind) -> String {
    let plural = kind.plural();
    format!("{}{}View", plural[..1].to_uppercase(), &plural[1..])
}

/// The operations of an address, for one kind.
fn of_kind(operations: &Value, kind: RecordKind) -> Value {
    let mut operations = operations.clone();
    for operation in operations.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if let Some(id) = operation["operationId"].as_str() {
            operation["operationId"] = format!("{id}_{}", kind.plural()).into();
        }
        operation["tags"] = json!([kind.plural()]);
        if let Some(parameters) = operation["parameters"].as_array_mut() {
            parameters.retain(|parameter| parameter["name"] != "kind");
        }
        rename(operation, kind);
    }
    operations
}

fn rename(value: &mut Value, kind: RecordKind) {
    match value {
        Value::Object(members) => {
            if members.get("$ref").is_some_and(|to| *to == format!("#/components/schemas/{LIST}")) {
                let to = format!("#/components/schemas/{}", list_name(kind));
                members.insert("$ref".to_owned(), to.into());
            }
            members.values_mut().for_each(|member| rename(member, kind));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, kind)),
        _ => {}
    }
}

fn list_of(list: &Value, kind: RecordKind) -> Value {
    let mut list = list.clone();
    if let Some(properties) = list["properties"].as_object_mut() {
        let mut records = properties.remove("records").unwrap_or_default();
        records["items"] = json!({"$ref": format!("#/components/schemas/{LISTED}")});
        properties.insert(kind.plural().to_owned(), records);
    }
    for name in list["required"].as_array_mut().into_iter().flatten() {
        if *name == "records" {
            *name = kind.plural().into();
        }
    }
    list
}

/// All members of a record, few of which are certain.
fn listed(schemas: &Map<String, Value>) -> Value {
    let mut members = Map::new();
    for part in [&schemas["RecordContent"], &schemas["RecordView"]["allOf"][1]] {
        members.extend(part["properties"].as_object().cloned().unwrap_or_default());
    }
    json!({
        "type": "object",
        "description": "A record; where `fields` are asked for, with those alone and these that are required.",
        "properties": members,
        "required": ALWAYS_SHOWN,
    })
}
